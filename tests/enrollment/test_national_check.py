"""The national check (全国学籍查重): its list, its results, and who reports them."""

import re
from datetime import date, datetime
from io import BytesIO

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from tests import pupils
from tests.browsing import words
from tests.enrollment.latecomers import CHECK, at_check, late
from tests.numbering import making
from tests.world import ZONE
from xueji.audit.models import Access
from xueji.cases.models import State
from xueji.organisations.models import SchoolClass
from xueji.students.models import Status, Student


@pytest.fixture
def province(client_of, noon):
    return client_of("province")


def send(client, case, *, result="passed", text=""):
    page = client.get(CHECK).content.decode()
    key = re.search(r'name="form_key" value="([^"]+)"', page)[1]
    case.refresh_from_db()
    return client.post(
        f"{CHECK}results/",
        {
            "form_key": key,
            "case": [f"{case.pk}:{case.version}"],
            "result": result,
            "text": text,
            "month": "2026-09",
        },
    )


def test_the_province_sees_who_waits_and_the_look_is_recorded(province, world):
    case = at_check(world, name="韩梅梅")
    late(world, name="李雷")  # still at the school

    page = words(province.get(CHECK))

    assert "韩梅梅" in page
    assert "李雷" not in page
    assert "还没有结果的 1 名" in page
    assert "应按规定办理转学手续" in page
    look = Access.objects.latest("pk")
    assert (look.kind, look.page, look.students, look.filter) == (
        "list",
        "national_check",
        [case.student_id],
        "2026-09",
    )
    assert "全国学籍查重 1 名" in words(province.get("/"))


def test_the_list_is_searched_and_still_taken_out_whole(province, world):
    case = at_check(world, name="万俟卨")
    at_check(world, name="韩梅梅")

    for typed in ("万俟", "mqx", case.student.id_number):
        found = province.post(
            "/enrollment/find/",
            {"list": "enrollment_national_check", "month": "2026-09", "q": typed},
            follow=True,
        )
        assert [row.case for row in found.context["page"].rows] == [case]
        assert (found.context["month"], found.context["total"]) == (date(2026, 9, 1), 2)
        assert "全部 2 名，不分页" in words(found)
    masked = f"2026-09 {case.student.id_number[:6]}********{case.student.id_number[-4:]}"
    assert Access.objects.latest("pk").filter == masked


def test_the_list_of_a_month_holds_those_who_came_by_its_end(province, client_of, world):
    at_check(world, name="韩梅梅")

    assert "韩梅梅" not in words(province.get(f"{CHECK}?month=2026-08"))
    with time_machine.travel(datetime(2026, 10, 3, 9, 0, tzinfo=ZONE), tick=False):
        assert "韩梅梅" in words(client_of("province").get(f"{CHECK}?month=2026-09"))
    assert province.get(f"{CHECK}?month=nonsense").status_code == 404


def test_the_workbook_holds_whole_numbers_as_text_and_the_purpose_is_recorded(province, world):
    case = at_check(world, name="韩梅梅", into_reason="=1+1 回国")
    asked = {"month": "2026-09", "purpose": "提交全国学籍查重", "form": "xlsx"}

    answer = province.post(f"{CHECK}list/", asked)

    sheet = load_workbook(BytesIO(answer.content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][0] == "2026 年 9 月全国学籍查重名单"
    assert rows[2][:6] == [
        "1",
        "韩梅梅",
        case.student.get_sex_display(),
        "2018-03-17",
        "居民身份证",
        case.student.id_number,
    ]
    assert rows[2][12] == "=1+1 回国"
    assert {(cell.data_type, cell.number_format) for cell in sheet[3]} == {("s", "@")}
    assert sheet.print_title_rows == "$1:$2"
    look = Access.objects.latest("pk")
    assert (look.kind, look.students, look.reason) == (
        "export",
        [case.student_id],
        "提交全国学籍查重",
    )


def test_the_same_list_on_paper(province, world):
    case = at_check(world, name="韩梅梅")
    asked = {"month": "2026-09", "purpose": "核对查重结果", "form": "print"}

    page = words(province.post(f"{CHECK}list/", asked))

    assert case.student.id_number in page
    assert "第 1 页，共 1 页" in page
    assert Access.objects.latest("pk").kind == "print"


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"month": "2026-09", "purpose": ""}, "请选用途，会记入操作记录。"),
        ({"month": "九月", "purpose": "提交全国学籍查重"}, "月份请按 2026-09 的样子填写。"),
    ],
)
def test_a_list_leaves_for_a_purpose_and_of_a_month(province, world, asked, says):
    at_check(world)

    answer = province.post(f"{CHECK}list/", asked)

    assert (answer.status_code, says in words(answer)) == (422, True)
    assert set(Access.objects.values_list("kind", flat=True)) == {"list"}


