"""The inbox, the case page and the acts on it, as a browser asks for them."""

import re
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import pupils
from tests.browsing import REASON_NEEDED, key, refused_reason, text, verdict
from tests.world import NOON
from xueji.audit.models import Access, AccessKind
from xueji.cases import kinds
from xueji.cases.models import Case, Decision, State
from xueji.organisations.models import School
from xueji.pages import paging


def without_token(response) -> str:
    """The body as it is the same for everybody: a CSRF token differs with every answer."""
    return re.sub(r"[A-Za-z0-9]{64}", "token", text(response))


def post(client, name: str, case: Case, data: dict[str, str]):
    return client.post(reverse(name, args=[case.number]), data)


def test_the_principal_finds_the_case_first_and_signs_it(world, client_of):
    case = pupils.submitted(world)
    principal = client_of("principal")
    assert case.title in text(principal.get(reverse("desk")))

    answer = post(principal, "case_decide", case, verdict(case))

    assert (answer.status_code, answer.url) == (302, f"/cases/{case.number}/")
    shown = text(principal.get(answer.url))
    assert "已签署：同意" in shown
    assert "现在轮到建昌营镇中心校 学籍专员。" in shown


@pytest.mark.parametrize(
    ("decision", "sentence"),
    [
        ("returned", "退回补正要写明哪里不对、怎样改，经手人才知道怎么办。"),
        ("refused", "不同意要写明理由，经手人和家长都会问。"),
    ],
)
def test_a_no_without_a_reason_is_not_signed(world, client_of, decision, sentence):
    case = pupils.submitted(world)
    answer = post(client_of("principal"), "case_decide", case, verdict(case, decision=decision))
    assert (answer.status_code, sentence in text(answer)) == (422, True)
    case.refresh_from_db()
    assert case.waiting_role == "principal"


def test_a_verdict_on_what_somebody_else_signed_names_who_and_when(world, client_of):
    case = pupils.submitted(world)
    stale = verdict(case)
    pupils.sign(world, case, "principal")

    client = client_of("principal")
    answer = post(client, "case_decide", case, stale)

    shown = text(client.get(answer.url))
    assert "这一步刚由他人办理" in shown
    assert "某principal 9 月 2 日 12:00 同意。" in shown


def test_the_same_form_sent_twice_signs_once(world, client_of):
    case = pupils.submitted(world)
    data = verdict(case)
    client = client_of("principal")
    first = post(client, "case_decide", case, data)
    second = post(client, "case_decide", case, data)
    assert (first.status_code, second.status_code, first.url) == (302, 302, second.url)
    assert case.steps.filter(decision=Decision.AGREED).count() == 1


def test_whoever_signs_last_is_told_what_comes_next(world, client_of):
    case = pupils.sign(world, pupils.submitted(world), "principal", "centre")
    client = client_of("county")
    post(client, "case_decide", case, verdict(case))
    page = text(client.get(reverse("case", args=[case.number])))
    assert "本件已了结。学籍已经建立，该生在读；接下来由学校分班，再由发号单位编号。" in page


def test_the_same_form_with_other_content_is_refused(world, client_of):
    case = pupils.submitted(world)
    data = verdict(case)
    client = client_of("principal")
    post(client, "case_decide", case, data)
    post(client, "case_decide", case, data | {"decision": "refused", "note": "改主意"})
    case.refresh_from_db()
    assert (case.state, case.waiting_role) == (State.OPEN, "centre_officer")


def test_chosen_cases_are_signed_together(world, client_of):
    cases = [pupils.submitted(world) for _ in range(3)]
    principal = client_of("principal")
    chosen = [f"{case.pk}:{case.version}" for case in cases[:2]]

    answer = principal.post(
        reverse("cases_decide"),
        {"case": chosen, "decision": "agreed", "note": "", "form_key": str(uuid4())},
        follow=True,
    )

    assert "已签署 2 件" in text(answer)
    assert list(Case.objects.order_by("pk").values_list("waiting_role", flat=True)) == [
        "centre_officer",
        "centre_officer",
        "principal",
    ]


