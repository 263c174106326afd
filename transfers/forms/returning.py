"""The form by which the receiving school has a pupil taught again (恢复在校)."""

from django import forms

from transfers.forms.leaving import AskingForm


class ReturnForm(AskingForm):
    """Why, in words: nothing else is asked for."""

    reason_text = forms.CharField(
        label="具体情况",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="如：随父母回国，9 月 1 日起在本校上课",
        error_messages={
            "required": "请写明该生何时、因何回到学校上课，供审批的人判断。",
            "max_length": "具体情况超过 200 个字，请写短一些。",
        },
    )
    reason_text.width = "w12"
