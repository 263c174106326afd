"""A reason for an exception says something to whoever decides."""

from datetime import date

import pytest

from enrollment.services.submit import Rejected
from tests import pupils
from xueji.cases.rules import says_why
from xueji.rules.engine import rule_set

RULES = rule_set("qianan").at(date(2026, 9, 1))


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        ("", False),
        ("无", False),
        ("。", False),
        ("111", False),
        ("无无无无无无", False),
        ("没有", False),
        ("aaaaaaaa", False),
        ("同上。。。。", False),
        ("随祖父母", True),
        ("差一天满六周岁，已读完幼儿园", True),
    ],
)
def test_a_reason_is_more_than_a_word(reason, says):
    assert says_why(reason, RULES) is says


@pytest.mark.parametrize("reason", ["无", "。", "111"])
def test_no_exception_is_asked_for_without_a_reason(world, reason):
    young = pupils.id_number(born=date(2020, 9, 1))
    with pytest.raises(Rejected):
        pupils.submitted(world, id_number=young, **{"reason_entry.underage": reason})
