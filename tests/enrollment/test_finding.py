"""Searching the lists of 新生入学: by name, letters and number, in drafts too, in few queries."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import pupils
from xueji.audit.models import Access
from xueji.cases.models import Case
from xueji.pages import paging

FIND, LIST = "/enrollment/find/", "/enrollment/"
WAYS = ("万俟", "俟卨", "moqixie", "mqx", "moqi x", "mq xie", "wanqi")


def led(client, **typed) -> str:
    """Where a search leads."""
    answer = client.post(FIND, typed)
    assert answer.status_code == 302
    return answer["Location"]


def names(client, address: str) -> list[str]:
    rows = client.get(address).context["page"].rows
    return [getattr(row, "title", "") or getattr(row, "name", "") for row in rows]


def drafted(clerk, opened, **typed) -> Case:
    clerk.post("/enrollment/new/", {**opened(**typed), "save": "draft"})
    return Case.objects.get(title=typed["name"])


def returned(world, **typed) -> Case:
    return pupils.sign(world, pupils.submitted(world, **typed), "principal", decision="returned")


@pytest.fixture
def lists(world, clerk, opened) -> dict[str, str]:
    """The number of the child of that name in each list of the school; there are others too."""
    numbers = {show: pupils.id_number() for show in ("draft", "open", "returned", "unplaced")}
    drafted(clerk, opened, name="万俟卨", id_number=numbers["draft"])
    drafted(clerk, opened, name="李雷")
    pupils.submitted(world, name="万俟卨", id_number=numbers["open"])
    pupils.submitted(world, name="李雷")
    returned(world, name="万俟卨", id_number=numbers["returned"])
    returned(world, name="李雷")
    pupils.enrolled(world, name="万俟卨", id_number=numbers["unplaced"])
    pupils.enrolled(world, name="李雷")
    return numbers


def test_each_list_is_searched_by_name_letters_and_number(clerk, lists):
    for show, number in lists.items():
        typed = (*WAYS, number, number.lower(), f"{number[:6]} {number[6:]}")
        found = [names(clerk, led(clerk, show=show, q=text)) for text in typed]
        assert found == [["万俟卨"]] * len(typed), show
        assert names(clerk, led(clerk, show=show, q="韩梅梅")) == []
        assert len(names(clerk, led(clerk, show=show, q=""))) == 2


def test_a_number_stands_in_no_address_and_masked_in_the_log(clerk, lists):
    number = lists["open"]
    address = led(clerk, show="open", q=number)

    page = clerk.get(address)

    assert sorted(parse_qs(urlsplit(address).query)) == ["find", "show"]
    assert number not in "".join(part for part in page.content.decode().split('"') if "?" in part)
    masked = f"办理中 {number[:6]}********{number[-4:]}"
    assert Access.objects.latest("pk").filter == masked


def test_a_found_list_goes_on_by_key_with_the_search(world, clerk, monkeypatch):
    monkeypatch.setitem(paging.page.__kwdefaults__, "size", 1)
    for name in ("万俟甲", "李雷", "万俟乙"):
        pupils.submitted(world, name=name)

    first = clerk.get(led(clerk, show="open", q="万俟"))
    second = clerk.get(LIST + first.context["page"].next)

    assert [row.title for row in first.context["page"].rows] == ["万俟甲"]
    assert [row.title for row in second.context["page"].rows] == ["万俟乙"]
    assert (second.context["typed"], second.context["page"].next) == ("万俟", "")


@pytest.mark.parametrize(
    ("who", "found"), [("centre", True), ("county", True), ("centre2", False), ("county9", False)]
)
def test_an_office_searches_the_list_of_a_school_in_reach(world, client_of, noon, who, found):
    pupils.submitted(world, name="万俟卨")
    client, school = client_of(who), world.school_of("clerk").pk

    answer = client.get(led(client, school=school, show="open", q="万俟"))

    assert answer.status_code == (200 if found else 404)
    assert ("万俟卨" in answer.content.decode()) == found


@pytest.mark.parametrize("who", ["clerk1b", "clerk2", "principal"])
def test_a_draft_is_found_by_nobody_but_its_own_post(client_of, clerk, opened, who):
    number = pupils.id_number()
    drafted(clerk, opened, name="万俟卨", id_number=number)
    client = client_of(who)
    for text in ("万俟", "mqx", number):
        answer = client.get(led(client, show="draft", q=text))
        assert "万俟卨" not in answer.content.decode()


def test_children_in_deferral_are_searched(world, client_of, noon):
    clerk, child = client_of("clerk"), pupils.deferred(world, name="万俟卨")
    pupils.deferred(world, name="李雷")
    for text in ("万俟", "mqx", child.id_number):
        page = clerk.get(led(clerk, list="enrollment_deferrals", show="all", q=text))
        assert [row.case.student for row in page.context["page"].rows] == [child]
    stranger = client_of("clerk2")
    page = stranger.get(led(stranger, list="enrollment_deferrals", show="all", q="万俟"))
    assert page.context["page"].rows == []


def test_the_form_of_a_list_carries_its_token(world, noon):
    pupils.submitted(world, name="万俟卨")
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.posts["clerk"].user)
    page = client.get(f"{LIST}?show=open").content.decode()
    form = page.split(f'action="{FIND}"')[1].split("</form>")[0]
    sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))

    assert names(client, led(client, **sent | {"q": "万俟"})) == ["万俟卨"]
    del sent["csrfmiddlewaretoken"]
    assert client.post(FIND, sent).status_code == 403


def test_a_search_that_is_no_list_leads_to_the_own_list(clerk):
    assert led(clerk, list="students", q="万俟", show="open").startswith(LIST + "?")


@pytest.mark.parametrize("show", ["draft", "open", "returned", "unplaced"])
@pytest.mark.parametrize("by_number", [False, True])
def test_a_search_costs_as_many_queries_for_three_as_for_one(world, clerk, opened, show, by_number):
    number = pupils.id_number()
    make = {
        "draft": lambda **typed: drafted(clerk, opened, **typed),
        "open": lambda **typed: pupils.submitted(world, **typed),
        "returned": lambda **typed: returned(world, **typed),
        "unplaced": lambda **typed: pupils.enrolled(world, **typed),
    }[show]

    def cost():
        address = led(clerk, show=show, q=number if by_number else "万俟")
        with CaptureQueriesContext(connection) as captured:
            rows = names(clerk, address)
        return len(rows), len(captured)

    make(name="万俟卨", id_number=number)
    cost()
    one = cost()
    for name in ("万俟甲", "万俟乙"):
        make(name=name)
    cost()  # what was said of the last of them
    assert (one[0], cost()) == (1, (1 if by_number else 3, one[1]))


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("单雄信", "shan xx"),
        ("单雄信", "dan"),
        ("蔡一凡", "c yifan"),
        ("买买提·吐尔逊", "提吐"),
        ("𠮷野䶮", "野䶮"),
        ("Anna Müller", "anna"),
    ],
)
def test_drafts_are_found_as_pupils_are(world, clerk, opened, name, typed):
    drafted(clerk, opened, name=name)
    pupils.submitted(world, name=name)
    assert names(clerk, led(clerk, show="draft", q=typed)) == [name]
    assert names(clerk, led(clerk, show="open", q=typed)) == [name]
