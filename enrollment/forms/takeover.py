"""The order to take a school over: which school, from which day, by what."""

from datetime import date

from django import forms

from enrollment.services.takeover.keeping import LONGEST_BASIS
from xueji.organisations.models import School
from xueji.organisations.queries import named
from xueji.pages.fields import DayField


class TakeoverForm(forms.Form):
    """``path`` is the county's: only its schools are found by name."""

    mark_optional = False

    school = forms.CharField(
        label="学校",
        max_length=100,
        help_text="写学校全名；重名的写“中心校/校名”",
        error_messages={"required": "请写要建库的学校。", "max_length": "校名太长，请核对。"},
    )
    as_on = DayField(
        label="建库基准日",
        help_text="表里的年级、班级、状态是哪一天的；人数从这一天起算",
        error_messages={
            "required": "请填建库基准日，如 2026-08-31。",
            "invalid": "基准日不是日期，请按 2026-08-31 的样子填写。",
        },
    )
    basis = forms.CharField(
        label="依据",
        max_length=LONGEST_BASIS,
        help_text="文号或会议，如“县教育局建库通知”",
        error_messages={
            "required": "请写建库的依据，会留在每名学生的记录里。",
            "max_length": f"依据超过 {LONGEST_BASIS} 个字，请写短一些。",
        },
    )

    def __init__(self, *args: object, path: str, today: date, **more: object):
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.path, self.today = path, today
        for name, width in (("school", "w6"), ("as_on", "w3"), ("basis", "w6")):
            self.fields[name].width = width

    def clean_school(self) -> School:
        typed = self.cleaned_data["school"].replace("\0", "")
        found = [office for office in named(self.path, typed) if hasattr(office, "school")]
        if len(found) != 1:
            why = (
                "有几所同名的学校，请写“中心校/校名”。"
                if found
                else "本县没有这所学校，请核对校名。"
            )
            raise forms.ValidationError(f"「{typed[:40]}」{why}")
        return found[0].school

    def clean_as_on(self) -> date:
        as_on: date = self.cleaned_data["as_on"]
        if as_on > self.today:
            raise forms.ValidationError("建库基准日还没有到，请填今天或以前的日期。")
        return as_on
