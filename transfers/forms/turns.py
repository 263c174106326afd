"""The forms of the receiving school's part, and of the receipt from outside."""

from collections.abc import Mapping, Sequence

from django import forms

from xueji.cases.models import Decision
from xueji.organisations.models import SchoolClass
from xueji.pages.fields import DayField
from xueji.pages.forms import DecisionForm

LATER = "分班后再定"


class TurnForm(DecisionForm):
    """A clerk's signature; at the placement with the class the pupil comes into.

    ``sizes``: of each class how many sit there and how many may; ``chosen`` is the class so far.
    """

    school_class = forms.TypedChoiceField(
        label="编入班级",
        required=False,
        coerce=int,
        empty_value=None,
        help_text="不变更年级，只列本年级的班；已满的，先由有权同意的岗位在班级页上同意超过班额",
        error_messages={"invalid_choice": "所选班级刚被撤销，请另选。"},
    )
    school_class.width = "w6"
    field_order = ["school_class", "decision", "note"]

    def __init__(
        self,
        data: Mapping[str, object] | None = None,
        *,
        classes: Sequence[SchoolClass],
        sizes: Mapping[int, str],
        is_placing: bool,
        chosen: int | None = None,
    ):
        super().__init__(data, initial={"school_class": chosen}, use_required_attribute=False)
        self.classes = {row.pk: row for row in classes}
        rows = [(row.pk, f"{row}（{sizes[row.pk]}）") for row in classes]
        self.fields["school_class"].choices = [("", LATER), *rows]
        if not is_placing:
            del self.fields["school_class"]
            return
        self.fields["decision"].choices = [
            (Decision.AGREED, "核实无误，接收"),
            (Decision.RETURNED, "核实不了，退回核准的单位"),
        ]


class ReceiptForm(forms.Form):
    """The receipt as the paper says."""

    on = DayField(
        label="回执日期",
        help_text="接收学校盖章的日期",
        error_messages={
            "required": "请填回执上接收学校盖章的日期。",
        },
    )
    note = forms.CharField(
        label="回执内容",
        max_length=200,
        help_text="接收学校、年级、联系人，照回执填",
        error_messages={
            "required": "请照回执填写接收学校和年级。",
            "max_length": "回执内容超过 200 个字，请写短一些。",
        },
    )
    on.width, note.width = "w4", "w8"
