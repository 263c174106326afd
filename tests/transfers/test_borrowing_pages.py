"""The pages of 借读: the whole way by them, what each side is shown, and what stays typed."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import pupils
from tests.browsing import key, raw
from tests.transfers.borrowers import HOST, arrived, asked, lent, of
from tests.transfers.movers import class_of, numbered
from tests.world import NOON
from transfers.models import Borrowing
from xueji.audit.models import Access
from xueji.cases import services as cases
from xueji.cases.models import Case, CaseForm
from xueji.organisations.models import School
from xueji.students.models import Placement

NEW, LIST, DRAFT = "/borrowing/new/", "/borrowing/", "/borrowing/draft/"


def sent(world, student, **other) -> dict[str, object]:
    return {
        **key(),
        "id_number": student.id_number,
        "name": student.name,
        "school_class": str(class_of(world, HOST).pk),
        "reason": "migrant",
        "papers": ["residence_permit", "job_proof", "borrowing_letter"],
        "save": "send",
        **other,
    }


def sign(client, case) -> int:
    case.refresh_from_db()
    form = {**key(), "version": case.version, "decision": "agreed", "note": ""}
    return client.post(f"/cases/{case.number}/decide/", form).status_code


def test_the_whole_way_by_the_pages(world, client_of, next_day):
    student = numbered(world, name="单雄信")
    host = client_of("urban")
    assert "借读证明信" in raw(host.post(NEW, sent(world, student, save="find")))
    lacking = host.post(NEW, sent(world, student, papers=["residence_permit"]))
    told = lacking.context["form"].errors["papers"]
    assert (lacking.status_code, [line.split("。")[0] for line in told]) == (
        422,
        ["缺就业证明或营业执照", "缺原学校开具的借读证明信"],
    )
    assert f'value="{student.id_number}"' in raw(lacking)
    form = sent(world, student)
    answer = host.post(NEW, form)
    case = Case.objects.get(kind="borrowing")
    page = f"/cases/{case.number}/"
    assert (answer.status_code, answer["Location"]) == (302, page)
    assert host.post(NEW, form)["Location"] == page  # the double click
    assert sign(client_of("urban-principal"), case) == 302
    assert ["清泉小学" in _facts(host, page), "建昌营镇" in _facts(host, page)] == [False, False]
    assert [sign(client_of(who), case) for who in ("principal", "county")] == [302, 302]

    home = client_of("clerk")
    for client in (home, host):
        facts = _facts(client, page)
        assert ["清泉小学" in facts, HOST in facts, "在原学校参加" in facts] == [True] * 3
    assert "单雄信" in raw(host.get(LIST))
    assert "单雄信" in raw(home.get(f"{LIST}?show=out"))
    assert "没有在外借读的学生" in raw(host.get(f"{LIST}?show=out"))
    roll = raw(host.get(f"/borrowing/{world.schools[HOST].pk}/roll/"))
    assert ["单雄信" in roll, student.id_number in roll] == [True, False]

    lending = home.post(f"/borrowing/{case.number}/sheet/", {**key(), "due_on": "2027-01-20"})
    assert (lending.status_code, "2027-01-20 以前归还" in _facts(host, page)) == (302, True)
    assert host.get(f"/borrowing/{case.number}/sheet/")["Location"] == page
    sheet = f"/borrowing/{case.number}/sheet/"
    again = home.post(sheet, {**key(), "due_on": "2027-01-20"})  # from a second window
    assert (again.status_code, "还没有归还" in raw(again)) == (409, True)
    assert home.post(sheet, {**key(), "act": "back"}).status_code == 302

    place = Placement.objects.get(case=case)
    answer = host.post(f"/borrowing/{place.pk}/end/", {**key(), "reason": "back"})
    end = Case.objects.get(kind="borrowing_end")
    assert answer["Location"] == f"/cases/{end.number}/"
    listed = raw(host.get(LIST))
    assert [f'"/cases/{end.number}/"' in listed, "借读结束<" in listed] == [True, False]
    assert [sign(client_of(who), end) for who in ("urban-principal", "county")] == [302, 302]
    assert "没有借读生" in raw(host.get(LIST))
    assert "借读结束" in raw(host.get(f"{LIST}?show=cases&state=done"))
    assert "单雄信" not in _facts(host, page).replace("<dd>单雄信</dd>", "")


def _facts(client, page: str) -> str:
    return raw(client.get(page)).split('id="borrowing-facts"')[1].split("</section>")[0]


def test_who_is_new_is_typed_with_the_home_school_as_text(world, client_of, noon):
    row = pupils.row(name="欧阳外来")
    where = {"outside_school": "海港区第一小学", "outside_office": "海港区教育局", "grade": "1"}
    form = {**row, **where, "school_class": str(class_of(world, HOST).pk), "reason": "migrant"}
    form |= {"papers": ["residence_permit", "job_proof", "borrowing_letter"], "save": "draft"}
    host = client_of("urban")
    edit = host.post(NEW, {**form, **key()})["Location"]
    assert f'value="{row["id_number"]}"' in raw(host.get(edit))
    assert "欧阳外来" in raw(host.get(LIST))
    form |= {"save": "send", "version": "1"}
    answer = host.post(edit, {**form, **key(), "outside_school": ""})
    assert list(answer.context["form"].errors) == ["outside_school"]
    stale = host.post(edit, {**form, **key(), "version": "0", "until": "2027-07-05"})
    assert (stale.status_code, "在另一个窗口改过" in raw(stale)) == (409, True)
    assert host.post(edit, {**form, **key()}).status_code == 302
    assert Case.objects.get(kind="borrowing").student.register_type == "borrowed_temp"


def test_what_is_typed_for_a_guest_is_kept_as_one_types(world, client_of, noon):
    student = numbered(world, name="单雄信")
    host, form = client_of("urban"), sent(world, student, until="2027-07")
    assert f'hx-post="{DRAFT}"' in raw(host.get(NEW))
    kept = host.post(DRAFT, form)
    case = Case.objects.get(kind="borrowing")
    assert (kept["HX-Replace-Url"], case.title) == (f"/borrowing/{case.number}/edit/", "单雄信")
    assert "草稿已存 12:00" in raw(kept)
    School.objects.filter(organisation__name="上庄小学").update(designated_for_borrowed=True)
    for stranger in ("clerk", "clerk2", "clerk9"):
        client_of(stranger).post(DRAFT, {**form, **key(), "case": case.number, "name": "别人"})
    for stranger in ("principal", "urban-principal", "county"):
        assert client_of(stranger).post(DRAFT, form).status_code == 404
    assert CaseForm.objects.get(case=case).values["row"]["name"] == "单雄信"
    # the browser had not yet heard of the draft's number
    assert host.post(NEW, {**form, "until": ""})["Location"] == f"/cases/{case.number}/"


@pytest.mark.parametrize(
    ("who", "told"), [("clerk9", "学籍随人走，不办理借读"), ("clerk", "不是指定的借读学校")]
)
def test_a_school_that_takes_no_guests_is_told_why_before_anything_is_typed(
    world, client_of, noon, who, told
):
    answer = client_of(who).get(NEW)
    assert (answer.status_code, told in raw(answer)) == (409, True)
    assert told in raw(client_of(who).get(LIST))


def test_what_becomes_of_a_guest_is_for_the_host_alone(world, client_of, next_day):
    inside = Placement.objects.get(case=lent(world, numbered(world)))
    outside = Placement.objects.get(case=arrived(world))
    host = client_of("urban")
    assert [
        host.get(f"/borrowing/{place.pk}/{page}/").status_code
        for place in (inside, outside)
        for page in ("end", "convert")
    ] == [200, 404, 200, 200]
    for stranger in ("clerk", "clerk2", "urban-principal", "county"):
        client = client_of(stranger)
        assert client.get(f"/borrowing/{outside.pk}/convert/").status_code == 404
        assert client.post(f"/borrowing/{inside.pk}/end/", key()).status_code == 404
    lacking = host.post(f"/borrowing/{outside.pk}/convert/", key())
    assert (lacking.status_code, "缺转学证明" in raw(lacking)) == (422, True)
    form = {**key(), "papers": ["transfer_certificate"]}
    assert host.post(f"/borrowing/{outside.pk}/convert/", form).status_code == 302


def test_the_host_reads_the_guest_while_there_and_the_home_school_alone_edits(
    world, client_of, next_day
):
    case = lent(world, numbered(world, name="单雄信"))
    host, page = client_of("urban"), f"/students/{case.student_id}/"
    shown = raw(host.get(page))
    assert ["单雄信" in shown, "修改信息" in shown, "办理转学" in shown] == [True, False, False]
    assert [host.get(f"{page}?tab={tab}").status_code for tab in ("sheet", "file", "history")] == [
        200
    ] * 3
    assert host.get(f"{page}edit/").status_code == 404
    assert client_of("clerk2").get(page).status_code == 404
    with time_machine.travel(NOON + timedelta(days=2), tick=False):
        cases.reverse(case_id=case.pk, note="没有来", acting=world.acting("county"))
        assert client_of("urban").get(page).status_code == 404


def test_a_returned_end_is_mended_where_it_was_written(world, client_of, next_day):
    place = Placement.objects.get(case=lent(world, numbered(world)))
    host = client_of("urban")
    host.post(f"/borrowing/{place.pk}/end/", {**key(), "reason": "back"})
    case = Case.objects.get(kind="borrowing_end")
    pupils.sign(world, case, "urban-principal", decision="returned")
    edit = f"/borrowing/{case.number}/edit/"
    page = host.get(edit)
    assert "退回补正：请改正" in raw(page)
    form = {**key(), "version": page.context["version"], "reason": "exams"}
    assert host.post(edit, form).status_code == 302
    case.refresh_from_db()
    assert (case.state, case.borrowing_change.reason) == ("open", "exams")


@pytest.mark.parametrize(("days", "is_told"), [(0, True), (1, False)])
def test_past_the_day_a_guest_was_expected_to_leave_the_clerk_of_the_host_is_reminded(
    world, client_of, next_day, days, is_told
):
    case = lent(world, numbered(world))
    Borrowing.objects.filter(case=case).update(until=NOON.date() + timedelta(days=days))
    people = ("urban", "urban-principal", "clerk", "county")
    told = ["借读已过预计日期" in raw(client_of(who).get("/")) for who in people]
    lists = (("urban", "in"), ("clerk", "out"))
    listed = [">已过<" in raw(client_of(who).get(f"{LIST}?show={show}")) for who, show in lists]
    assert (told, listed) == ([is_told, False, False, False], [is_told] * 2)


@pytest.mark.parametrize("show", ["in", "out", "cases"])
def test_lists_ask_as_often_for_three_rows_as_for_one(world, client_of, next_day, show):
    client = client_of("county")

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked_for:
            answer = client.get(f"{LIST}?show={show}")
        assert answer.context["page"].rows
        return len(asked_for)

    lent(world, numbered(world))
    queries()
    first = queries()
    for _ in range(2):
        lent(world, numbered(world))
    assert queries() == first


def test_lists_and_rolls_are_recorded_with_whom_they_showed(world, client_of, next_day):
    case = lent(world, numbered(world))
    client_of("county").get(LIST)
    client_of("centre").get(f"{LIST}?show=out")
    client_of("county").get(f"/borrowing/{world.schools[HOST].pk}/roll/")
    rows = Access.objects.filter(page="borrowing").order_by("pk")
    assert [(row.kind, row.students) for row in rows] == [
        ("list", [case.student_id]),
        ("list", [case.student_id]),
        ("print", [case.student_id]),
    ]


def test_a_guest_who_is_being_asked_for_is_not_told_to_strangers(world, client_of, noon):
    case = asked(world, **of(numbered(world)))
    assert client_of("clerk2").get(f"/cases/{case.number}/").status_code == 404
    assert case.number not in raw(client_of("clerk2").get(f"{LIST}?show=cases"))
