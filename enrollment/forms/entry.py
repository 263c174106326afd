"""The form of one new pupil. It shows and takes text; ``check_rows`` alone judges it."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from django import forms

from enrollment.forms.fields import ASKED, DEFAULTS, FOLDED, items, of_sheet
from enrollment.rules import papers_demanded, papers_key
from enrollment.services.check import FIRST_GRADE, Checked, Context, grade_of
from xueji.cases.rules import says_why
from xueji.identity import codes
from xueji.identity.papers import NONE, RESIDENT
from xueji.organisations.models import Area, grade_name
from xueji.pages.fields import choice, code_field, mark_chosen, place_field, plain, text, tick
from xueji.rules.engine import Rules
from xueji.rules.papers import PAPERS, WAIVER
from xueji.students.sheet import PLACES

NEXT_TO_IT = ("address", "guardian_hukou", "birth_place")  # drawn with a button beside them
REASON, PAPER = "reason_", "paper_"
NO_REASON = "请改正，或写明申请例外的理由。"
VAGUE = "理由太短，决定的人看不出是什么情况。请写明原因和已核实的材料。"
OPTIONAL = ("m1_id_number", "m2_name", "m2_id_number")  # as long as nothing else demands them
CHINA, HAN, DAY_PUPIL, NEAREST, FATHER, MOTHER = "CHN", "01", "1", "11", "1", "2"
HUKOU_OF_AREA = {Area.TOWNSHIP: "1", Area.URBAN: "2"}  # 农业, 非农业

# what F2 brings along from the pupil before
CARRIED = (
    "nation country compatriot hukou_text hukou_kind address_text guardian_hukou_text "
    "birth_place_text native_place postcode mail_address family_address boarding entry_mode "
    "school_class distance travel school_bus only_child preschool left_behind needs_aid m1_nation"
).split()


# 入学年月 is asked as a day; what is not of the sheet follows
LABELS = {
    **{name: label for name, (label, _) in items().items()},
    "entered_on": "入学日期",
    "no_id_reason": "无证件原因",
    "guardian_hukou_text": "监护人户口所在地",
    "into_grade": "入学年级",
    "into_reason": "没有建立学籍的原因",
}
# empty they say what stands elsewhere
FILLED = {
    "phone": "空着同监护人",
    "mail_address": "空着同现住址",
    "family_address": "空着同现住址",
}


class Fold(NamedTuple):
    """Items that stay folded until one of them holds a value or a fault."""

    title: str
    fields: list[forms.BoundField]
    is_open: bool


SheetFields = type("SheetFields", (forms.Form,), of_sheet())


class EntryForm(SheetFields):  # type: ignore[misc, valid-type]
    """Everything that is typed about one new pupil, in five groups, with papers and reasons."""

    mark_optional = False

    id_type = choice("w3", codes.ID_TYPES)
    id_number = text("w5", **{"class": "big", "spellcheck": "false"})
    name = text("w4", **{"class": "big"})
    sex = choice("w3", codes.SEX, empty="")
    birth_date = text("w3", placeholder="2020-03-17")
    no_id_reason = text("w6")
    nation = choice("w3", codes.NATIONS)
    country = choice("w3", codes.COUNTRIES)

    hukou_code = code_field()
    hukou_text = place_field("hukou")
    hukou_kind = choice("w3", codes.HUKOU_KIND, empty="")
    phone = text("w3", inputmode="tel")
    address_code = code_field()
    address_text = place_field("address")
    guardian_hukou_code = code_field()
    guardian_hukou_text = place_field("guardian_hukou")

    m1_name = text("w2")
    m1_relation = choice("w2", codes.RELATION)
    m1_phone = text("w3", inputmode="tel")
    m1_guardian = tick("w2")
    m1_id_number = text("w3", spellcheck="false")
    m2_name = text("w2")
    m2_relation = choice("w2", codes.RELATION)
    m2_phone = text("w3", inputmode="tel")
    m2_guardian = tick("w2")
    m2_id_number = text("w3", spellcheck="false")

    into_grade = choice("w3", {})
    into_reason = text("w12", maxlength="200")
    entered_on = text("w3")
    entry_mode = choice("w3", {code: codes.ENTRY_MODE[code] for code in ("11", "12")})
    boarding = choice("w2", codes.BOARDING)
    school_class = choice("w4", {}, empty="分班后再定")
    migrant = tick("w12")

    def __init__(
        self,
        data: Mapping[str, str] | None = None,
        *,
        context: Context,
        row: Mapping[str, str] | None = None,
        last: Mapping[str, str] | None = None,
    ):
        """``row``: what was typed before; ``last``: the pupil before, for F2."""
        initial = defaults(context) | dict(row or {})
        super().__init__(data, initial=initial, use_required_attribute=False)
        self.rules = context.rules
        for name, label in LABELS.items():
            self.fields[name].label = label
        self._star()
        for name in OPTIONAL:
            self.fields[name].origin = "选填" if self._is_optional(name) else ""
        for name, words in FILLED.items():
            self.fields[name].origin = words
        self.fields["into_grade"].widget.choices = [(str(n), grade_name(n)) for n in context.grades]
        self.grade = grade_of(self._is("into_grade"), context) or FIRST_GRADE
        classes = context.classes_of(self.grade)
        choices = [("", "分班后再定"), *((pk, str(row)) for pk, row in classes.items())]
        self.fields["school_class"].widget.choices = choices
        for code, label in PAPERS.items():
            self.fields[PAPER + code] = forms.BooleanField(label=label, required=False)
        for key, title in self.warned(context.rules).items():
            self.fields[REASON + key] = _reason(title)
        self._carry(last or {})
        mark_chosen(self, PLACES)

    @property
    def row(self) -> dict[str, str]:
        """What stands in the fields now, as text."""
        return {name: plain(self[name].value()) for name in self.fields}

    @property
    def reasons(self) -> dict[str, str]:
        """Rule key → the reason for which an exception is asked."""
        row = self.row
        return {n.removeprefix(REASON): row[n] for n in self.fields if n.startswith(REASON)}

    def tell(self, checked: Checked, *, only: Collection[str] | None = None) -> None:
        """Put what is wrong at the fields, or at ``only`` these, in the words of the checks."""
        self.full_clean()
        wrong = [(p.field if p.field in self.fields else None, str(p)) for p in checked.errors]
        for key in dict.fromkeys(warning.key for warning in checked.warnings):
            if not says_why(self.reasons[key], self.rules):
                wrong.append((REASON + key, VAGUE if self.reasons[key].strip() else NO_REASON))
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

    @property
    def is_late(self) -> bool:
        """Whether the child begins in another than the first grade."""
        return self.grade != FIRST_GRADE

    @property
    def grade_words(self) -> str:
        return grade_name(self.grade)

    @property
    def asked(self) -> dict[str, list[forms.BoundField]]:
        """The items of the sheet that stand in the open, by group."""
        return {group: [self[name] for name in names.split()] for group, names in ASKED.items()}

    @property
    def folds(self) -> dict[str, Fold]:
        return {
            group: Fold(title, [self[name] for name in names.split()], self._is_told(names))
            for group, (title, names) in FOLDED.items()
        }

    @property
    def further_codes(self) -> list[forms.BoundField]:
        """The division codes of the places whose text stands elsewhere in the form."""
        return [self[f"{place}_code"] for place in PLACES if place not in ("hukou", *NEXT_TO_IT)]

    def _is_told(self, names: str) -> bool:
        """Whether one of these fields holds more than its default, or something wrong."""
        return any(
            self._is(name) not in ("", DEFAULTS.get(name)) or name in self.errors
            for name in names.split()
        )

    def _star(self) -> None:
        """Mark what the sheet stars; of the family only the first member."""
        for name, (_, item) in items().items():
            if item.required and not name.startswith("m2_"):
                self.demand(name)
        self.demand("into_reason")

    def demand(self, name: str) -> None:
        """Mark a field as one that has to be filled."""
        self.fields[name].star = True
        self.fields[name].widget.attrs["aria-required"] = "true"

    def _is_optional(self, name: str) -> bool:
        if name == "m2_name":
            return not (self._is("m2_phone") or self._is("m2_id_number"))
        return not self.shows_no_id_reason

    def _is(self, name: str) -> str:
        return plain(self[name].value())

    def warned(self, rules: Rules) -> dict[str, str]:
        """The warnings for which this form has a place for a reason."""
        return warnings_of(rules)

    def papers(self, rules: Rules) -> list[list[forms.BoundField]]:
        """The papers to tick for this child: of each group any one will do."""
        groups = papers_demanded(migrant=bool(self["migrant"].value()), rules=rules)
        return [[self[PAPER + code] for code in group] for group in groups]

    def waiver(self, rules: Rules) -> forms.BoundField | None:
        """The proof of why a paper cannot be had, where the rule lets anybody off."""
        key = papers_key(migrant=bool(self["migrant"].value()))
        return self[PAPER + WAIVER] if rules.has(key) and rules.rule(key).grant else None

    def _carry(self, last: Mapping[str, str]) -> None:
        for name in CARRIED:
            if value := last.get(name):
                attributes = self.fields[name].widget.attrs
                attributes["data-last"] = value
                if name.endswith("_text"):
                    attributes["data-last-code"] = last.get(name[:-4] + "code", "")


def _reason(title: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", "maxlength": "300"})
    field = forms.CharField(label=f"申请例外的理由：{title}", required=False, widget=widget)
    field.width = "w12"
    return field


def warnings_of(rules: Rules) -> dict[str, str]:
    """Key and title of every rule about an entry of which somebody may grant an exception."""
    return {
        rule.key: rule.title
        for rule in rules
        if rule.key.startswith("entry.") and not rule.key.startswith("entry.late.") and rule.grant
    }


def defaults(context: Context) -> dict[str, str]:
    """What an empty form says already: true of nearly every child, and seen at a glance."""
    return {
        "id_type": RESIDENT,
        "into_grade": str(FIRST_GRADE),
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
        **DEFAULTS,
    }
