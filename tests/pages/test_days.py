"""A day is taken as people write it, in forms and in addresses, and what is none is told."""

from datetime import date

import pytest
from django import forms
from django.urls import reverse

from tests.browsing import text
from xueji.pages.fields import DayField

DAY = date(2026, 9, 1)


@pytest.mark.parametrize(
    "typed", ["2026-09-01", "20260901", " 2026/9/1 ", "2026.9.1", "2026年9月1日", DAY]
)
def test_a_day_is_read_as_it_is_written(typed):
    assert DayField().clean(typed) == DAY


@pytest.mark.parametrize("typed", ["2026-13-01", "20260931", "09/01/2026", "2026", "明天"])
def test_what_is_no_day_is_refused_with_an_example(typed):
    with pytest.raises(forms.ValidationError) as refused:
        DayField().clean(typed)
    assert refused.value.messages == ["请写成 2026-09-01 这样的年、月、日。"]


@pytest.mark.parametrize("page", ["audit", "reports_taken"])
def test_an_end_of_the_days_that_is_none_is_told(world, client_of, page):
    told = text(client_of("auditor").get(reverse(page), {"from": "2026-13-01", "to": "20260901"}))
    assert "日期「2026-13-01」读不懂，列的是 2026-08-26 至 2026-09-01" in told
    assert "日期「20260901」读不懂" not in told
