"""The form by which a school asks for the transfer of one of its pupils."""

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy

from django import forms

from transfers.models import Reason
from transfers.services import Asked
from xueji.organisations.models import School
from xueji.pages.fields import DayField, PapersField, plain
from xueji.rules.engine import Finding
from xueji.students.models import Student

INSIDE, OUTSIDE = "inside", "outside"
EXCEPTION = "exception_"  # of the fields that ask for an exception; the rule's key follows

NO_DAY = "填了线下审批表，还没有填线下办理的日期。请照审批表填写；不是线下先办的，清空编号。"
NO_PAPER = "填了线下办理的日期，还没有填审批表的编号。请照审批表填写；没有编号的，写盖章的单位。"


class OfflineForm(forms.Form):
    """What is asked of what was done on paper while the system was down: both or neither.

    Not ``is_asked`` where a draft is kept or somebody looked for.
    """

    is_asked = True

    offline_on = DayField(
        label="线下办理日期",
        required=False,
        help_text="系统故障、先在纸上办的才填；照审批表",
        error_messages={"invalid": "请写成 2026-09-03 这样的年、月、日。"},
    )
    offline_paper = forms.CharField(
        label="线下审批表编号",
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="没有编号的，写盖章的单位",
        error_messages={"max_length": "编号超过 60 个字，请只写编号或单位。"},
    )
    offline_on.width, offline_paper.width = "w6", "w6"

    def clean(self) -> dict[str, object]:
        data = super().clean() or self.cleaned_data
        on, paper = data.get("offline_on"), (data.get("offline_paper") or "").strip()
        if self.is_asked and paper and not on and "offline_on" not in self.errors:
            self.add_error("offline_on", NO_DAY)
        if self.is_asked and on and not paper and "offline_paper" not in self.errors:
            self.add_error("offline_paper", NO_PAPER)
        return data

    @property
    def offline_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in OfflineForm.base_fields if name in self.fields]

    @property
    def is_offline(self) -> bool:
        """Whether something was typed of it, or is wrong."""
        return any(field.value() or field.errors for field in self.offline_fields)


class AskingForm(forms.Form):
    """What both schools' forms do about warnings: ask for the reason of an exception."""

    def ask_exceptions(self, warnings: Iterable[Finding]) -> None:
        """One field for each warning in which the reason for an exception is written."""
        for warning in warnings:
            name = EXCEPTION + warning.key
            if name in self.fields:
                continue
            self.fields[name] = forms.CharField(
                label="申请例外的理由",
                required=False,
                max_length=300,
                widget=forms.Textarea(attrs={"rows": 2}),
                error_messages={"max_length": "理由超过 300 个字，请写短一些。"},
            )
            self.fields[name].width = "w12"

    def reasons(self) -> dict[str, str]:
        """Key of the warning → the reason typed, as it was posted or kept."""
        found = self.data if self.is_bound else self.initial
        return {
            name.removeprefix(EXCEPTION): str(value)
            for name, value in found.items()
            if name.startswith(EXCEPTION)
        }

    def offer_papers(self, papers: Iterable[tuple[str, str]]) -> None:
        """Let these be ticked; without any the form does not speak of papers."""
        choices = list(papers)
        self.fields.pop("papers", None)
        if choices:
            self.fields["papers"] = deepcopy(self.base_fields["papers"])
            self.fields["papers"].choices = choices

    def row(self) -> dict[str, object]:
        """What stands in the form, as text, for whoever goes on with it."""
        kept: dict[str, object] = {
            name: plain(self[name].value()) for name in self.fields if name != "papers"
        }
        ticked = self["papers"].value() if "papers" in self.fields else None
        return {**kept, "papers": list(ticked or [])}


class TransferForm(OfflineForm, AskingForm):
    """Who goes, where to, why, and which originals were seen.

    ``only`` names the fields that are asked for; the others may stay empty (查找, 存草稿).
    """

    mark_optional = False  # what is needed depends on where the pupil goes
    TO_WHERE = ((INSIDE, "系统内的学校"), (OUTSIDE, "系统以外的学校"))

    pupil = forms.CharField(
        label="学生",
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="本校学生的姓名、拼音、学籍号或证件号",
        error_messages={"max_length": "太长，请只填姓名、学籍号或证件号。"},
    )
    student = forms.TypedChoiceField(
        label="选定学生",
        required=False,
        coerce=int,
        empty_value=None,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "所选学生不在本校，请重新查找。"},
    )
    to_where = forms.ChoiceField(
        label="转往",
        choices=TO_WHERE,
        widget=forms.RadioSelect,
        error_messages={"required": "请选转往哪里。", "invalid_choice": "请从列出的去向中选。"},
    )
    to_school = forms.CharField(
        label="转入学校",
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="学校全称或 10 位学校标识码；本县的输入一部分即可",
        error_messages={"max_length": "学校名称太长，请核对。"},
    )
    outside_school = forms.CharField(
        label="系统外的学校",
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="照接收学校的接收证明填全称",
        error_messages={"max_length": "学校名称太长，请核对。"},
    )
    outside_office = forms.CharField(
        label="该校主管部门",
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="如：秦皇岛市海港区教育局",
        error_messages={"max_length": "主管部门名称太长，请核对。"},
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
    pupil.width, student.width, to_where.width = "w6", "w12", "w12"
    to_school.width, outside_school.width = "w12", "w6"
    outside_office.width, reason.width = "w6", "w12"
    reason_text.width = "w12"

    def __init__(
        self,
        data: Mapping[str, object] | None = None,
        *,
        papers: Iterable[tuple[str, str]],
        reasons: Sequence[tuple[str, str]] = Reason.choices,
        only: Sequence[str] | None = None,
        initial: Mapping[str, object] | None = None,
    ):
        first = {"to_where": INSIDE, **(initial or {})}
        super().__init__(data, initial=first, use_required_attribute=False)
        self.is_asked = only is None
        self.offer_papers(papers)
        self.fields["reason"].choices = reasons
        for name, field in self.fields.items():
            if only is not None and name not in only:
                field.required = False

    def offer_outside_alone(self) -> None:
        """For a school whose pupils go inside the register at the receiving school's request."""
        self.fields["to_where"].choices = TransferForm.TO_WHERE[1:]
        self.initial["to_where"] = OUTSIDE
        del self.fields["to_school"]

    def offer(self, pupils: Iterable[Student]) -> None:
        """Let the clerk choose among pupils, each with grade, class and birthday."""
        self.fields["student"].choices = [(row.pk, _pupil(row)) for row in pupils]

    def asked(self, student_id: int, school: School | None) -> Asked:
        """What a valid form asks for."""
        data = self.cleaned_data
        return Asked(
            student_id=student_id,
            to_school=school,
            outside_school=data["outside_school"].strip(),
            outside_office=data["outside_office"].strip(),
            reason=data["reason"],
            reason_text=data["reason_text"],
            papers=frozenset(data.get("papers") or ()),
            offline_on=data["offline_on"],
            offline_paper=data["offline_paper"],
        )


def _pupil(student: Student) -> str:
    where = student.school_class or f"{student.grade} 年级未分班"
    return f"{student.name}　{where}　{student.get_sex_display()}　{student.birth_date}"
