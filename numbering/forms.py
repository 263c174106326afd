"""What the allocator sends: the preview that was checked."""

from django import forms

from numbering.models import SeriesKind


class IssueForm(forms.Form):
    """Issue what the preview shows. The token ties the answer to what was on the screen."""

    token = forms.CharField(max_length=64, widget=forms.HiddenInput)
    kind = forms.ChoiceField(choices=SeriesKind, widget=forms.HiddenInput)
    checked = forms.BooleanField(
        label="次序与名单已核对",
        error_messages={"required": "请先核对次序与名单，打勾后再发号"},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["checked"].width = "w12"
