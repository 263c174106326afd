"""The page of a series that is frozen, confirmed, reopened; the list of what is to be frozen."""

import re
from datetime import date

import pytest
from django.urls import reverse

from numbering import queries
from numbering.models import Series
from tests import world as worlds
from tests.browsing import text, words
from tests.numbering import making
from tests.numbering.browsing import page_of
from tests.numbering.browsing import queries as count
from tests.numbering.making import kinds

pytestmark = [pytest.mark.django_db, pytest.mark.any_pg]


# -- the list -------------------------------------------------------------------------------------
@pytest.mark.parametrize(("today", "late"), [(date(2026, 9, 30), False), (date(2026, 10, 1), True)])
def test_a_series_is_late_from_the_day_after(issued, today, late):
    school = issued.schools["清泉小学"].pk
    path = issued.organisations["迁安市教育局"].path

    def listed(freeze: str) -> list[int]:
        found = queries.schools(path, on=today, waiting_only=False, freeze=queries.ToFreeze(freeze))
        return [school.pk for school in found]

    def line():
        return queries.lines([school], on=today)[0]

    assert (listed("open"), listed("confirm"), line().late) == ([school], [], late)
    assert listed("overdue") == [school] * late
    making.freeze(issued)
    assert (listed("open"), listed("confirm"), line().late) == ([], [school], late)
    assert listed("overdue") == [school] * late
    making.confirm(issued)
    assert (listed("open"), listed("confirm"), listed("overdue")) == ([], [], [])
    assert line().late is False


def test_the_day_is_that_of_the_nearest_rule_set(issued, monkeypatch):
    """Each county by its own: what is late here is not late there."""
    monkeypatch.setattr(
        queries.freeze,
        "due_on",
        lambda year, rules: date(year, 9, 30 if rules.name == "qianan" else 1),
    )
    Series.objects.create(
        province=issued.organisations["河北省教育厅"],
        unit=issued.schools["滦州甲小学"],
        prefix="0227260050",
        **making.key(),
    )
    path = issued.organisations["唐山市教育局"].path
    found = queries.schools(
        path, on=date(2026, 9, 20), waiting_only=False, freeze=queries.ToFreeze.OVERDUE
    )
    assert [str(school) for school in found] == ["滦州甲小学"]


@pytest.mark.parametrize("freeze", ["open", "confirm", "overdue"])
def test_the_list_takes_the_same_queries_for_one_school_as_for_three(world, client_of, freeze):
    county, path = client_of("county"), f"{reverse('numbering')}?freeze={freeze}"

    def fill(school: str, allocator: str) -> None:
        making.entrants(world, making.names(1), school=school)
        making.issue(world, school, who=allocator)
        if freeze == "confirm":
            making.freeze(world, school, who=allocator)

    fill("清泉小学", "centre")
    once = count(county, path)
    fill("邻泉小学", "centre")
    fill("上庄小学", "centre2")
    assert count(county, path) == once
    assert len(county.get(path).context["lines"]) == 3


def test_the_list_of_what_is_late_says_so_in_words(issued, client_of):
    Series.objects.update(entry_year=2020)
    shown = client_of("centre").get(f"{reverse('numbering')}?freeze=overdue")
    assert "逾期，未冻结" in words(shown)
    assert '<option value="overdue" selected>' in text(shown)
    assert client_of("centre2").get(f"{reverse('numbering')}?freeze=overdue").context["lines"] == []


# -- the page -------------------------------------------------------------------------------------
def form_of(response, act: str) -> dict[str, str]:
    """The form of the page that leads to ``act``, filled in."""
    (body,) = re.findall(rf'action="[^"]*/{act}/[^"]*".*?</form>', text(response), re.DOTALL)
    fields = dict(re.findall(r'name="(form_key|token|kind)" value="([^"]*)"', body))
    return {**fields, "checked": "on", "reason": "漏登一人"}


def send(client, world, act: str):
    shown = client.get(page_of(world))
    return client.post(page_of(world, name=f"numbering_{act}"), form_of(shown, act))


def test_freeze_confirm_and_reopen_from_the_page(issued, client_of):
    centre, county = client_of("centre"), client_of("county")
    assert "证明： 3 + 0 + 0 = 3 ，重号 0，缺号 0" in words(centre.get(page_of(issued)))
    answer = send(centre, issued, "freeze")
    assert (answer.status_code, answer.url) == (302, page_of(issued))
    assert "号段已冻结，待迁安市教育局（教育科、主管领导）确认" in words(centre.get(answer.url))
    assert send(county, issued, "confirm").status_code == 302
    shown = words(county.get(page_of(issued)))
    assert "确认冻结 ：3 + 0 + 0 = 3，摘要" in shown
    assert "某centre · 建昌营镇中心校 · 学籍专员" in shown
    assert "重开号段" not in words(centre.get(page_of(issued)))
    assert send(county, issued, "reopen").status_code == 302
    assert kinds() == ["frozen", "confirmed", "reopened"]


def test_a_double_click_freezes_once(issued, client_of):
    centre = client_of("centre")
    form = form_of(centre.get(page_of(issued)), "freeze")
    answers = [centre.post(page_of(issued, name="numbering_freeze"), form) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert kinds() == ["frozen"]


def test_without_tick_or_reason_nothing_is_done(issued, client_of):
    centre = client_of("centre")
    form = form_of(centre.get(page_of(issued)), "freeze")
    del form["checked"]
    answer = centre.post(page_of(issued, name="numbering_freeze"), form)
    assert (answer.status_code, "请先核对证明，打勾后再办" in words(answer)) == (422, True)
    making.freeze(issued)
    form = form_of(centre.get(page_of(issued)), "reopen") | {"reason": " "}
    answer = centre.post(page_of(issued, name="numbering_reopen"), form)
    assert (answer.status_code, "请写明为什么重开" in words(answer)) == (422, True)
    assert kinds() == ["frozen"]


def test_who_is_late_sees_the_page_as_it_is_now(issued, client_of):
    worlds.hire(issued, "centre-b", "centre_officer", "建昌营镇中心校")
    one, other = client_of("centre"), client_of("centre-b")
    forms = [form_of(client.get(page_of(issued)), "freeze") for client in (one, other)]
    answers = [
        client.post(page_of(issued, name="numbering_freeze"), form)
        for client, form in zip((one, other), forms, strict=True)
    ]
    assert [answer.status_code for answer in answers] == [302, 409]
    assert "没有办成 号段已于" in words(answers[1])
    assert kinds() == ["frozen"]


@pytest.mark.parametrize("act", ["freeze", "confirm", "reopen"])
@pytest.mark.parametrize("who", ["clerk", "principal", "centre2", "county9", "city", "auditor"])
def test_a_stranger_gets_nothing(issued, client_of, act, who):
    making.freeze(issued)
    form = form_of(client_of("county").get(page_of(issued)), "confirm")
    form["reason"] = "试试"
    answer = client_of(who).post(page_of(issued, name=f"numbering_{act}"), form)
    assert answer.status_code == 404
    assert kinds() == ["frozen"]


def test_the_page_says_what_stands_in_the_way(issued, client_of):
    making.entrants(issued, ["后来的"])
    shown = client_of("centre").get(page_of(issued))
    assert "还有 1 人没有编号，不能冻结 请先给他们发号" in words(shown)
    assert "/freeze/" not in text(shown)
