"""The pages of 转学: the whole way by them, what stays typed, who is shown what."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import pupils
from tests.browsing import errors, raw
from tests.transfers import movers
from tests.transfers.movers import approved, class_of, moved, numbered, sign, submitted
from tests.world import NOON
from transfers.models import Transfer
from xueji.audit.models import Access
from xueji.cases.models import Case
from xueji.pages.templatetags.xueji import regno
from xueji.students.models import Student

NEW, LIST = "/transfers/new/", "/transfers/"


@pytest.fixture
def pupil(world) -> Student:
    return numbered(world, name="单雄信")


def sent(student: Student | None, **other) -> dict[str, object]:
    return {
        "form_key": str(uuid4()),
        "student": str(student.pk) if student else "",
        "to_where": "inside",
        "to_school": "上庄小学",
        "reason": "move",
        "papers": ["household_book", "property_proof"],
        "save": "send",
        **other,
    }


def signing(client, case, **other):
    case.refresh_from_db()
    form = {"form_key": str(uuid4()), "version": case.version, "decision": "agreed", "note": ""}
    return client.post(f"/cases/{case.number}/decide/", {**form, **other})


def test_the_whole_way_by_the_pages(world, client_of, next_day, pupil):
    clerk = client_of("clerk")
    shown = raw(clerk.get(f"{NEW}?student={pupil.pk}"))
    assert "单雄信" in shown
    form = sent(pupil)
    answer = clerk.post(NEW, form)
    case = Case.objects.get(kind="transfer")
    assert (answer.status_code, answer["Location"]) == (302, f"/cases/{case.number}/")
    assert clerk.post(NEW, form)["Location"] == f"/cases/{case.number}/"  # the double click
    assert Case.objects.filter(kind="transfer").count() == 1
    early = raw(clerk.get(f"/transfers/{case.number}/certificate/"))
    assert "建昌营镇中心校签署同意以后再打印" in early
    for who in ("principal", "centre", "centre2"):
        assert signing(client_of(who), case).status_code == 302

    receiving = client_of("clerk2")
    assert "去办理" in raw(receiving.get(f"/cases/{case.number}/"))
    turn = f"/transfers/{case.number}/turn/"
    assert "单雄信" in raw(receiving.get(turn))
    case.refresh_from_db()
    chosen = class_of(world, "上庄小学")
    form = {"form_key": str(uuid4()), "version": case.version, "decision": "agreed"}
    answer = receiving.post(turn, {**form, "school_class": chosen.pk})
    assert (answer.status_code, answer["Location"]) == (302, f"/cases/{case.number}/")
    certificate = raw(clerk.get(f"/transfers/{case.number}/certificate/"))
    assert [f"转证 {case.number}" in certificate, pupil.number in certificate] == [True, True]
    assert signing(client_of("principal2"), case).status_code == 302

    pupil.refresh_from_db()
    assert (pupil.school, pupil.school_class) == (world.schools["上庄小学"], chosen)
    assert "转学，由清泉小学转入" in raw(receiving.get(f"/students/{pupil.pk}/?tab=history"))
    former = raw(clerk.get(f"/students/{pupil.pk}/"))
    assert "单雄信" in former  # its own period
    assert clerk.get(f"/transfers/{case.number}/form/").status_code == 404


def test_finding_offers_the_pupils_of_the_school_alone(world, client_of, noon, pupil):
    other = pupils.enrolled(world, "clerk2", **pupils.SHANGZHUANG, name="单雄信")
    answer = client_of("clerk").post(NEW, sent(None, pupil="单雄信", save="find"))
    assert [row.pk for row in answer.context["pupils"]] == [pupil.pk]
    answer = client_of("clerk").post(NEW, sent(None, pupil=other.id_number, save="find"))
    assert (answer.status_code, errors(answer)["pupil"]) == (
        422,
        ["本校没有找到这名学生。请核对；不在本校的，由就读学校办理。"],
    )
    answer = client_of("clerk").get(f"{NEW}?student={other.pk}")
    assert list(answer.context["pupils"]) == []


def test_a_refusal_names_the_clause_and_keeps_what_was_typed(world, client_of, noon, pupil):
    answer = client_of("clerk").post(NEW, sent(pupil, papers=["household_book"], reason="job"))
    assert (answer.status_code, errors(answer)) == (
        422,
        {
            "papers": [
                "缺房产证明。请监护人提供转入学校所在地的原件，看过后勾选"
                "（《学生学籍管理制度》二（二）1“学生转学必须提供转入学校所在地户口本和"
                "房产证明(房产证或购房有效票据)”）。"
            ]
        },
    )
    assert 'value="上庄小学"' in raw(answer)
    assert not Transfer.objects.exists()


def test_a_warning_asks_for_the_reason_of_an_exception(world, client_of, pupil):
    with time_machine.travel(NOON + timedelta(days=20), tick=False):
        client = client_of("clerk")
        form = sent(pupil, reason="special", reason_text="随祖父母生活")
        answer = client.post(NEW, form)
        assert (answer.status_code, list(errors(answer))) == (422, ["exception_transfer.window"])
        form |= {"form_key": str(uuid4()), "exception_transfer.window": "祖父病重需要照料"}
        assert client.post(NEW, form).status_code == 302
    case = Case.objects.get(kind="transfer", state="open")
    assert case.steps.get(role="county_officer").exceptions.get().reason == "祖父病重需要照料"


def test_a_draft_keeps_what_was_typed_and_becomes_the_case(world, client_of, noon, pupil):
    client = client_of("clerk")
    answer = client.post(NEW, sent(pupil, save="draft", reason="", to_school="上"))
    case = Case.objects.get(kind="transfer")
    edit = f"/transfers/{case.number}/edit/"
    assert (answer["Location"], case.state, case.title) == (edit, "draft", "单雄信")
    assert 'value="上"' in raw(client.get(edit))
    assert "单雄信" in raw(client.get(LIST))
    assert client_of("clerk2").get(edit).status_code == 404
    answer = client.post(edit, sent(pupil, version="1"))
    case.refresh_from_db()
    assert (answer["Location"], case.state) == (f"/cases/{case.number}/", "open")


def test_a_draft_can_be_thrown_away(world, client_of, noon, pupil):
    client = client_of("clerk")
    client.post(NEW, sent(pupil, save="draft"))
    case = Case.objects.get(kind="transfer")
    discard = f"/transfers/{case.number}/discard/"
    assert client_of("clerk2").post(discard, {"form_key": str(uuid4())}).status_code == 404
    assert client.post(discard, {"form_key": str(uuid4())})["Location"] == LIST
    assert not Case.objects.filter(kind="transfer").exists()


def test_a_school_of_a_name_that_there_are_two_of_is_named_by_its_code(
    world, client_of, noon, pupil
):
    client = client_of("clerk")
    answer = client.post(NEW, sent(pupil, to_school="小学"))
    assert "有不止一所学校" in errors(answer)["to_school"][0]
    answer = client.post(NEW, sent(pupil, to_school="没有的学校"))
    assert "没有这所学校" in errors(answer)["to_school"][0]
    code = world.schools["上庄小学"].identifier
    assert client.post(NEW, sent(pupil, to_school=code)).status_code == 302


def test_outside_the_register_the_school_is_text_and_the_receipt_ends_it(
    world, client_of, noon, pupil
):
    client = client_of("clerk")
    answer = client.post(NEW, sent(pupil, to_where="outside", to_school=""))
    assert sorted(errors(answer)) == ["outside_office", "outside_school"]
    where = {"outside_school": "海港区第一小学", "outside_office": "海港区教育局"}
    client.post(NEW, sent(pupil, to_where="outside", to_school="", **where))
    case = sign(world, Case.objects.get(kind="transfer"), "principal", "centre", "county")
    assert "海港区第一小学" in raw(client.get(f"{LIST}?show=holding"))
    receipt = f"/transfers/{case.number}/receipt/"
    form = {"form_key": str(uuid4()), "on": "2026-09-02", "note": "一年级，张老师"}
    assert client_of("clerk2").post(receipt, form).status_code == 404
    assert client_of("centre").get(receipt).status_code == 404
    assert client.post(receipt, form)["Location"] == f"/cases/{case.number}/"
    assert "没有等回执的学生" in raw(client.get(f"{LIST}?show=holding"))


def test_what_the_receiving_side_is_shown_before_the_register_comes(world, client_of, noon, pupil):
    case = approved(world, pupil)
    shown = raw(client_of("clerk2").get(f"/cases/{case.number}/"))
    assert ["单雄信" in shown, str(regno(pupil.number)) in shown] == [True, True]
    assert [pupil.id_number in shown, pupil.phone in shown] == [False, False]
    for stranger in ("clerk1b", "principal1b", "urban", "clerk9", "county9"):
        assert client_of(stranger).get(f"/cases/{case.number}/").status_code == 404
        assert client_of(stranger).get(f"/transfers/{case.number}/form/").status_code == 404


def test_after_the_move_the_former_school_sees_the_case_and_no_more(world, client_of, noon, pupil):
    case = moved(world, pupil)
    shown = raw(client_of("clerk").get(f"/cases/{case.number}/"))
    told = ["上庄小学", "户口及家庭住址迁移"]
    kept = [f"{pupil.birth_date:%Y-%m-%d}", pupil.id_number[-4:], "打印转学证明"]
    assert [[word in shown for word in words] for words in (told, kept)] == [
        [True, True],
        [False, False, False],
    ]


def test_a_clerk_whose_turn_it_is_not_is_led_to_the_case(world, client_of, noon, pupil):
    case = submitted(world, pupil)
    answer = client_of("clerk2").get(f"/transfers/{case.number}/turn/")
    assert (answer.status_code, answer["Location"]) == (302, f"/cases/{case.number}/")
    assert client_of("clerk9").get(f"/transfers/{case.number}/turn/").status_code == 404


def test_the_page_of_a_turn_says_since_when_it_waits(world, client_of, pupil):
    case = approved(world, pupil)
    for days, said in ((0, "今天送到，"), (2, "已等 2 天，")):
        with time_machine.travel(NOON + timedelta(days=days), tick=False):
            page = raw(client_of("clerk2").get(f"/transfers/{case.number}/turn/"))
        assert f"转 {case.number} · {said}" in page


def test_the_clerk_sends_back_with_a_reason_alone(world, client_of, noon, pupil):
    case = approved(world, pupil)
    turn = f"/transfers/{case.number}/turn/"
    form = {"version": case.version, "decision": "returned", "note": ""}
    answer = client_of("clerk2").post(turn, {"form_key": str(uuid4()), **form})
    assert (answer.status_code, list(errors(answer))) == (422, ["note"])
    form |= {"note": "与户口簿不符"}
    assert client_of("clerk2").post(turn, {"form_key": str(uuid4()), **form}).status_code == 302
    case.refresh_from_db()
    assert (case.state, case.waiting_at.name) == ("open", "杨各庄镇中心校")
    route = raw(client_of("clerk").get(f"/cases/{case.number}/"))
    assert route.count("上庄小学") >= 2  # who signed before and who is still to sign


def test_two_who_sign_the_same_turn(world, client_of, noon, pupil):
    case = approved(world, pupil)
    turn = f"/transfers/{case.number}/turn/"
    form = {"version": case.version, "decision": "agreed", "note": "", "school_class": ""}
    client_of("clerk2").post(turn, {"form_key": str(uuid4()), **form})
    answer = client_of("clerk2").post(turn, {"form_key": str(uuid4()), **form})
    assert (answer.status_code, answer["Location"]) == (302, f"/cases/{case.number}/")
    assert case.steps.filter(role="clerk", decision="agreed").count() == 1


@pytest.mark.parametrize("show", ["out", "in", "holding", "files"])
def test_lists_take_as_many_queries_for_three_as_for_one(world, client_of, noon, show):
    client = client_of("county")
    to = None if show in ("holding", "files") else "上庄小学"
    counted = []
    for more in (1, 2):
        for _ in range(more):
            approved(world, numbered(world), to)
        client.get(f"{LIST}?show={show}")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = client.get(f"{LIST}?show={show}")
        counted.append(len(queries))
        assert len(answer.context["page"].rows) == (1 if more == 1 else 3)
    assert counted[0] == counted[1]


def test_lists_are_narrowed_by_state_direction_and_age(world, client_of, pupil):
    with time_machine.travel(NOON, tick=False):
        approved(world, pupil)
        submitted(world, numbered(world), "迁安城区小学")

        def names(query: str, who: str = "county") -> list[str]:
            rows = client_of(who).get(LIST + query).context["page"].rows
            return [row.direction for row in rows]

        assert names("?state=to_place") == ["between_townships"]
        assert names("?state=alive&way=township_to_urban") == ["township_to_urban"]
        assert names("?late=1") == []
        assert names("?show=in", "clerk2") == ["between_townships"]
        assert names("?show=out", "clerk2") == []
        assert client_of("county").get(f"{LIST}?show=no").status_code == 404
    with time_machine.travel(NOON + timedelta(days=7), tick=False):
        assert names("?late=1") == ["between_townships"]


def test_what_is_shown_is_written_down(world, client_of, noon, pupil):
    case = approved(world, pupil)
    Access.objects.all().delete()
    client_of("clerk2").get(f"{LIST}?show=in")
    client_of("clerk2").get(f"/transfers/{case.number}/turn/")
    client_of("clerk2").get(f"/transfers/{case.number}/certificate/")
    seen = Access.objects.order_by("pk").values_list("kind", "page", "students")
    assert list(seen) == [
        ("list", "transfers", [pupil.pk]),
        ("view", "transfers", [pupil.pk]),
        ("print", "transfers", [pupil.pk]),
    ]


def test_an_overdue_receipt_stands_on_the_desk(world, client_of, pupil):
    with time_machine.travel(NOON, tick=False):
        approved(world, pupil, None)
        assert "回执逾期未到" not in raw(client_of("clerk").get("/"))
    with time_machine.travel(datetime(2026, 10, 3, 12, 30, tzinfo=NOON.tzinfo), tick=False):
        assert "回执逾期未到" in raw(client_of("clerk").get("/"))


def test_nothing_works_by_a_form_of_somebody_else(world, client_of, noon, pupil):
    case = approved(world, pupil)
    form = {"form_key": str(uuid4()), "version": case.version, "decision": "agreed", "note": ""}
    for who, status in [("principal2", 404), ("clerk1b", 404), ("clerk", 302), ("county", 404)]:
        answer = client_of(who).post(f"/transfers/{case.number}/turn/", form)
        assert (who, answer.status_code) == (who, status)
    case.refresh_from_db()
    assert (case.waiting_at.name, case.waiting_role) == ("上庄小学", "clerk")
    assert movers.class_of(world, "上庄小学").students.count() == 0


def test_a_late_transfer_is_pressed_for_by_the_offices_of_both_sides(world, client_of, pupil):
    with time_machine.travel(NOON, tick=False):
        approved(world, pupil)
        assert "转学逾期" not in raw(client_of("centre2").get("/"))
    with time_machine.travel(NOON + timedelta(days=7), tick=False):
        people = ("centre", "centre2", "county", "city", "clerk2", "county9", "clerk1b")
        lists = [client_of(who).get(f"{LIST}?show=late").context["page"].rows for who in people]
        assert [len(rows) for rows in lists] == [1, 1, 1, 1, 1, 0, 0]
        told = ["转学逾期" in raw(client_of(who).get("/")) for who in people]
        assert told == [True, True, True, True, False, False, False]
