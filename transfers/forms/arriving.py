"""The form by which a school asks for a pupil of another school, or of outside the register."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from django import forms

from transfers.forms.leaving import AskingForm, OfflineForm
from transfers.forms.turns import LATER
from transfers.models import Reason
from transfers.services import Taken
from xueji.identity import idnumbers
from xueji.organisations.models import SchoolClass, grade_name
from xueji.pages.fields import PapersField, code_field, mark_chosen, of_item, plain
from xueji.students import sheet

# of the sheet what stands elsewhere on this form, or follows from it
APART = {"name", "id_number", "school_class", "entered_on", "grade", "number"}
PLACES = ("hukou", "address", "birth_place")
SLOTS = ("m1", "m2")
OUTSIDE = ("outside_school", "outside_office", "grade", "national_number")


class Group(NamedTuple):
    """Items of the sheet under one heading."""

    title: str
    fields: list[forms.BoundField]
    is_open: bool


class TakeForm(OfflineForm, AskingForm):
    """Who comes, from where, why, into which class; of a new pupil the whole sheet.

    ``only`` names the fields that are asked for; the others may stay empty (查找, 存草稿).
    """

    mark_optional = False
    asked: tuple[str, ...] = ("school_class", "reason", "reason_text", "papers")

    id_number = forms.CharField(
        label="身份证件号",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="输全；照户口簿或证件逐位核对",
        error_messages={
            "required": "请填写该生的身份证件号。",
            "max_length": "证件号太长，请对照证件逐位核对。",
        },
    )
    name = forms.CharField(
        label="姓名",
        max_length=50,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="与户口簿一致",
        error_messages={
            "required": "请照户口簿填写该生的姓名。",
            "max_length": "姓名超过 50 个字，请核对。",
        },
    )
    outside_school = forms.CharField(
        label="原就读学校",
        max_length=100,
        required=False,
        help_text="外地转入的，照转学证明填全称",
        error_messages={"max_length": "学校名称太长，请核对。"},
    )
    outside_office = forms.CharField(
        label="该校主管部门",
        max_length=100,
        required=False,
        help_text="开具转学证明的单位",
        error_messages={"max_length": "主管部门名称太长，请核对。"},
    )
    grade = forms.TypedChoiceField(
        label="在原学校的年级",
        required=False,
        coerce=int,
        empty_value=None,
        help_text="不变更年级；外地转入的要选",
    )
    national_number = forms.CharField(
        label="全国学籍号",
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="G、J 或 L 加 18 位，照转学表填；外地转入的",
        error_messages={"max_length": "号码太长，请对照转学表逐位核对。"},
    )
    school_class = forms.TypedChoiceField(
        label="编入班级",
        required=False,
        coerce=int,
        empty_value=None,
        error_messages={"invalid_choice": "所选班级刚被撤销，请另选。"},
    )
    reason = forms.ChoiceField(
        label="转学理由",
        choices=Reason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选转学理由。", "invalid_choice": "请从列出的理由中选。"},
    )
    reason_text = forms.CharField(
        label="具体情况",
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="选其他特殊情况的必填",
        error_messages={"max_length": "具体情况超过 200 个字，请写短一些。"},
    )
    papers = PapersField()
    id_number.width, name.width = "w6", "w6"
    outside_school.width, outside_office.width = "w6", "w6"
    national_number.width = "w6"
    grade.width, school_class.width = "w6", "w6"
    reason.width, reason_text.width = "w12", "w12"

    def __init__(
        self,
        data: Mapping[str, object] | None = None,
        *,
        papers: Iterable[tuple[str, str]],
        classes: Sequence[SchoolClass],
        sizes: Mapping[int, str],
        grades: Sequence[int],
        reasons: Sequence[tuple[str, str]] = Reason.choices,
        only: Sequence[str] | None = None,
        initial: Mapping[str, object] | None = None,
    ):
        super().__init__(data, initial=dict(initial or {}), use_required_attribute=False)
        self.is_asked = only is None
        self.classes = {row.pk: row for row in classes}
        rows = [(row.pk, f"{row}（{row.entry_year} 级，{sizes[row.pk]}）") for row in classes]
        self.offer_papers(papers)
        choices = {
            "reason": reasons,
            "school_class": [("", LATER), *rows],
            "grade": [("", "请选"), *((grade, grade_name(grade)) for grade in grades)],
        }
        for name, found in choices.items():
            self.fields[name].choices = found
        for name, field in self.fields.items():
            if only is not None and name not in only:
                field.required = False
        self._add_sheet()

    def _add_sheet(self) -> None:
        for item in sheet.items():
            if item.key and item.key not in APART:
                self._add(item.key, item)
        for slot in SLOTS:
            for item in sheet.FAMILY:
                self._add(f"{slot}_{item.key}", item)
                self.fields[f"{slot}_{item.key}"].label = f"成员{slot[1:]}{item.label}"
        mark_chosen(self, (*PLACES, *sheet.member_places(SLOTS)))

    def _add(self, key: str, item: sheet.Item) -> None:
        self.fields[key] = of_item(key, item, empty="未填")
        if item.required and not key.startswith("m2_"):
            self.fields[key].star = True
        if item.is_place:
            self.fields[f"{key[:-4]}code"] = code_field()

    @property
    def outside_fields(self) -> list[forms.BoundField]:
        """What is asked of who comes from outside the register."""
        return [self[name] for name in OUTSIDE if name in self.fields]

    @property
    def asked_fields(self) -> list[forms.BoundField]:
        """What is asked of everybody."""
        return [self[name] for name in self.asked if name in self.fields]

    @property
    def codes(self) -> list[forms.BoundField]:
        """The division codes, which nobody sees."""
        return [self[name] for name in self.fields if self[name].is_hidden]

    @property
    def groups(self) -> list[Group]:
        """The sheet; a group without a star is folded until something in it is wrong."""
        found = []
        for title, items in sheet.GROUPS:
            keys = [item.key for item in items if item.key in self.fields and item.key not in APART]
            found.append(self._group(title, keys))
        for slot in SLOTS:
            keys = [f"{slot}_{item.key}" for item in sheet.FAMILY]
            found.append(self._group(f"家庭成员{slot[1:]}", keys))
        return [group for group in found if group.fields]

    def _group(self, title: str, keys: Sequence[str]) -> Group:
        fields = [self[key] for key in keys]
        starred = any(getattr(self.fields[key], "star", False) for key in keys)
        return Group(title, fields, starred or any(field.errors for field in fields))

    def clean_id_number(self) -> str:
        return idnumbers.normalise(self.cleaned_data["id_number"])

    def taken(self) -> Taken:
        """What a valid form asks for."""
        data = self.cleaned_data
        own = set(type(self).base_fields)
        return Taken(
            id_number=data["id_number"],
            name=data["name"],
            outside_school=data["outside_school"],
            outside_office=data["outside_office"],
            grade=data["grade"],
            school_class=self.classes.get(data["school_class"]),
            reason=data["reason"],
            reason_text=data["reason_text"],
            papers=frozenset(data.get("papers") or ()),
            national_number=data.get("national_number", ""),
            offline_on=data.get("offline_on"),
            offline_paper=data.get("offline_paper", ""),
            entry={
                name: plain(self[name].value())
                for name in self.fields
                if name not in own and "." not in name
            },
        )
