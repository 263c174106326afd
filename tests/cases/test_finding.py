"""Searching the inbox: by whom one may know, as the case shows the child, in few queries."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import pupils
from tests.transfers import borrowers, movers
from tests.transfers.movers import numbered
from tests.transfers.test_counties import asked
from tests.transfers.test_take import of
from tests.world import World
from xueji.audit.models import Access
from xueji.cases.models import Case
from xueji.identity import pinyin
from xueji.students.models import Student

NAME = "单雄信"
ENTERED = {"closed": [NAME]}  # the entry by which the pupil came
TABS = ("mine", "others", "overdue", "closed")


@pytest.fixture
def asked_for(world: World) -> Case:
    """清泉小学 asks for a pupil of the second county, where the receiving school starts."""
    student = pupils.enrolled(world, "clerk9", **pupils.LUANZHOU, name=NAME)
    case = asked(world, "clerk", **of(student))
    return movers.sign(world, case, "principal")


@pytest.fixture
def foreign(asked_for: Case) -> Case:
    """The same, of a child with a foreign name."""
    name = "MARIA LOPEZ"
    Case.objects.filter(pk=asked_for.pk).update(title=name)
    Student.objects.filter(pk=asked_for.student_id).update(
        name=name, name_full=pinyin.full(name), name_initials=pinyin.initials(name)
    )
    return asked_for


def found(client, typed: str) -> dict[str, list[str]]:
    """Tab → titles of what the search leaves on it, where it leaves anything."""
    answer = {}
    for tab in TABS:
        led = client.post(reverse("cases_find"), {"q": typed, "tab": tab})
        rows = client.get(led["Location"]).context["page"].rows
        if titles := [row.title for row in rows]:
            answer[tab] = titles
    return answer


# -- what is found --------------------------------------------------------------------------------
@pytest.mark.parametrize("typed", [NAME, "单雄", "雄信", "shan", "sxx", "SXX", "dxx"])
def test_by_name_pinyin_and_initials(world, client_of, next_day, typed):
    numbered(world, name="秦叔宝")
    movers.submitted(world, numbered(world, name=NAME))
    assert found(client_of("principal"), typed) == {"mine": [NAME], **ENTERED}
    assert found(client_of("county"), typed) == {"others": [NAME], **ENTERED}


@pytest.mark.parametrize("typed", [NAME, "sxx", "shanxiongxin", "SHANXIONGXIN", "shan xiongxin"])
def test_a_pupil_of_another_county_is_found_by_the_whole_name_too(
    world, client_of, next_day, asked_for, typed
):
    assert found(client_of("clerk"), typed) == {"others": [NAME]}


@pytest.mark.parametrize("typed", ["MARIA", "MARIA LOPEZ", "maria lopez", "marialopez"])
def test_a_foreign_name_is_no_number(world, client_of, next_day, foreign, typed):
    assert found(client_of("clerk"), typed) == {"others": ["MARIA LOPEZ"]}


def test_by_the_numbers_of_the_pupil_and_of_the_case(world, client_of, next_day):
    student = numbered(world, name=NAME)
    case = movers.submitted(world, student)
    movers.submitted(world, numbered(world, name="秦叔宝"))
    principal = client_of("principal")
    for typed in (student.id_number, student.number):
        assert found(principal, typed) == {"mine": [NAME], **ENTERED}
    for typed in (case.number, f"转 {case.number}"):
        assert found(principal, typed) == {"mine": [NAME]}
    assert found(principal, pupils.id_number()) == {}


def test_entries_and_borrowing_are_found_alike(world, client_of, next_day):
    entry = pupils.submitted(world, name="欧阳新来")
    guest = numbered(world, name=NAME)
    borrowers.asked(world, **borrowers.of(guest))
    assert found(client_of("principal"), entry.student.id_number) == {"mine": ["欧阳新来"]}
    assert found(client_of("urban-principal"), "sxx") == {"mine": [NAME]}


def test_an_empty_search_is_the_whole_list(world, client_of, next_day):
    movers.submitted(world, numbered(world, name=NAME))
    assert found(client_of("principal"), " ") == {"mine": [NAME], **ENTERED}


def test_a_number_stands_in_no_address_and_is_written_down_masked(world, client_of, next_day):
    student = numbered(world, name=NAME)
    movers.submitted(world, student)
    principal = client_of("principal")
    led = principal.post(reverse("cases_find"), {"q": student.id_number, "tab": "mine"})
    assert student.id_number not in led["Location"]
    page = principal.get(led["Location"])
    assert f'value="{student.id_number}"' in page.content.decode()
    look = Access.objects.order_by("-pk").first()
    assert (look.page, look.students, student.id_number in look.filter, look.filter != "") == (
        "cases",
        [student.pk],
        False,
        True,
    )


# -- what is not ----------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["principal1b", "principal2", "centre2", "county9"])
def test_a_stranger_finds_nothing(world, client_of, next_day, who):
    student = numbered(world, name=NAME)
    case = movers.submitted(world, student, "迁安城区小学")
    client = client_of(who)
    assert [found(client, typed) for typed in (NAME, student.id_number, case.number)] == [{}] * 3


def test_the_number_of_the_register_does_not_find_whom_another_school_has_not_given(
    world, client_of, next_day, asked_for
):
    """It names the school, which the case does not tell yet."""
    student = asked_for.student
    Student.objects.filter(pk=student.pk).update(number="02902600100001")
    student.refresh_from_db()
    clerk, centre = client_of("clerk"), client_of("centre")
    for client in (clerk, centre):
        assert found(client, NAME) == {"others": [NAME]}
        assert found(client, student.number) == {}
    # the number by which the school asked
    assert (found(clerk, student.id_number), found(centre, student.id_number)) == (
        {"others": [NAME]},
        {},
    )
    assert found(client_of("clerk9"), student.number) == {"mine": [NAME], **ENTERED}
    movers.receive(world, asked_for, "clerk9", None)
    assert found(centre, student.id_number) == {"others": [NAME]}


def test_after_the_move_the_former_school_finds_the_name_of_then_alone(world, client_of, next_day):
    student = numbered(world, name=NAME)
    movers.moved(world, student)
    clerk = client_of("clerk")
    student.refresh_from_db()
    assert found(clerk, NAME) == {"closed": [NAME] * 2}
    assert found(clerk, student.id_number) == {}
    Student.objects.filter(pk=student.pk).update(
        name="单通", name_initials="st", name_full="shantong"
    )
    assert [found(clerk, typed) for typed in ("单通", "st")] == [{}] * 2
    assert found(client_of("county"), "单通") == {"closed": [NAME] * 2}


# -- at what cost ---------------------------------------------------------------------------------
@pytest.mark.parametrize("typed", [NAME, "sxx", "130283201901011234"])
def test_a_search_takes_as_many_queries_for_three_as_for_one(world, client_of, next_day, typed):
    client, counts = client_of("principal"), []
    for more in (1, 2):
        for _ in range(more):
            movers.submitted(world, numbered(world, name=NAME))
        led = client.post(reverse("cases_find"), {"q": typed, "tab": "mine"})
        client.get(led["Location"])
        with CaptureQueriesContext(connection) as queries:
            client.get(led["Location"])
        counts.append(len(queries))
    assert counts == [counts[0]] * 2