def test_of_chosen_cases_those_that_ask_for_a_look_are_named_and_stay(world, client_of):
    plain, unproven = (
        pupils.submitted(world),
        pupils.submitted(world, hukou_code="", hukou_text="外"),
    )
    answer = client_of("principal").post(
        reverse("cases_decide"),
        {
            "case": [f"{case.pk}:{case.version}" for case in (plain, unproven)],
            "decision": "agreed",
            "note": "都看过",
            "form_key": str(uuid4()),
        },
        follow=True,
    )
    page = text(answer)
    assert ("已签署 1 件" in page, "1 件没有签署" in page) == (True, True)
    assert f"· {unproven.number} {unproven.title}：有 1 项待核：" in page
    unproven.refresh_from_db()
    assert (unproven.state, unproven.waiting_role) == (State.OPEN, "principal")


def test_no_decision_is_chosen_before_a_person_chooses(world, client_of):
    case = pupils.submitted(world)
    principal = client_of("principal")
    shown = text(principal.get(reverse("case", args=[case.number])))
    assert re.findall(r'<input type="radio" name="decision"[^>]* checked', shown) == []
    answer = post(principal, "case_decide", case, verdict(case, decision=""))
    assert (answer.status_code, "请先选择：同意、退回补正或不同意。" in text(answer)) == (422, True)


def test_the_inbox_tells_what_is_left_to_judge(world, client_of):
    pupils.submitted(world)
    pupils.submitted(world, hukou_code="", hukou_text="建昌营镇")
    shown = text(client_of("principal").get(reverse("cases")))
    assert shown.count("全部通过") == 1
    assert '<span class="tag tag-plan">1 项待核</span>' in shown


def test_of_many_each_that_was_not_signed_is_named(world, client_of):
    signed, moved, own = (pupils.submitted(world, name=name) for name in ("王一", "王二", "王三"))
    chosen = [f"{case.pk}:{case.version}" for case in (signed, moved, own)]
    pupils.sign(world, moved, "principal")
    Case.objects.filter(pk=own.pk).update(opener=world.posts["principal"].user)

    answer = client_of("principal").post(
        reverse("cases_decide"),
        {"case": chosen, "decision": "agreed", "note": "", "form_key": str(uuid4())},
        follow=True,
    )

    page = text(answer)
    assert ("已签署 1 件" in page, "2 件没有签署" in page) == (True, True)
    assert f"· {moved.number} {moved.title}：某principal 9 月 2 日 12:00 同意。" in page
    assert f"· {own.number} {own.title}：业务件 {own.number} 由您经手提交" in page


@pytest.mark.parametrize("decision", ["agreed", "returned"])
@pytest.mark.parametrize("chosen", [[], ["x:y"], ["1"], ["٣:1"], ["1:2:3"], ["9" * 30 + ":1"]])
def test_a_choice_that_means_nothing_signs_nothing(world, client_of, chosen, decision):
    answer = client_of("principal").post(
        reverse("cases_decide"),
        {"case": chosen, "decision": decision, "form_key": str(uuid4())},
        follow=True,
    )
    assert "还没有选中业务件。请先勾选，再签署。" in text(answer)


def test_a_return_without_a_reason_keeps_what_was_ticked(world, client_of):
    first, second = pupils.submitted(world), pupils.submitted(world)
    principal = client_of("principal")
    answer = principal.post(
        reverse("cases_decide"),
        {
            "case": [f"{second.pk}:{second.version}"],
            "decision": "returned",
            "note": " ",
            "form_key": str(uuid4()),
        },
    )
    ticks = re.findall(r'name="case" value="(\d+):\d+"( checked)?', text(answer))
    assert answer.status_code == 422
    assert "退回补正要写明哪里不对、怎样改，经手人才知道怎么办。" in text(answer)
    assert sorted(ticks) == [(str(first.pk), ""), (str(second.pk), " checked")]
    assert "/cases/?tab=closed" in text(answer)


@pytest.mark.parametrize(
    ("person", "finds"), [("clerk", True), ("auditor", False), ("admin", False)]
)
def test_only_who_may_find_pupils_has_a_box_to_find_them(client_of, person, finds):
    assert ('role="search"' in text(client_of(person).get(reverse("desk")))) is finds


@pytest.mark.parametrize("person", ["centre2", "clerk1b", "county9", "auditor", "admin"])
def test_a_stranger_to_the_case_finds_nothing(world, client_of, person):
    case = pupils.submitted(world)
    client = client_of(person)
    missing = client.get("/cases/2026-999999/")
    for answer in (
        client.get(reverse("case", args=[case.number])),
        post(client, "case_decide", case, verdict(case)),
        post(client, "case_reveal", case, {"field": "phone", "reason": "联系监护人"}),
    ):
        assert (answer.status_code, without_token(answer)) == (404, without_token(missing))


