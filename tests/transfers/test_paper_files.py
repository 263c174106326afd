"""The paper file goes after the register; the registers list who went and who came."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.utils.html import strip_tags

from tests.browsing import raw, words
from tests.transfers import movers
from tests.transfers.movers import approved, moved, numbered
from tests.transfers.test_pages import LIST
from tests.world import NOON
from transfers import services
from transfers.queries import owed
from xueji.audit.models import Access
from xueji.cases import services as cases
from xueji.cases.kinds import Refused
from xueji.organisations.models import Organisation
from xueji.students.models import Student

TODAY = NOON.date()
REGISTER = "/transfers/register/"


def send(world, case, who="clerk", **other):
    values = {"on": TODAY, "carrier": "guardian", "copy_kept": True, **other}
    return services.send_file(case_id=case.pk, acting=world.acting(who), **values)


def receive(world, case, who="clerk2", on=TODAY):
    return services.receive_file(case_id=case.pk, on=on, acting=world.acting(who))


def open_files(world) -> list[int]:
    people = ("clerk", "clerk2", "centre", "centre2", "county", "clerk1b", "county9")
    return [owed.files(world.acting(who)).count() for who in people]


def test_both_schools_see_the_papers_until_they_have_come(world):
    case = moved(world, numbered(world))
    assert open_files(world) == [1, 1, 1, 1, 1, 0, 0]
    send(world, case)
    assert open_files(world) == [1, 1, 1, 1, 1, 0, 0]
    found = receive(world, case)
    assert (found.sent_on, found.carrier, found.copy_kept, found.received_on) == (
        TODAY,
        "guardian",
        True,
        TODAY,
    )
    assert open_files(world) == [0] * 7


def test_each_school_records_its_own_half_once(world):
    case = moved(world, numbered(world))
    for who in ("clerk2", "clerk1b", "principal", "centre", "county", "clerk9"):
        with pytest.raises(PermissionDenied):
            send(world, case, who)
    for who in ("clerk", "clerk1b", "principal2", "centre2", "county", "clerk9"):
        with pytest.raises(PermissionDenied):
            receive(world, case, who)
    send(world, case)
    with pytest.raises(PermissionDenied):
        send(world, case)


def test_papers_travel_after_the_move_and_not_in_the_future(world):
    with pytest.raises(PermissionDenied):
        send(world, approved(world, numbered(world)))
    case = moved(world, numbered(world))
    for day in (TODAY - timedelta(days=1), TODAY + timedelta(days=1)):
        with pytest.raises(Refused, match="日期早于转学办结的日期"):
            send(world, case, on=day)


def test_where_the_text_asks_for_a_copy_the_papers_do_not_go_without(world):
    student = numbered(world)
    Organisation.objects.filter(name="迁安市教育局").update(rule_set="xxpri")
    papers = frozenset({"receiving_proof", "receiving_office_seal"})
    case = movers.submitted(world, student, None, papers=papers)
    movers.sign(world, case, "principal", "county", "county-head")
    with pytest.raises(Refused, match="还没有留复印件.*学校留存复印件"):
        send(world, case, copy_kept=False)
    assert send(world, case).copy_kept


def test_the_page_asks_each_school_for_its_half(world, client_of, noon):
    case = moved(world, numbered(world, name="单雄信"))
    page = f"/transfers/{case.number}/file/"
    for who, status in [("clerk1b", 404), ("clerk9", 404), ("principal", 404), ("county", 404)]:
        assert (who, client_of(who).get(page).status_code) == (who, status)
    assert "怎样转递" in raw(client_of("clerk").get(page))
    form = {"form_key": str(uuid4()), "on": "2026-09-02", "carrier": "post"}
    answer = client_of("clerk").post(page, form)
    assert answer["Location"] == f"/cases/{case.number}/"
    assert client_of("clerk").get(page)["Location"] == f"/cases/{case.number}/"
    assert "2026-09-02 转出，邮寄" in raw(client_of("clerk").get(f"/cases/{case.number}/"))
    assert "待收到" in raw(client_of("clerk2").get(f"{LIST}?show=files"))
    empty = client_of("clerk2").post(page, {"form_key": str(uuid4()), "on": ""})
    assert (empty.status_code, "请填收到日期" in raw(empty)) == (422, True)


def test_who_passes_a_pupil_on_is_told_of_papers_that_have_not_come_yet(world, client_of, noon):
    student = numbered(world, name="单雄信")
    first = moved(world, student)
    student.refresh_from_db()
    second = movers.submitted(world, student, "迁安城区小学", clerk="clerk2")
    movers.sign(world, second, "principal2", "centre2", "county")
    movers.receive(world, second, "urban", None)
    movers.sign(world, second, "urban-principal")
    page = f"/transfers/{second.number}/file/"

    def told() -> list[bool]:
        text = words(client_of("clerk2").get(page))
        sentences = (
            "该生由清泉小学转来的纸质材料还没有登记收到",
            f"先在业务件 {first.number} 登记收到",
        )
        return [sentence in text for sentence in sentences]

    assert told() == [True, True]
    receive(world, first)
    assert told() == [False, False]


@pytest.mark.parametrize(("days", "overdue"), [(30, 0), (31, 1)])
def test_papers_are_overdue_after_the_days_of_the_rules(world, days, overdue):
    moved(world, numbered(world))
    acting = world.acting("county", at=NOON + timedelta(days=days))
    assert owed.files_overdue(owed.files(acting), acting).count() == overdue


# -- registers ------------------------------------------------------------------------------------
def test_the_registers_say_who_went_and_who_came(world, client_of, noon):
    student = numbered(world, name="单雄信")
    number = student.number
    case = moved(world, student)
    undone = moved(world, numbered(world, name="程咬金"))
    cases.reverse(case_id=undone.pk, note="办错", acting=world.acting("centre2"))

    (went,) = client_of("clerk").get(REGISTER).context["sheets"][0]
    (came,) = client_of("clerk2").get(f"{REGISTER}?show=in").context["sheets"][0]
    assert (went.name, went.number, went.other, went.remark, went.case_number) == (
        "单雄信",
        number,
        "上庄小学",
        "2026-09-02转往上庄小学",
        case.number,
    )
    assert (came.number, came.other, came.remark) == ("", "清泉小学", "2026-09-02转自清泉小学")
    assert Access.objects.filter(kind="print", students=[student.pk]).count() == 2
    for who in ("clerk1b", "urban", "county9"):
        assert client_of(who).get(REGISTER).context["total"] == 0


def test_a_register_covers_the_days_it_is_asked_for(world, client_of, noon):
    moved(world, numbered(world))
    client = client_of("county")
    days = {"first": date(2026, 9, 3), "last": date(2026, 9, 3)}
    assert client.get(REGISTER, days).context["total"] == 0
    assert client.get(REGISTER, {"first": TODAY, "last": TODAY}).context["total"] == 1
    wrong = client.get(REGISTER, {"first": "2026-09-03", "last": "2026-09-01"})
    assert (wrong.status_code, "结束日期早于开始日期" in raw(wrong)) == (422, True)
    assert client.get(f"{REGISTER}?show=no").status_code == 404


# -- the slip -------------------------------------------------------------------------------------
def slip(case) -> str:
    return f"/transfers/{case.number}/file/slip/"


def test_the_slip_is_printed_by_both_schools_and_their_offices_once_it_is_done(
    world, client_of, noon
):
    waiting = approved(world, numbered(world))
    assert "这件转学没有办结，纸质材料不转递。" in raw(client_of("clerk").get(slip(waiting)))
    case = moved(world, numbered(world))
    for who in ("clerk", "principal", "centre", "clerk2", "principal2", "centre2", "county"):
        assert "档案转递单存根" in raw(client_of(who).get(slip(case)))
        look = Access.objects.latest("pk")
        assert (look.kind, look.page, look.students) == ("print", "transfers", [case.student_id])
    for who in ("clerk1b", "urban", "county9"):
        assert (who, client_of(who).get(slip(case)).status_code) == (who, 404)


def test_the_slip_says_what_was_sent_how_and_whether_a_copy_stays_and_when_it_came(
    world, client_of, noon
):
    student = numbered(world, name="𠮷䶮㛃")
    number = student.number
    case = moved(world, student)
    blank = strip_tags(raw(client_of("clerk2").get(slip(case))))
    assert ["监护人自带" in blank, "已于2026 年 9 月 2 日由清泉小学" in blank] == [False, True]
    send(world, case)
    receive(world, case)
    shown = strip_tags(raw(client_of("clerk").get(slip(case))))
    lines = [line.strip() for line in shown.splitlines() if "𠮷䶮㛃" in line and "，" in line]
    assert lines == [
        f"学生𠮷䶮㛃，学籍号{number}，由清泉小学一（1）班转往上庄小学。"
        "学籍表已转出，转递方式：监护人自带，留存复印件：已留。",
        f"学生𠮷䶮㛃，学籍号{number}，已于2026 年 9 月 2 日由清泉小学一年级转入你校。"
        "现将下列材料转去，请查收，填好回执寄回。",
        f"你校转来学生𠮷䶮㛃（转递 {case.number}）的学籍表等材料，已于2026 年 9 月 2 日收到。",
    ]


def test_the_slip_tells_the_former_school_nothing_that_came_after_its_own_period(
    world, client_of, noon
):
    student = numbered(world)
    old = student.number
    case = moved(world, student)
    Student.objects.filter(pk=student.pk).update(number="02262600200009")
    for who in ("clerk", "clerk2"):
        page = raw(client_of(who).get(slip(case)))
        assert [old in page, "02262600200009" in page, str(student.birth_date) in page] == [
            True,
            False,
            False,
        ]


def test_to_a_school_outside_the_slip_is_addressed_with_its_office_and_comes_back_by_hand(
    world, client_of, noon
):
    case = approved(world, numbered(world), None)
    page = strip_tags(raw(client_of("clerk").get(slip(case))))
    assert f"{case.transfer.outside_office}、{case.transfer.outside_school}：" in page
    assert "已于　　　　年　　月　　日收到" in page


def test_the_case_and_the_list_of_papers_lead_to_the_slip(world, client_of, noon):
    case = moved(world, numbered(world))
    for who in ("clerk", "clerk2", "centre2", "county"):
        for page in (f"/cases/{case.number}/", f"{LIST}?show=files"):
            assert (who, page, f'href="{slip(case)}"' in raw(client_of(who).get(page))) == (
                who,
                page,
                True,
            )
