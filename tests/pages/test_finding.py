"""Searching: the numbers typed stand in no address, and what was searched for stays."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import pupils
from tests.browsing import text
from tests.world import PASSWORD
from xueji.audit.models import Access
from xueji.pages import paging, selection

NAME = "王梓涵"


@pytest.fixture
def pupil(world):
    return pupils.enrolled(world, name=NAME)


def led(client, **typed: str) -> str:
    """Where a search leads."""
    answer = client.post(reverse("students_find"), typed)
    assert answer.status_code == 302
    return answer["Location"]


def names(client, address: str) -> list[str]:
    return [student.name for student in client.get(address).context["page"].rows]


def written(pupil) -> list[str]:
    """The pupil's numbers, as they may be typed."""
    number = pupil.id_number
    wide = number.translate({ord(digit): 0xFF10 + int(digit) for digit in "0123456789"})
    return [number, number.lower(), f"{number[:6]} {number[6:]}", wide]


def test_a_typed_number_stands_in_no_address(pupil, client_of):
    client = client_of("clerk")
    for typed in written(pupil):
        address = led(client, q=typed)
        assert list(parse_qs(urlsplit(address).query)) == ["find"]
        assert names(client, address) == [NAME]


@pytest.mark.parametrize("typed", ["王梓", "wzh", "130283"])
def test_words_stay_readable_in_the_address(pupil, client_of, typed):
    query = parse_qs(urlsplit(led(client_of("clerk"), q=typed, grade="1")).query)
    assert query == {"q": [typed], "grade": ["1"]}


def test_an_empty_search_is_the_whole_list(pupil, client_of):
    client = client_of("clerk")
    assert (led(client, q=""), names(client, led(client, q=""))) == (reverse("students"), [NAME])


def test_no_page_of_a_search_names_the_number(world, client_of, monkeypatch):
    monkeypatch.setitem(paging.page.__kwdefaults__, "size", 1)
    client, number = client_of("clerk"), "13028320200317"
    for _ in range(2):
        pupils.enrolled(world, name=NAME)
    monkeypatch.setattr(selection, "search", lambda students, typed: students)
    for address in (led(client, q=number), f"{reverse('students')}?q={number}"):
        following = client.get(address).context["page"].next
        assert sorted(parse_qs(following[1:])) == ["after", "find"]
        assert client.get(reverse("students") + following).context["typed"] == number


@pytest.mark.parametrize("find", ["", "x", "é", "AAAA", "_" * 60, "A" * 4000])
def test_a_search_that_was_not_sealed_here_is_none(pupil, client_of, find):
    answer = client_of("clerk").get(reverse("students"), {"find": find})
    assert (answer.status_code, answer.context["typed"]) == (200, "")


def test_another_persons_sealed_search_reaches_no_further_than_ones_own(pupil, client_of):
    address = led(client_of("clerk"), q=pupil.id_number)
    assert names(client_of("clerk2"), address) == []
    assert names(client_of("county"), address) == [NAME]


def test_a_search_needs_the_token_of_its_page(pupil):
    client = Client(enforce_csrf_checks=True)
    client.login(username="clerk", password=PASSWORD)
    assert client.post(reverse("students_find"), {"q": pupil.id_number}).status_code == 403


@pytest.mark.parametrize("write", ["{}", "入 {}", " {} "])
def test_a_case_is_found_by_its_number(world, client_of, write):
    case = pupils.submitted(world, name=NAME)
    client = client_of("principal")
    page = client.get(led(client, q=write.format(case.number)))
    assert (page.context["case"], reverse("case", args=[case.number]) in text(page)) == (case, True)
    assert Access.objects.latest("pk").students == [case.student_id]


def test_a_case_out_of_reach_is_as_missing_as_none(world, client_of):
    case = pupils.submitted(world, name=NAME)
    client = client_of("clerk2")
    pages = [client.get(led(client, q=number)) for number in (case.number, "2026-999999")]
    assert [page.context["case"] for page in pages] == [None, None]
    assert NAME not in text(pages[0])


def test_a_child_whose_entry_is_under_way_is_found_with_the_case(world, client_of):
    """By name, letters or number, by whoever sees the case; the roster itself has no such pupil."""
    case = pupils.submitted(world, name="万俟卨")
    number = case.student.id_number

    def found(who, typed):
        page = client_of(who).get(led(client_of(who), q=typed))
        return ([one.number for one in page.context["under_way"]], len(page.context["page"].rows))

    told = [found("clerk", typed) for typed in ("万俟", "moqi", "mqx", number)]
    assert told == [([case.number], 0)] * 4
    looked = Access.objects.filter(page="students", students__contains=[case.student_id])
    assert looked.count() == 4
    assert [found(who, "万俟") for who in ("county", "clerk2", "clerk9")] == [
        ([case.number], 0),
        ([], 0),
        ([], 0),
    ]
    assert found("clerk", "") == ([], 0)


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("clerk", True),
        ("principal", True),
        ("centre", True),
        ("county", True),
        ("city", True),
        ("clerk1b", False),  # a neighbour under the same centre
        ("principal2", False),
        ("centre2", False),
        ("junior", False),
        ("county9", False),
    ],
)
def test_whose_entry_is_under_way_is_told_to_those_who_reach_the_school(
    world, client_of, who, sees
):
    case = pupils.submitted(world, name="万俟卨")
    for typed in ("万俟", case.student.id_number):
        page = client_of(who).get(led(client_of(who), q=typed))
        assert page.context["under_way"] == ([case] if sees else [])
        assert (case.number in text(page)) == sees
    looked = Access.objects.filter(students__contains=[case.student_id])
    assert looked.count() == (2 if sees else 0)


@pytest.mark.parametrize("who", ["auditor", "admin", "security"])
def test_a_post_without_registers_searches_none(world, client_of, who):
    pupils.submitted(world, name="万俟卨")
    answer = client_of(who).get(reverse("students"), {"q": "万俟"})
    assert (answer.status_code, "万俟卨" in text(answer)) == (404, False)


def test_what_has_come_to_its_end_is_not_under_way(world, client_of):
    for name in ("万俟卨", "万俟甲"):
        pupils.sign(world, pupils.submitted(world, name=name), "principal", decision="refused")
    page = client_of("clerk").get(reverse("students"), {"q": "万俟"})
    assert page.context["under_way"] == []


def test_children_under_way_cost_as_many_queries_as_one(world, client_of):
    client = client_of("county")

    def cost():
        with CaptureQueriesContext(connection) as captured:
            page = client.get(reverse("students"), {"q": "万俟"})
        return len(page.context["under_way"]), len(captured)

    pupils.submitted(world, name="万俟卨")
    cost()
    rows, queries = cost()
    for name in ("万俟甲", "万俟乙"):
        pupils.submitted(world, name=name)
    assert (rows, cost()) == (1, (3, queries))
