"""The form of one new pupil. It shows and takes text; ``check_rows`` alone judges it."""

from collections.abc import Collection, Iterable, Mapping

from django import forms

from enrollment.rules import papers_demanded
from enrollment.services.check import Checked, Context
from enrollment.services.reading import PLACES
from xueji.identity import codes
from xueji.identity.papers import NONE, RESIDENT
from xueji.organisations.models import Area, Division
from xueji.rules.engine import Rules
from xueji.rules.files import Effect
from xueji.rules.papers import PAPERS

REASON, PAPER = "reason_", "paper_"
OPTIONAL = ("m1_id_number", "m2_name", "m2_id_number")  # as long as nothing else demands them
CHINA, HAN, DAY_PUPIL, NEAREST, FATHER, MOTHER = "CHN", "01", "1", "11", "1", "2"
HUKOU_OF_AREA = {Area.TOWNSHIP: "1", Area.URBAN: "2"}  # 农业, 非农业

# what F2 brings along from the pupil before
CARRIED = (
    "nation country hukou_text hukou_kind address_text guardian_hukou_text boarding entry_mode "
    "school_class"
).split()


def _text(width: str, **attributes: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", **attributes})
    field = forms.CharField(required=False, strip=False, widget=widget)
    field.width = width  # type: ignore[attr-defined]
    return field


def _choice(width: str, table: Mapping[str, str], *, empty: str | None = None) -> forms.CharField:
    """Any text is taken: what is no choice is told by ``check_rows``, not lost."""
    choices = [(code, f"{code} {words}") for code, words in table.items()]
    if empty is not None:
        choices.insert(0, ("", empty))
    field = forms.CharField(required=False, strip=False, widget=forms.Select(choices=choices))
    field.width = width  # type: ignore[attr-defined]
    return field


def _tick(width: str) -> forms.BooleanField:
    field = forms.BooleanField(required=False)
    field.width = width  # type: ignore[attr-defined]
    return field


def _place(name: str) -> forms.CharField:
    return _text("w6", **{"data-choose": "/divisions/?q=", "data-code-target": f"#id_{name}_code"})


def _code() -> forms.CharField:
    return forms.CharField(required=False, widget=forms.HiddenInput)


LABELS = {
    "id_type": "身份证件类型",
    "id_number": "身份证件号",
    "name": "姓名",
    "sex": "性别",
    "birth_date": "出生日期",
    "no_id_reason": "无证件原因",
    "nation": "民族",
    "country": "国籍/地区",
    "hukou_text": "户口所在地",
    "hukou_kind": "户口性质",
    "phone": "联系电话",
    "address_text": "现住址",
    "guardian_hukou_text": "监护人户口所在地",
    **{
        f"m{n}_{part}": f"成员{n}{label}"
        for n in (1, 2)
        for part, label in {
            "name": "姓名",
            "relation": "关系",
            "phone": "联系电话",
            "guardian": "是否监护人",
            "id_number": "身份证件号",
        }.items()
    },
    "entered_on": "入学日期",
    "entry_mode": "入学方式",
    "boarding": "就读方式",
    "school_class": "班级",
    "migrant": "是否进城务工人员随迁子女",
}


class EntryForm(forms.Form):
    """Everything that is typed about one new pupil, in four groups, with papers and reasons."""

    mark_optional = False

    id_type = _choice("w3", codes.ID_TYPES)
    id_number = _text("w5", **{"class": "big", "spellcheck": "false"})
    name = _text("w4", **{"class": "big"})
    sex = _choice("w3", codes.SEX, empty="")
    birth_date = _text("w3", placeholder="2020-03-17")
    no_id_reason = _text("w6")
    nation = _choice("w3", codes.NATIONS)
    country = _choice("w3", codes.COUNTRIES)

    hukou_code = _code()
    hukou_text = _place("hukou")
    hukou_kind = _choice("w3", codes.HUKOU_KIND, empty="")
    phone = _text("w3", inputmode="tel")
    address_code = _code()
    address_text = _place("address")
    guardian_hukou_code = _code()
    guardian_hukou_text = _place("guardian_hukou")

    m1_name = _text("w2")
    m1_relation = _choice("w2", codes.RELATION)
    m1_phone = _text("w3", inputmode="tel")
    m1_guardian = _tick("w2")
    m1_id_number = _text("w3", spellcheck="false")
    m2_name = _text("w2")
    m2_relation = _choice("w2", codes.RELATION)
    m2_phone = _text("w3", inputmode="tel")
    m2_guardian = _tick("w2")
    m2_id_number = _text("w3", spellcheck="false")

    entered_on = _text("w3")
    entry_mode = _choice("w3", {code: codes.ENTRY_MODE[code] for code in ("11", "12")})
    boarding = _choice("w2", codes.BOARDING)
    school_class = _choice("w4", {}, empty="分班后再定")
    migrant = _tick("w12")

    def __init__(
        self,
        data: Mapping[str, str] | None = None,
        *,
        context: Context,
        row: Mapping[str, str] | None = None,
        last: Mapping[str, str] | None = None,
    ):
        """``row``: what was typed before; ``last``: the pupil before, for F2."""
        initial = dict(defaults(context) if row is None else row)
        super().__init__(data, initial=initial, use_required_attribute=False)
        for name, label in LABELS.items():
            self.fields[name].label = label
        for name in OPTIONAL:
            self.fields[name].origin = "选填" if self._is_optional(name) else ""  # type: ignore[attr-defined]
        self.fields["phone"].origin = "空着同监护人"  # type: ignore[attr-defined]
        choices = [("", "分班后再定"), *((pk, str(row)) for pk, row in context.classes.items())]
        self.fields["school_class"].widget.choices = choices
        for code, label in PAPERS.items():
            self.fields[PAPER + code] = forms.BooleanField(label=label, required=False)
        for key, title in warnings_of(context.rules).items():
            self.fields[REASON + key] = _reason(title)
        self._carry(last or {})
        self._mark_chosen()

    @property
    def row(self) -> dict[str, str]:
        """What stands in the fields now, as text."""
        return {name: _plain(self[name].value()) for name in self.fields}

    @property
    def reasons(self) -> dict[str, str]:
        """Rule key → the reason for which an exception is asked."""
        row = self.row
        return {n.removeprefix(REASON): row[n] for n in self.fields if n.startswith(REASON)}

    def tell(self, checked: Checked, *, only: Collection[str] | None = None) -> None:
        """Put what is wrong at the fields, or at ``only`` these, in the words of the checks."""
        self.full_clean()
        wrong = [(p.field if p.field in self.fields else None, str(p)) for p in checked.errors]
        unasked = dict.fromkeys(w.key for w in checked.warnings if not self.reasons[w.key].strip())
        wrong += [(REASON + key, "请改正，或写明申请例外的理由。") for key in unasked]
        for name, words in wrong:
            if only is None or name in only:
                self.add_error(name, words)

    @property
    def shows_sex(self) -> bool:
        """A resident's number says it; asked for only with other documents, or once typed."""
        return self._is("id_type") != RESIDENT or bool(self._is("sex"))

    @property
    def shows_birth_date(self) -> bool:
        return self._is("id_type") != RESIDENT or bool(self._is("birth_date"))

    @property
    def shows_no_id_reason(self) -> bool:
        return self._is("id_type") == NONE

    def _is_optional(self, name: str) -> bool:
        if name == "m2_name":
            return not (self._is("m2_phone") or self._is("m2_id_number"))
        return not self.shows_no_id_reason

    def _is(self, name: str) -> str:
        return _plain(self[name].value())

    def papers(self, rules: Rules) -> list[list[forms.BoundField]]:
        """The papers to tick for this child: of each group any one will do."""
        groups = papers_demanded(migrant=bool(self["migrant"].value()), rules=rules)
        return [[self[PAPER + code] for code in group] for group in groups]

    def _carry(self, last: Mapping[str, str]) -> None:
        for name in CARRIED:
            if value := last.get(name):
                attributes = self.fields[name].widget.attrs
                attributes["data-last"] = value
                if name.endswith("_text"):
                    attributes["data-last-code"] = last.get(name[:-4] + "code", "")

    def _mark_chosen(self) -> None:
        """Tell choose.js which part of a stored text the code stands for."""
        row = self.row
        typed = {code for place in PLACES if (code := row[f"{place}_code"]).isdecimal()}
        found = Division.objects.in_bulk(typed) if typed else {}
        for place in PLACES:
            division = found.get(row[f"{place}_code"])
            chosen = division and row[f"{place}_text"].startswith(division.full_name)
            attributes = self.fields[f"{place}_text"].widget.attrs
            attributes["data-chosen"] = division.full_name if division and chosen else ""


def _plain(value: object) -> str:
    """What stands in a field, without the one character that no column can keep."""
    return "on" if value is True else str(value or "").replace("\0", "")


def _reason(title: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", "maxlength": "300"})
    field = forms.CharField(label=f"申请例外的理由：{title}", required=False, widget=widget)
    field.width = "w12"  # type: ignore[attr-defined]
    return field


def warnings_of(rules: Rules) -> dict[str, str]:
    """Key and title of every warning about an entry that somebody may pass."""
    return {
        rule.key: rule.title
        for rule in rules
        if rule.key.startswith("entry.") and rule.effect == Effect.WARN
    }


def defaults(context: Context) -> dict[str, str]:
    """What an empty form says already: true of nearly every child, and seen at a glance."""
    return {
        "id_type": RESIDENT,
        "nation": HAN,
        "country": CHINA,
        "hukou_kind": HUKOU_OF_AREA[Area(context.lineage.school.area)],
        "m1_relation": FATHER,
        "m1_guardian": "on",
        "m2_relation": MOTHER,
        "m2_guardian": "on",
        "entered_on": context.term_starts.isoformat(),
        "entry_mode": NEAREST,
        "boarding": DAY_PUPIL,
    }


class AssignForm(forms.Form):
    """Pupils to put into one class; both are checked where it is done."""

    students = forms.TypedMultipleChoiceField(
        label="学生",
        coerce=int,
        error_messages={
            "required": "还没有选中学生。请先勾选，再编班。",
            "invalid_choice": "所选学生刚由他人编班，名单已刷新，请再选。",
        },
    )
    school_class = forms.TypedChoiceField(
        label="班级",
        coerce=int,
        error_messages={
            "required": "还没有选班级。请选一个班，再编班。",
            "invalid_choice": "所选班级刚被撤销，名单已刷新，请再选。",
        },
    )

    def __init__(
        self, *args, students: Iterable[int], classes: Iterable[tuple[int, str]], **kwargs
    ):
        super().__init__(*args, **kwargs)
        self.fields["students"].choices = [(pk, pk) for pk in students]  # type: ignore[attr-defined]
        self.fields["school_class"].choices = list(classes)  # type: ignore[attr-defined]


def _whole(label: str, most: int) -> forms.IntegerField:
    told = dict.fromkeys(("invalid", "min_value", "max_value"), f"请填 1 至 {most} 的整数。")
    return forms.IntegerField(label=label, min_value=1, max_value=most, error_messages=told)


class ClassForm(forms.Form):
    """A class of the year's intake."""

    number, capacity = _whole("班号", 40), _whole("班额", 80)
    number.width = capacity.width = "w3"  # type: ignore[attr-defined]