def test_who_passed_goes_on_to_the_last_signature(province, world):
    case = at_check(world)

    answer = send(province, case)

    case.refresh_from_db()
    assert (answer.status_code, case.state, case.waiting_role) == (
        302,
        State.OPEN,
        "county_officer",
    )
    assert case.steps.get(role="province_officer").note == "全国学籍查重通过。"
    assert "已登记 1 名通过，转下一环节" in words(province.get(CHECK))


def test_who_did_not_pass_is_refused_and_sent_to_transfer(province, world):
    case = at_check(world)

    send(province, case, result="failed", text="学籍在山西省某小学")

    case.refresh_from_db()
    note = case.steps.get(role="province_officer").note
    assert (case.state, note.partition("《")[0]) == (
        State.REFUSED,
        "全国学籍查重不通过：学籍在山西省某小学。应按规定办理转学手续（",
    )
    assert "少数因故没有建立学籍的非小学一年级学生" in note
    assert Student.objects.get().status == Status.PENDING


def test_who_did_not_pass_is_told_why(province, world):
    case = at_check(world)

    answer = send(province, case, result="failed")

    assert answer.status_code == 422
    assert "不通过的要写明查到什么" in words(answer)
    case.refresh_from_db()
    assert case.state == State.OPEN


def test_a_result_is_reported_once(province, world):
    case = at_check(world)
    seen = case.version
    send(province, case)
    page = province.get(CHECK).content.decode()
    key = re.search(r'name="form_key" value="([^"]+)"', page)[1]

    again = {"form_key": key, "case": [f"{case.pk}:{seen}"], "result": "failed", "text": "查到"}
    answer = province.post(f"{CHECK}results/", again)

    assert answer.status_code == 302
    assert "没有登记" in words(province.get(CHECK))
    case.refresh_from_db()
    assert case.state == State.OPEN


@pytest.mark.parametrize("who", ["centre", "county", "city", "county9"])
def test_a_post_whose_turn_it_is_not_reports_nothing(client_of, noon, world, who):
    case = at_check(world, name="韩梅梅")
    client = client_of(who)
    assert "韩梅梅" not in words(client.get(CHECK))

    send(client, case)

    case.refresh_from_db()
    assert case.waiting_role == "province_officer"


@pytest.mark.parametrize("who", ["clerk", "principal", "county-head", "auditor"])
def test_who_has_no_such_post_has_no_such_page(client_of, noon, who):
    assert client_of(who).get(CHECK).status_code == 404


def test_the_list_asks_as_often_for_three_pupils_as_for_one(province, world):
    asked = []
    for more in (1, 2):
        for _ in range(more):
            at_check(world)
        province.get(CHECK)
        with CaptureQueriesContext(connection) as captured:
            province.get(CHECK)
        asked.append(len(captured))

    assert asked[0] == asked[1]


def test_a_number_of_the_cohort_is_appended(world):
    school = world.school_of("clerk")
    third = SchoolClass.objects.create(
        school=school, stage="primary", entry_year=2024, number=1, grade=3, capacity=45
    )
    first = at_check(world, school_class=str(third.pk))
    pupils.sign(world, first, "province", "county")
    making.issue(world, "清泉小学", who="centre", entry_year=2024)
    second = at_check(world, school_class=str(third.pk))
    pupils.sign(world, second, "province", "county")
    making.issue(world, "清泉小学", who="centre", entry_year=2024)

    numbers = Student.objects.order_by("pk").values_list("number", flat=True)
    assert list(numbers) == ["02262401700001", "02262401700002"]
