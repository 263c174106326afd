"""Forms of the calendar: a county's school year, and the special days of a calendar year."""

import unicodedata
from datetime import date

from django import forms

from xueji.establishment.rules import Day, Year
from xueji.organisations.models import SchoolYear
from xueji.pages.offices.base import ReasonedForm, day
from xueji.students.reading import day as read_day

WORKING = {"放假": False, "上班": True}


class YearForm(ReasonedForm):
    """A school year with its two terms."""

    year = forms.IntegerField(widget=forms.HiddenInput, min_value=2000, max_value=2100)
    starts_on = day("学年开始", "请填学年的第一天。")
    ends_on = day("学年结束", "请填学年的最后一天。")
    term1_starts = day("第 1 学期开学", "请填开学的日期。")
    term1_ends = day("第 1 学期放假", "请填放假的日期。")
    term2_starts = day("第 2 学期开学", "请填开学的日期。")
    term2_ends = day("第 2 学期放假", "请填放假的日期。")

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name in ("starts_on", "ends_on", "term1_starts", "term1_ends") + (
            "term2_starts",
            "term2_ends",
        ):
            self.fields[name].width = "w6"

    @staticmethod
    def initial_of(row: SchoolYear) -> dict[str, date]:
        found = {"starts_on": row.starts_on, "ends_on": row.ends_on}
        for term in row.terms.all():
            found[f"term{term.number}_starts"] = term.starts_on
            found[f"term{term.number}_ends"] = term.ends_on
        return found

    @property
    def typed(self) -> Year:
        data = self.cleaned_data
        terms = ((data[f"term{n}_starts"], data[f"term{n}_ends"]) for n in (1, 2))
        return Year(
            year=data["year"],
            starts_on=data["starts_on"],
            ends_on=data["ends_on"],
            terms=tuple(terms),
        )


class HolidaysForm(ReasonedForm):
    """The special days of a calendar year, one a line."""

    year = forms.IntegerField(widget=forms.HiddenInput, min_value=2000, max_value=2100)
    text = forms.CharField(
        label="放假和调休上班的日子",
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "false", "autocomplete": "off"}),
        help_text="每行一天：2027-01-01 放假 元旦；2027-02-07 上班 春节调休。周末照常放假的不列",
        error_messages={"max_length": "太长，请只列放假和调休的日子。"},
    )
    text.width = "w12"

    def clean_text(self) -> list[Day]:
        found, wrong = [], []
        for place, line in enumerate(self.cleaned_data["text"].splitlines(), start=1):
            if not line.strip():
                continue
            plain = unicodedata.normalize("NFKC", line).replace(",", " ")
            on, state, name = [*plain.split(None, 2), "", ""][:3]
            if (date_ := read_day(on)) is None or state not in WORKING:
                wrong.append(
                    f"第 {place} 行「{line.strip()[:30]}」读不懂。请写成：2027-01-01 放假 元旦。"
                )
            else:
                found.append(Day(date_, WORKING[state], name.strip()))
        if wrong:
            raise forms.ValidationError(wrong[:5])
        return found
