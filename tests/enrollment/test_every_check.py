"""Every item that is typed, and a text of it that is refused at that very item."""

import pytest

from enrollment.forms.fields import items
from enrollment.services.check import read
from tests.enrollment.test_check import PLAIN, wrong
from tests.pupils import row
from xueji.management.commands.describe_sheet import check

NONE_OF_THE_TABLE = "火星"
UNPRINTABLE = "军屯\u202e村"
# what is neither a code nor words; a member is judged as the pupil is
WRONG = {
    "name": "王3",
    "former_name": "王3",
    "birth_date": "2020-02-30",
    "id_number": "130283202003170018",
    "id_valid": "2021.06.01",
    "class_number": "七号",
    "school_class": "77",
    "entered_on": "2020-09-01",
    "phone": "1393152001",
    "postcode": "64400",
    "email": "wang",
    "homepage": "javascript:alert(1)",
    "distance": "很远",
    "migrant": "也许",
    "guardian": "也许",
}


def a_wrong_text(item):
    if item.key in WRONG:
        return WRONG[item.key]
    return UNPRINTABLE if item.table is None else NONE_OF_THE_TABLE


@pytest.mark.parametrize("name", items())
def test_every_item_is_checked_and_the_fault_is_told_at_it(name):
    """``m2`` needs somebody there: its name, telephone and relation are right."""
    _, item = items()[name]
    other = {"m2_name": "李淑芬", "m2_relation": "2", "m2_phone": "13931520019"}

    told = wrong(read(row(**(other | {name: a_wrong_text(item)})), PLAIN))

    assert name in {field for field, _ in told}
    assert check(item) not in ("", "not typed")
