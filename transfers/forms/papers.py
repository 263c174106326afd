"""The forms of the paper file that goes from school to school, and of the printed registers."""

from django import forms

from transfers.models import Carrier
from xueji.pages.fields import DayField


def _day(label: str, help_text: str) -> DayField:
    return DayField(
        label=label,
        help_text=help_text,
        error_messages={"required": f"请填{label}。"},
    )


class SendFileForm(forms.Form):
    """The former school hands the papers over."""

    on = _day("转出日期", "交给监护人、寄出或交主管部门的日期")
    carrier = forms.ChoiceField(
        label="怎样转递",
        choices=Carrier.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选怎样转递。", "invalid_choice": "请从列出的方式中选。"},
    )
    copy_kept = forms.BooleanField(label="本校已留复印件", required=False)
    on.width, carrier.width = "w4", "w8"
    copy_kept.width = "w12"


class ReceiveFileForm(forms.Form):
    """The receiving school has the papers."""

    on = _day("收到日期", "本校收到纸质材料的日期")
    on.width = "w4"


class RegisterForm(forms.Form):
    """Which days a printed register covers."""

    first = _day("办结日期从", "")
    last = _day("到", "")

    def clean(self):
        data = super().clean()
        first, last = data.get("first"), data.get("last")
        if first and last and first > last:
            self.add_error("last", "结束日期早于开始日期。")
        return data
