"""The forms of borrowed study: the host's, the home school's, those of what becomes of a guest."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from transfers.forms.arriving import TakeForm
from transfers.forms.leaving import AskingForm
from transfers.models import EndReason, Ground
from transfers.services.borrow import Wanted
from xueji.pages.fields import DayField, PapersField


class BorrowingForm(TakeForm):
    """Who comes, from where, on which ground, into which class, for how long."""

    until = DayField(
        label="预计借读到",
        required=False,
        help_text="可以不填",
        error_messages={"invalid": "请写成 2027-07-05 这样的年、月、日。"},
    )
    until.width = "w6"
    national_number = offline_on = offline_paper = None
    asked = ("school_class", "until", "reason", "reason_text", "papers")

    def __init__(self, data: Mapping[str, object] | None = None, **given: Any):
        super().__init__(data, **given)
        reason, seat = self.fields["reason"], self.fields["school_class"]
        reason.label = "借读理由"
        reason.error_messages["required"] = "请选借读理由。"
        seat.label = "借读班级"
        seat.choices = [("", "请选"), *seat.choices[1:]]
        self.fields["reason_text"].help_text = "选其他情况的必填"
        self.fields["outside_school"].help_text = "外地学生照借读证明信填全称"
        self.fields["outside_office"].help_text = "原学校的主管部门"
        self.fields["grade"].help_text = "不变更年级；外地学生要选"

    def taken(self) -> Wanted:
        """What a valid form asks for."""
        return Wanted(**vars(super().taken()), until=self.cleaned_data["until"])


class LendingForm(AskingForm):
    """Where outside the register a pupil is to borrow studies, on which ground, for how long.

    Nothing has to be filled in of a draft.
    """

    mark_optional = False  # the rules demand papers, and reasons for exceptions

    outside_school = forms.CharField(
        label="借读学校",
        max_length=100,
        help_text="照借读证明填全称",
        error_messages={
            "required": "请照借读证明填写学校全称。",
            "max_length": "学校名称太长，请核对。",
        },
    )
    outside_office = forms.CharField(
        label="该校主管部门",
        max_length=100,
        help_text="如：秦皇岛市海港区教育局",
        error_messages={
            "required": "请填写该校的主管部门，借读证明信要写明。",
            "max_length": "主管部门名称太长，请核对。",
        },
    )
    reason = forms.ChoiceField(
        label="借读理由",
        choices=Ground.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选借读理由。", "invalid_choice": "请从列出的理由中选。"},
    )
    reason_text = forms.CharField(
        label="具体情况",
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="选其他情况的必填",
        error_messages={"max_length": "具体情况超过 200 个字，请写短一些。"},
    )
    until = DayField(
        label="预计借读到",
        required=False,
        help_text="可以不填",
        error_messages={"invalid": "请写成 2027-07-05 这样的年、月、日。"},
    )
    papers = PapersField()
    outside_school.width, outside_office.width = "w6", "w6"
    reason.width, reason_text.width = "w12", "w12"
    until.width = "w6"

    def __init__(
        self,
        data: Mapping[str, object] | None = None,
        *,
        papers: Iterable[tuple[str, str]],
        is_draft: bool = False,
        initial: Mapping[str, object] | None = None,
    ):
        super().__init__(data, initial=dict(initial or {}), use_required_attribute=False)
        self.offer_papers(papers)
        if is_draft:
            for field in self.fields.values():
                field.required = False


class EndForm(AskingForm):
    """Why a guest goes."""

    mark_optional = False  # the details are demanded with one of the reasons

    reason = forms.ChoiceField(
        label="原因",
        choices=EndReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选原因。", "invalid_choice": "请从列出的原因中选。"},
    )
    reason_text = forms.CharField(
        label="具体情况",
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="选其他情况的必填",
        error_messages={"max_length": "具体情况超过 200 个字，请写短一些。"},
    )
    reason.width, reason_text.width = "w12", "w12"


class ConversionForm(AskingForm):
    """Which originals were seen before a temporary register becomes a regular one."""

    mark_optional = False  # the rules demand the papers

    papers = PapersField()

    def __init__(
        self,
        data: Mapping[str, object] | None = None,
        *,
        papers: Iterable[tuple[str, str]],
        initial: Mapping[str, object] | None = None,
    ):
        super().__init__(data, initial=dict(initial or {}))
        self.offer_papers(papers)


class SheetForm(forms.Form):
    """By when the register sheet is to come back."""

    due_on = DayField(
        label="应归还日期",
        error_messages={
            "required": "请填学籍表应在哪天以前归还。",
            "invalid": "请写成 2027-01-20 这样的年、月、日。",
        },
    )
    note = forms.CharField(
        label="说明",
        max_length=100,
        required=False,
        help_text="谁带走、怎样带走",
        error_messages={"max_length": "说明超过 100 个字，请写短一些。"},
    )
    due_on.width, note.width = "w4", "w8"
