"""What a school is told of a guest who is to stay, to go or to become its own pupil."""

from datetime import timedelta

import pytest

from tests.browsing import words
from tests.transfers.borrowers import arrived, lent
from tests.transfers.movers import numbered
from tests.world import NOON
from transfers.models import Borrowing
from xueji.students.models import Placement

LIST = "/borrowing/"
LONGER = "继续借读的不用另办，文件没有规定续办的手续，借读到办结借读结束为止。"


def page_of(case, act: str) -> str:
    place = Placement.objects.get(case=case, ends__isnull=True)
    return f"{LIST}{place.pk}/{act}/"


def test_the_home_school_reads_where_the_pupil_is_and_who_ends_that(world, client_of, next_day):
    student = numbered(world)
    lent(world, student)
    page = words(client_of("clerk").get("/transfers/new/", {"student": student.pk}))
    assert "该生正在迁安城区小学借读。请由该校先办理借读结束，再办转学。" in page


def test_the_end_says_how_a_guest_becomes_a_pupil_and_how_one_stays(world, client_of, next_day):
    page = words(client_of("urban").get(page_of(lent(world, numbered(world)), "end")))
    assert [told in page for told in (
        "要成为本校正式学生的：先办借读结束，原因选“其他情况”，再由清泉小学办理转学，转入本校；学籍在转学办结时转来。",
        "继续借读的不用办：文件没有规定续办的手续，过了预计的日期，借读也到办结借读结束为止。",
        "选填",
    )] == [True, True, False]  # fmt: skip


def test_the_certificate_that_a_regular_register_needs_is_not_called_optional(
    world, client_of, next_day
):
    page = words(client_of("urban").get(page_of(arrived(world), "convert")))
    assert ("看过原件的材料 转学证明" in page, "选填" in page) == (True, False)


@pytest.mark.parametrize(("days", "is_told"), [(0, True), (1, False)])
def test_the_list_says_what_to_do_past_the_day(world, client_of, next_day, days, is_told):
    case = lent(world, numbered(world))
    Borrowing.objects.filter(case=case).update(until=NOON.date() + timedelta(days=days))
    assert (LONGER in words(client_of("urban").get(LIST))) == is_told
