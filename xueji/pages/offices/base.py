"""What all forms about offices share: how fields are made, and how faults are shown at them."""

from collections.abc import Iterable

from django import forms

from xueji.identity.problems import Problem
from xueji.organisations.models import StageName
from xueji.pages.fields import DayField

LONGEST = 300


def day(label: str, missing: str = "") -> DayField:
    return DayField(
        label=label,
        required=bool(missing),
        error_messages={"required": missing},
    )


def words(label: str, *, width: str = "w4", help_text: str = "", **more: object) -> forms.CharField:
    """Any text: whether it is there and right the rules say, in one place."""
    field = forms.CharField(
        label=label,
        required=False,
        max_length=LONGEST,
        help_text=help_text,
        widget=forms.TextInput(attrs={"autocomplete": "off", **more}),
        error_messages={"max_length": f"{label}太长，请写短一些。"},
    )
    field.width = width
    return field


class Told(forms.Form):
    """A form that shows what was found of it, each at its field."""

    mark_optional = False

    def tell(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            field = problem.field if problem.field in self.fields else None
            if problem.field == "stages" and StageName.PRIMARY in self.fields:
                field = StageName.PRIMARY.value
            self.add_error(field, str(problem))


class ReasonedForm(Told):
    """Something is changed, and why; ``seen`` is the last act that was on the screen."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)
    reason = words("原因", width="w12", help_text="根据什么文件改；留在履历里，人人看得到")
    field_order: list[str] | None = None

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields([name for name in self.fields if name != "reason"] + ["reason"])

    @property
    def said(self) -> str:
        return self.cleaned_data["reason"]


def choice(label: str, choices: Iterable, width: str = "w4") -> forms.ChoiceField:
    field = forms.ChoiceField(
        label=label,
        choices=list(choices),
        error_messages={"required": "请选择。", "invalid_choice": "请从列出的里选一种。"},
    )
    field.width = width
    return field
