"""What the list of the national check is taken out for, and what the check found."""

from django import forms

from enrollment.services.national_check import LONGEST

PURPOSES = ["提交全国学籍查重", "核对查重结果"]


class ListForm(forms.Form):
    """Purpose and form in which the list of a month leaves the system."""

    mark_optional = False

    purpose = forms.ChoiceField(
        label="用途",
        choices=[("", "请选择"), *((text, text) for text in PURPOSES)],
        error_messages={
            "required": "请选用途，会记入操作记录。",
            "invalid_choice": "请从列出的用途中选一个。",
        },
    )

    def __init__(self, *args: object, **more: object):
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.fields["purpose"].width = "w6"


class ResultForm(forms.Form):
    """One result for all chosen; whoever has not passed is told what was found."""

    result = forms.ChoiceField(choices=[("passed", "通过"), ("failed", "不通过")])
    text = forms.CharField(required=False, max_length=LONGEST)

    def clean(self) -> dict[str, object]:
        data: dict[str, object] = super().clean() or {}
        if data.get("result") == "failed" and not str(data.get("text", "")).strip():
            self.add_error("text", "不通过的要写明查到什么：在哪里有学籍、学籍号或负责的单位。")
        return data
