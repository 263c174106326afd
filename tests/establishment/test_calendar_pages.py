"""The page of the calendar."""

from datetime import date

import pytest
from django.urls import reverse

from tests.browsing import words
from tests.establishment.asking import acts, problems, send
from xueji.organisations.models import (
    Holiday,
    SchoolYear,
    Term,
)
from xueji.organisations.queries import working_days_after

YEAR = {
    "year": "2027",
    "starts_on": "2027-09-01",
    "ends_on": "2028-08-31",
    "seen": "0",
    "term1_starts": "2027-09-01",
    "term1_ends": "2028-01-20",
    "term2_starts": "2028-02-21",
    "term2_ends": "2028-07-07",
    "reason": "校历文件",
}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"ends_on": "2030-08-31"}, "学年超过一年。请核对结束的日期。"),
        ({"ends_on": "2027-09-01"}, "学年的结束不晚于开始。请核对两个日期。"),
        ({"term1_ends": "2027-09-01"}, "第 1 学期放假不晚于开学。请核对两个日期。"),
    ],
)
def test_a_year_of_three_years_or_a_term_of_one_day_is_refused(world, client_of, changes, told):
    sent = send(client_of("county"), "calendar_edit", query="?year=2027", **YEAR | changes)
    assert told in problems(sent)
    assert not SchoolYear.objects.filter(year=2027).exists()


def test_the_county_writes_a_year_and_everybody_of_it_reads_the_working_days(world, client_of):
    Holiday.objects.create(date=date(2027, 10, 1), working=False, name="国庆节")
    Holiday.objects.create(date=date(2027, 10, 9), working=True, name="国庆节调休")
    county = client_of("county")
    wrong = YEAR | {"starts_on": "2027-08-01", "term2_starts": "2028-01-10"}
    assert "和 2026—2027 学年（2026-09-01 至 2027-08-31）重叠" in problems(
        send(county, "calendar_edit", query="?year=2027", **wrong)
    )

    send(county, "calendar_edit", query="?year=2027", **YEAR)

    year = SchoolYear.objects.get(year=2027)
    assert (str(year.county), Term.objects.filter(school_year=year).count()) == ("迁安市教育局", 2)
    page = client_of("clerk").get(reverse("calendar"), {"year": "2027"})
    october = next(m for m in page.context["months"] if m.first == date(2027, 10, 1))
    assert (october.working, october.known) == (21, True)
    told = words(page)
    assert "10-1 国庆节" in told
    assert "10-9 国庆节调休" in told
    assert "2028 年还没有放假和调休的数据" in told
    assert "只按周末计算工作日" in told
    assert len(acts("calendar")) == 1
    assert "各县的校历" in words(client_of("city").get(reverse("calendar")))


def test_the_province_writes_the_special_days_of_a_year_and_deadlines_count_them(world, client_of):
    province, days = client_of("province"), "2027-01-01 放假 元旦\n2027-01-03 上班 元旦调休"
    typed = {"year": "2027", "seen": "0", "reason": "国办发明电"}
    wrong = days + "\n2027-01-02 放假 周六\n2027-13-01 放假"

    refused = send(province, "holidays", query="?year=2027", text=wrong, **typed)
    assert "第 4 行「2027-13-01 放假」读不懂" in problems(refused)
    usual = send(province, "holidays", query="?year=2027", text=wrong[:-14], **typed)
    assert "2027-01-02 本来就是周末" in problems(usual)
    send(province, "holidays", query="?year=2027", text=days, **typed)

    rows = Holiday.objects.order_by("date").values_list("date", "working")
    assert list(rows) == [(date(2027, 1, 1), False), (date(2027, 1, 3), True)]
    assert working_days_after(date(2026, 12, 31), 2) == date(2027, 1, 4)
    assert [row[:3] for row in acts("calendar")] == [
        ("河北省教育厅", "province_officer", "国办发明电")
    ]
    assert client_of("county").get(reverse("holidays")).status_code == 404


def test_the_year_that_is_offered_is_the_first_one_that_is_missing(world, client_of):
    """A year entered too far ahead leaves those before it within reach."""
    county = client_of("county")
    far = {
        name: text.replace("2028", "2031").replace("2027", "2030") for name, text in YEAR.items()
    }
    send(county, "calendar_edit", query="?year=2030", **far)
    assert county.get(reverse("calendar")).context["next_year"] == 2027
    seen = county.get(reverse("calendar_edit")).context["form"].initial["seen"]
    send(county, "calendar_edit", query="?year=2027", **YEAR | {"seen": str(seen)})
    page = county.get(reverse("calendar"))
    assert (page.context["next_year"], "加 2028 学年" in words(page)) == (2028, True)


def test_days_are_read_as_any_keyboard_writes_them_and_a_line_is_quoted(world, client_of):
    def sent(text: str):
        typed = {"year": "2031", "seen": "0", "reason": "通知", "text": text}
        return send(client_of("province"), "holidays", query="?year=2031", **typed)

    told = problems(sent("2031-01-01 放假 元旦\n2031-02-30 放假 春节"))
    assert told == "第 2 行「2031-02-30 放假 春节」读不懂。请写成：2027-01-01 放假 元旦。"
    sent("２０３１－０１－０１　放假　元旦\n2031年1月2日，放假，元旦")
    days = Holiday.objects.filter(date__year=2031).order_by("date")
    assert list(days.values_list("date", "name")) == [
        (date(2031, 1, 1), "元旦"),
        (date(2031, 1, 2), "元旦"),
    ]


def test_who_comes_late_to_a_year_reads_what_was_changed_meanwhile(world, client_of):
    send(client_of("county"), "calendar_edit", query="?year=2027", **YEAR)
    other = YEAR | {"term2_ends": "2028-07-01", "reason": "另一份"}
    late = send(client_of("county-head"), "calendar_edit", query="?year=2027", **other)
    assert (late.status_code, [act.reason for act in late.context["meanwhile"]]) == (
        409,
        ["校历文件"],
    )
    assert "2027 学年第 2 学期：（空） → 2028-02-21 至 2028-07-07" in words(late)
