"""What the allocator sends: the preview that was checked."""

from django import forms

from numbering.models import SeriesKind


class IssueForm(forms.Form):
    """Issue what the preview shows. The token ties the answer to what was on the screen.

    While pupils of the cohort are ``without_class``, whoever issues says that it is meant: they
    will get their numbers behind those of today, whatever their class.
    """

    token = forms.CharField(max_length=64, widget=forms.HiddenInput)
    kind = forms.ChoiceField(choices=SeriesKind, widget=forms.HiddenInput)
    checked = forms.BooleanField(
        label="次序与名单已核对",
        error_messages={"required": "请先核对次序与名单，打勾后再发号"},
    )

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
        self.fields["checked"].width = "w12"
