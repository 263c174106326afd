"""Forms of the kernel's own pages."""

from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from django import forms
from django.core.validators import MaxLengthValidator
from django.forms.utils import ErrorList
from django.http import HttpRequest

from xueji.cases.models import Decision
from xueji.identity import idnumbers
from xueji.identity.codes import ID_TYPES
from xueji.identity.papers import NONE
from xueji.pages.fields import DayField
from xueji.students.queries import NAME_ORDERS

DECISIONS = [
    (Decision.AGREED, "同意"),
    (Decision.RETURNED, "退回补正"),
    (Decision.REFUSED, "不同意"),
]
WITHOUT_REASON = {
    Decision.RETURNED: "退回补正要写明哪里不对、怎样改，经手人才知道怎么办。",
    Decision.REFUSED: "不同意要写明理由，经手人和家长都会问。",
}


TOO_LONG = "最多 {limit_value} 个字，现在有 {show_value} 个，请写短一些。"
KEYS = {Decision.AGREED: "a", Decision.RETURNED: "r"}


class Decisions(forms.RadioSelect):
    """The choices, those that have a key with it."""

    def create_option(self, name, value, *args, **kwargs):
        option = super().create_option(name, value, *args, **kwargs)
        if key := KEYS.get(value):
            option["attrs"]["data-key"] = key
        return option


class DecisionForm(forms.Form):
    """A verdict on one case or many; whoever says no says why."""

    mark_optional = False  # the opinion is demanded with a no

    decision = forms.ChoiceField(
        label="决定",
        choices=DECISIONS,
        widget=Decisions,
        error_messages={"required": "请先选择：同意、退回补正或不同意。"},
    )
    note = forms.CharField(
        label="意见",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": "意见超过 500 个字，请写短一些。"},
    )

    def returning(self, to_approver: bool) -> "DecisionForm":
        """The form; without a refusal where the case goes back to an office, which decides."""
        if to_approver:
            self.fields["decision"].choices = [
                (Decision.AGREED, "同意"),
                (Decision.RETURNED, "核实不了，退回核准的单位"),
            ]
        return self

    def clean(self):
        data = super().clean()
        decision = data.get("decision")
        if decision in WITHOUT_REASON and not data.get("note", "").strip():
            self.add_error("note", WITHOUT_REASON[decision])
        return data


def first_error(form: forms.BaseForm) -> str:
    """What is said of a form that has no place of its own for what is wrong."""
    return in_our_words(next(iter(form.errors.values())))[0]


def in_our_words(errors: ErrorList) -> list[str]:
    """What is wrong, with a sentence of ours in place of the two of Django's that forms leave."""
    return [_in_our_words(error) for error in errors.as_data()]


def _in_our_words(error: forms.ValidationError) -> str:
    if error.message == forms.Field.default_error_messages["required"]:
        return "还没有填"
    if error.message is MaxLengthValidator.message:
        return TOO_LONG.format(**error.params)
    return str(next(iter(error)))


class ReasonForm(forms.Form):
    """Why something is taken back, closed or undone."""

    reason = forms.CharField(
        label="原因",
        max_length=200,
        error_messages={
            "required": "请写明原因，会留在业务件里。",
            "max_length": "原因超过 200 个字，请写短一些。",
        },
    )


@dataclass(frozen=True, kw_only=True)
class TypedReason:
    """A reason that was sent and did nothing, shown again in its field (forms/reason.html).

    ``wrong`` is told there; what stands against the act itself is not, as no other reason helps.
    """

    sent_to: str
    text: str
    wrong: str = ""


NO_REASON = TypedReason(sent_to="", text="")
SEE_FIELD = "请看标红的项目。"


def typed_reason(request: HttpRequest, wrong: str = "") -> TypedReason:
    return TypedReason(sent_to=request.path, text=request.POST.get("reason", ""), wrong=wrong)


REVEALED = {"id_number": "身份证件号", "phone": "联系电话", "family": "家庭成员电话和证件号"}
REVEALED_OF_PUPIL = {"documents": "以前的证件号", "foreign": "全国学籍号"}
REASONS = ["核对户口簿原件", "联系监护人", "办理本件业务", "上级要求核实"]


class RevealForm(forms.Form):
    """Which masked value to show, and why one has to see it."""

    field = forms.ChoiceField(label="显示哪一项", choices=list(REVEALED.items()))
    reason = forms.ChoiceField(label="为什么要看", choices=[(text, text) for text in REASONS])


PURPOSES = [
    "监护人核对签字",
    "学校存档",
    "报中心校",
    "报教育局",
    "办理业务",
    "上级检查",
]


class PrintForm(forms.Form):
    """For what a paper with children's data leaves the system, and whether numbers stand whole."""

    purpose = forms.ChoiceField(
        label="打印用途",
        choices=[("", "请选择"), *((text, text) for text in PURPOSES)],
        error_messages={
            "required": "请选打印用途，会记入操作记录。",
            "invalid_choice": "请从列出的用途中选一个。",
        },
    )
    whole = forms.BooleanField(label="印完整的证件号和电话", required=False)

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        for field in self.fields.values():
            field.width = "w4"


class ListPrintForm(PrintForm):
    """The same for a paper of many pupils, which stand in an order that one chooses."""

    order = forms.ChoiceField(
        label="排列",
        choices=[(name, f"按{label}") for name, (label, _) in NAME_ORDERS.items()],
        required=False,
        error_messages={"invalid_choice": "请从列出的排列里选一种。"},
    )


class PupilRevealForm(RevealForm):
    """The same on the page of a pupil, where documents of before are listed too."""

    field = forms.ChoiceField(
        label="显示哪一项", choices=[*REVEALED.items(), *REVEALED_OF_PUPIL.items()]
    )


class FormerDocumentForm(forms.Form):
    """An identity document that the pupil used before; the number is checked like a present one.

    An old number of 15 digits is none that one may have today, but one that was.
    """

    id_type = forms.ChoiceField(
        label="证件类型", choices=[row for row in ID_TYPES.items() if row[0] != NONE]
    )
    id_number = forms.CharField(
        label="证件号",
        max_length=40,
        error_messages={
            "required": "请填写以前用过的证件号。",
            "max_length": "证件号太长，请对照证件逐位核对。",
        },
    )
    used_until = DayField(
        label="用到哪一天",
        error_messages={
            "required": "请填写停用的日期；记不清的，填换发新证的日期。",
        },
    )
    reason = forms.CharField(
        label="依据",
        max_length=60,
        help_text="看的是什么材料，如户口簿旧页、派出所证明",
        error_messages={
            "required": "请写明依据的材料。",
            "max_length": "依据超过 60 个字，请写短一些。",
        },
    )

    def __init__(self, *args, today: date, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_used_until(self) -> date:
        day: date = self.cleaned_data["used_until"]
        if day > self.today:
            raise forms.ValidationError(
                f"{day} 还没有到。以前的证件，停用日期不晚于今天；还在用的不在这里登记。"
            )
        return day

    def clean(self):
        data = super().clean()
        if "id_type" in data and "id_number" in data:
            found = idnumbers.check(data["id_type"], data["id_number"], today=self.today)
            for problem in found:
                if problem.severity == "error" and problem.code != "id.old_15":
                    self.add_error("id_number", f"{problem.message}{problem.remedy}")
        return data


def new_key() -> str:
    """A key for a form that is about to be shown."""
    return str(uuid4())
