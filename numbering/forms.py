"""What offices send about a series: what they saw on the screen, checked; or a reason."""

from django import forms

from numbering.models import SeriesKind


class CheckedForm(forms.Form):
    """Act on what the page shows. The token ties the answer to what was on the screen."""

    token = forms.CharField(max_length=64, widget=forms.HiddenInput)
    kind = forms.ChoiceField(choices=SeriesKind, widget=forms.HiddenInput)
    checked = forms.BooleanField()

    words, unchecked = "", ""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["checked"].width = "w12"
        self.fields["checked"].label = self.words
        self.fields["checked"].error_messages["required"] = self.unchecked


class IssueForm(CheckedForm):
    """While pupils of the cohort are ``without_class``, whoever issues says that it is meant.

    They will get their numbers behind those of today, whatever their class.
    """

    words = "次序与名单已核对"
    unchecked = "请先核对次序与名单，打勾后再发号"

    def __init__(self, *args, without_class: int = 0, **kwargs):
        super().__init__(*args, **kwargs)
        if without_class:
            self.fields["despite"] = forms.BooleanField(
                label=f"还有 {without_class} 人未分班，他们的号以后接在后面编，先给已分班的发号",
                error_messages={
                    "required": "还有人未分班：请等学校分完班再发，或打勾确认先给已分班的发号"
                },
            )
            self.fields["despite"].width = "w12"


class FreezeForm(CheckedForm):
    """Freeze, or confirm it; it can stand beside the form that issues."""

    words = "证明已核对，纸质材料与号段一致"
    unchecked = "请先核对证明，打勾后再办"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="freeze_%s", **kwargs)


class RenumberForm(CheckedForm):
    words = "改号名单已核对，名单上的材料会收回重印"
    unchecked = "请先核对改号名单，打勾后再改"


class ReopenForm(forms.Form):
    """Why a frozen series is opened again."""

    kind = forms.ChoiceField(choices=SeriesKind, widget=forms.HiddenInput)
    reason = forms.CharField(
        label="重开原因",
        max_length=200,
        error_messages={
            "required": "请写明为什么重开，会留在号段的办理记录里。",
            "max_length": "原因超过 200 个字，请写短一些。",
        },
    )
