"""The pages on which a series is re-numbered: the plan, what was done, and who may."""

import re

import pytest

from numbering.models import Renumbered
from tests.browsing import text, words
from tests.numbering import making
from tests.numbering.browsing import page_of
from tests.numbering.browsing import queries as count
from tests.numbering.making import holed
from xueji.audit.models import Access
from xueji.students.models import Student

pytestmark = [pytest.mark.django_db, pytest.mark.any_pg]


def form_of(response) -> dict[str, str]:
    fields = dict(re.findall(r'name="(form_key|token|kind)" value="([^"]*)"', text(response)))
    return {**fields, "checked": "on"}


def test_preview_sign_and_print(world, client_of):
    rows = holed(world, 5, 2)
    holder = Student.objects.get(pk=rows[4].holder_id)
    centre, path = client_of("centre"), page_of(world, name="numbering_renumber")
    assert path in text(centre.get(page_of(world)))
    shown = centre.get(path)
    assert "预览：补上 1 个空号，改 1 人的号 已发到 0005 → 0004" in words(shown)
    assert f"{holder.name} 一（1）班 02 26 26 017 0 0005 02 26 26 017 0 0002" in words(shown)
    form = form_of(shown)
    answers = [centre.post(path, form) for _ in range(2)]
    listed = page_of(world, name="numbering_renumbered")
    assert [(answer.status_code, answer.url) for answer in answers] == [(302, listed)] * 2
    printed = client_of("clerk").get(listed)
    assert (
        f"{holder.name} 一（1）班 02 26 26 017 0 0005 02 26 26 017 0 0002 学籍卡、班级名册"
        in words(printed)
    )
    accesses = Access.objects.filter(page="numbering_renumber").values_list("students", flat=True)
    assert list(accesses) == [[holder.pk], [holder.pk]]
    assert "改号名单" in words(client_of("clerk").get(page_of(world)))


def test_without_the_tick_and_with_nothing_to_close_nothing_changes(world, client_of):
    rows = holed(world, 5, 2)
    centre, path = client_of("centre"), page_of(world, name="numbering_renumber")
    form = form_of(centre.get(path))
    unticked = {name: value for name, value in form.items() if name != "checked"}
    answer = centre.post(path, unticked)
    assert (answer.status_code, "请先核对改号名单" in words(answer)) == (422, True)
    making.void(world, rows[4])
    answer = centre.post(path, form)
    assert (answer.status_code, "没有改号 名单有变" in words(answer)) == (409, True)
    assert Renumbered.objects.count() == 0


@pytest.mark.parametrize("who", ["clerk", "principal", "county", "centre2", "county9", "auditor"])
def test_a_stranger_neither_sees_nor_sends_the_preview(world, client_of, who):
    holed(world, 5, 2)
    path = page_of(world, name="numbering_renumber")
    form = form_of(client_of("centre").get(path))
    client = client_of(who)
    assert [client.get(path).status_code, client.post(path, form).status_code] == [404, 404]
    assert Renumbered.objects.count() == 0


@pytest.mark.parametrize("who", ["clerk1b", "centre2", "county9", "auditor"])
def test_the_printed_list_is_not_for_the_neighbour(world, client_of, who):
    holed(world, 5, 2)
    making.renumber(world)
    assert client_of(who).get(page_of(world, name="numbering_renumbered")).status_code == 404


def test_pages_of_a_series_that_was_never_begun_are_not_found(world, client_of):
    for name in ("numbering_renumber", "numbering_renumbered"):
        assert client_of("centre").get(page_of(world, name=name)).status_code == 404


@pytest.mark.parametrize("name", ["numbering_renumber", "numbering_renumbered"])
def test_both_take_the_same_queries_for_one_pupil_as_for_three(world, client_of, name):
    rows = holed(world, 12, 1)
    centre, path = client_of("centre"), page_of(world, name=name)
    if name == "numbering_renumbered":
        making.renumber(world)
        once = count(centre, path)
        making.void(world, rows[1], rows[2], rows[3])
        making.renumber(world)
    else:
        once = count(centre, path)
        making.void(world, rows[1], rows[2])
    assert count(centre, path) == once
