"""The form that changes where a pupil's lessons are."""

from collections.abc import Iterable, Mapping

from django import forms

from xueji.pages.fields import PapersField


class AttendanceForm(forms.Form):
    """The papers that were seen, and why; what it is changed to stands on the button."""

    papers = PapersField()
    reason = forms.CharField(
        label="原因",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="如：安置意见建议送教上门；身体好转，家长申请到校",
    )
    mark_optional = False
    reason.width = "w12"

    def __init__(self, data: Mapping[str, str] | None = None, *, papers: Iterable[tuple[str, str]]):
        super().__init__(data, use_required_attribute=False)
        self.fields["papers"].choices = list(papers)