def test_what_ends_a_case_asks_for_its_reason_beside_the_field(world, client_of):
    case = pupils.submitted(world)
    for reason, told in (("", REASON_NEEDED), ("重" * 201, "原因超过 200 个字，请写短一些。")):
        answer = post(client_of("clerk"), "case_withdraw", case, key(reason=reason))
        assert (answer.status_code, refused_reason(answer)) == (422, (reason, told))


def test_the_clerk_takes_back_what_was_wrong(world, client_of):
    case = pupils.submitted(world)
    data = {"reason": "重复录入", "form_key": str(uuid4())}
    answer = client_of("clerk").post(
        reverse("case_withdraw", args=[case.number]), data, follow=True
    )
    assert f"已撤回：{case.title}" in text(answer)
    case.refresh_from_db()
    assert case.state == State.WITHDRAWN


def test_the_number_is_masked_until_shown_for_a_recorded_reason(world, client_of):
    case = pupils.submitted(world)
    number = case.student.id_number
    centre = client_of("centre")
    assert number not in text(centre.get(reverse("case", args=[case.number])))

    answer = post(centre, "case_reveal", case, {"field": "id_number", "reason": "核对户口簿原件"})

    assert number in text(answer)
    look = Access.objects.filter(kind=AccessKind.REVEAL).get()
    assert (look.students, look.field, look.reason, look.user_id) == (
        [case.student_id],
        "id_number",
        "核对户口簿原件",
        world.posts["centre"].user_id,
    )


@pytest.mark.parametrize("tab", ["mine", "others", "overdue", "closed"])
@pytest.mark.parametrize("person", ["principal", "county"])
def test_queries_of_the_inbox_do_not_grow_with_its_rows(world, client_of, tab, person):
    counted = []
    for _ in range(2):
        for _ in range(2):
            pupils.submitted(world)
            pupils.sign(world, pupils.submitted(world), "principal", decision=Decision.REFUSED)
        client = client_of(person)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("cases"), {"tab": tab})
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_pages_of_the_inbox_follow_each_other_without_gap(world, client_of, monkeypatch):
    monkeypatch.setitem(paging.page.__kwdefaults__, "size", 2)
    cases = [pupils.submitted(world) for _ in range(5)]
    client, seen, address = client_of("principal"), [], f"{reverse('cases')}?tab=mine"
    while address:
        page = client.get(address).context["page"]
        seen.append([case.pk for case in page.rows])
        address = page.next
    assert seen == [[c.pk for c in cases[i : i + 2]] for i in (0, 2, 4)]


def closed(world) -> list[Case]:
    """Five cases that ended one after the other, and one that did not."""
    ended = [
        pupils.sign(world, pupils.submitted(world), "principal", decision=Decision.REFUSED)
        for _ in range(5)
    ]
    for days, case in enumerate(ended):
        Case.objects.filter(pk=case.pk).update(closed_at=NOON + timedelta(days=days))
    pupils.submitted(world)
    return ended


def test_what_came_to_an_end_last_stands_first(world, client_of, monkeypatch):
    monkeypatch.setitem(paging.page.__kwdefaults__, "size", 2)
    ended = [case.pk for case in closed(world)]
    client, seen, address = client_of("county"), [], f"{reverse('cases')}?tab=closed"
    while address:
        answer = client.get(address)
        page = answer.context["page"]
        seen.append([case.pk for case in page.rows])
        address, back = page.next, page.previous
    before = client.get(back).context["page"]
    assert seen == [[ended[4], ended[3]], [ended[2], ended[1]], [ended[0]]]
    assert [case.pk for case in before.rows] == seen[1]
    assert "已了结的业务件，最近了结的在前" in text(answer)


def test_a_closed_school_still_shows_its_cases(world, client_of):
    case = pupils.submitted(world)
    School.objects.filter(pk=case.school_id).update(connected_on=None)
    assert client_of("county").get(reverse("case", args=[case.number])).status_code == 200


def test_undoing_is_called_as_its_workflow_calls_it(world, client_of, monkeypatch):
    case = pupils.enrolled(world).cases.get()
    other = replace(kinds.get("enrollment"), undo="撤销转学", undo_help="家长改变主意时撤销。")
    monkeypatch.setitem(kinds._KINDS, "enrollment", other)
    page = text(client_of("county-head").get(reverse("case", args=[case.number])))
    found = [word in page for word in ("撤销转学", "家长改变主意时撤销。", "撤销入学", "未报到")]
    assert found == [True, True, False, False]
