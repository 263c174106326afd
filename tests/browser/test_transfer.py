"""A pupil goes from one township to another in a browser: from the request to the class.

Walked at length (`dev.py test --long`), as all other routes with what goes wrong on the way.
"""

import pytest

from tests.browser.people import People
from tests.jobs.processes import LONG
from tests.transfers.movers import class_of, numbered
from xueji.students.models import Student

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not LONG, reason="walked at length"),
]


def test_a_pupil_is_transferred_from_township_to_township_and_every_party_sees_whose_turn_it_is(
    site, window
):
    child = numbered(site, name="单雄信")
    people = People(site, window)
    people("clerk").asks("单雄信", "上庄")
    people("clerk2").sees("单雄信", "清泉小学 校长", show="转入")
    people.sign("单雄信", "principal", "centre", "centre2")
    people("clerk").sees("单雄信", "上庄小学 学籍管理员")
    people("clerk").follow("打印转学证明")
    people("clerk2").answer("单雄信", "核实无误，接收", into="一（1）班（现有 0 人，班额 45）")
    people.sign("单雄信", "principal2")

    child.refresh_from_db()
    assert child.school_class == class_of(site, "上庄小学")
    assert Student.objects.filter(school=site.schools["清泉小学"]).count() == 0
    assert people.faults == []
