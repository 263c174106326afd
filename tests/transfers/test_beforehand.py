"""What stands against a request is told when its form opens, before anything else is typed."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import pupils
from tests.browsing import words
from tests.conduct import entries
from tests.transfers import borrowers, lenders, movers
from tests.transfers.movers import numbered
from tests.transfers.test_counties import asked, names
from tests.transfers.test_take import of
from tests.world import NOON
from xueji.audit.models import Access
from xueji.cases.models import Case
from xueji.organisations.models import School, Stage
from xueji.students.models import Student

NEW, TAKE, BORROW, LEND = (
    "/transfers/new/",
    "/transfers/take/",
    "/borrowing/new/",
    "/borrowing/out/",
)
CANNOT, ASK = "该生现在不能办", "请监护人与原学校或"
KEPT = ("休学", "辍学", "失踪", "滦州甲小学")
SUSPENDED = "该生正在休学，休学期间不能转学。休学期满，办好复学以后再办转学"


@pytest.fixture
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


def text(answer) -> str:
    return answer.content.decode()


def suspend(student: Student) -> None:
    Student.objects.filter(pk=student.pk).update(status="suspended")


def finding(student: Student, **other: str) -> dict[str, str]:
    sent = {"form_key": str(uuid4()), "id_number": student.id_number, "name": student.name}
    return {**sent, "save": "find", **other}


def told(answer) -> tuple[list[str], bool]:
    """Why not, and whether it can be sent all the same."""
    why = answer.context.get("refusals") or answer.context.get("against") or []
    return list(why), 'value="send"' in text(answer)


# -- of the own school ----------------------------------------------------------------------------
def test_a_pupil_against_whom_nothing_stands_may_be_sent(world, client_of, noon):
    answer = client_of("clerk").get(NEW, {"student": numbered(world).pk})
    assert (told(answer), "例外" in text(answer)) == (([], True), False)


def test_a_suspended_pupil_is_named_as_such_with_clause_and_remedy(world, client_of, noon):
    student = numbered(world)
    suspend(student)
    page = client_of("clerk").get(NEW, {"student": student.pk})
    (why,), may_send = told(page)
    assert (why.startswith(f"{SUSPENDED}（《"), may_send) == (True, False)
    found = client_of("clerk").post(
        NEW, {"form_key": str(uuid4()), "pupil": student.name, "to_where": "inside", "save": "find"}
    )
    assert told(found) == ([why], False)


def test_another_case_of_the_pupil_is_named_with_whose_turn_it_is(world, client_of, noon):
    student = numbered(world)
    other = movers.submitted(world, student)
    answer = client_of("clerk").get(NEW, {"student": student.pk})
    assert told(answer) == (
        [
            f"该生已有「转学」业务件 {other.number} 在办，自 9 月 2 日 12:00 轮到清泉小学 校长；"
            "办结后才能再提交。"
        ],
        False,
    )


def test_the_own_returned_case_does_not_stand_in_its_way(world, client_of, noon):
    case = movers.submitted(world, numbered(world))
    pupils.sign(world, case, "principal", decision="returned", note="请核对")
    answer = client_of("clerk").get(f"/transfers/{case.number}/edit/")
    assert told(answer) == ([], True)


def test_who_is_lent_is_to_come_back_first(world, client_of, noon):
    student = numbered(world)
    lenders.lent(world, student)
    answer = client_of("clerk").get(NEW, {"student": student.pk})
    assert told(answer) == (
        ["该生正在海港区第一小学借读。请由本校先办理借读结束，再办转学。"],
        False,
    )


def test_an_open_sanction_asks_for_the_reason_of_an_exception_at_once(world, client_of, noon):
    student = numbered(world)
    entries.record(world, student, entries.sanction())
    answer = client_of("clerk").get(NEW, {"student": student.pk})
    assert told(answer) == ([], True)
    assert "该生有 1 项处分没有撤销，受处分期间一般不予转学" in text(answer)
    assert 'name="exception_transfer.sanction"' in text(answer)


def test_the_final_grade_asks_for_it_too(world, client_of, noon):
    student = numbered(world)
    Stage.objects.filter(school=world.schools["清泉小学"], stage="primary").update(years=1)
    answer = client_of("clerk").get(NEW, {"student": student.pk})
    assert 'name="exception_transfer.final_grade"' in text(answer)


def test_what_was_typed_stays_while_another_pupil_is_looked_for(world, client_of, noon):
    student = numbered(world)
    suspend(student)
    sent = {"form_key": str(uuid4()), "student": str(student.pk), "pupil": student.name}
    answer = client_of("clerk").post(
        NEW, {**sent, "to_where": "inside", "to_school": "上庄小学", "save": "find"}
    )
    assert (told(answer)[1], 'value="上庄小学"' in text(answer)) == (False, True)


@pytest.mark.parametrize(("day", "is_told"), [(14, False), (15, True)])
def test_past_the_start_of_term_it_is_told_which_reasons_are_free(world, client_of, day, is_told):
    student = numbered(world)
    with time_machine.travel(NOON + timedelta(days=day - 2), tick=False):
        page = text(client_of("clerk").get(NEW, {"student": student.pk}))
    told = (
        "今天是开学第 15 天，已过学期初 14 天：户口及家庭住址迁移、工作调动的照办；其他理由要写明"
    )
    assert (told in page, "exception_" in page) == (is_told, False)


@pytest.mark.parametrize("day", [2, 14])
def test_at_the_start_of_term_it_is_told_until_when_every_reason_passes(world, client_of, day):
    student = numbered(world)
    with time_machine.travel(NOON.replace(day=day), tick=False):
        page = words(client_of("clerk").get(NEW, {"student": student.pk}))
    told = f"学期初 14 天到 2026-09-14 为止（今天是第 {day} 天）；到期以后，"
    assert f"{told}只有户口及家庭住址迁移、工作调动的照办。" in page


@pytest.mark.parametrize("rule_set", ["", "lingcheng", "jinzhou"])
def test_where_the_receiving_school_starts_the_form_says_so_and_what_to_do(
    world, client_of, noon, rule_set
):
    names("滦州市教育局", rule_set or "national")
    student = pupils.enrolled(world, "clerk9", **pupils.LUANZHOU)
    page = text(client_of("clerk9").get(NEW, {"student": student.pk}))
    assert [
        words in page
        for words in (
            "转到系统内的学校，由转入学校发起",
            f'href="/students/{student.pk}/sheet/"',
            'name="to_school"',
            'value="outside"',
        )
    ] == [True, True, False, True]
    page = text(client_of("clerk").get(NEW))
    assert ["由转入学校发起，" in page, 'name="to_school"' in page] == [False, True]


def test_opening_the_form_asks_a_bounded_number_of_queries(world, client_of, noon):
    clerk = client_of("clerk")
    student = numbered(world)
    clerk.get(NEW, {"student": student.pk})
    with CaptureQueriesContext(connection) as queries:
        clerk.get(NEW, {"student": student.pk})
    assert len(queries) <= 30


# -- of another school ----------------------------------------------------------------------------
def test_where_the_former_school_starts_looking_the_number_up_says_so(world, client_of, noon):
    student = numbered(world)
    plain = told(client_of("clerk2").post(TAKE, finding(student)))
    assert (plain[0][0].startswith("这样的转学由转出学校发起（《"), plain[1]) == (True, False)
    lenders.lent(world, student)  # of which the answer tells nothing
    assert told(client_of("clerk2").post(TAKE, finding(student))) == plain


@pytest.mark.parametrize("status", ["suspended", "dropped", "missing"])
def test_of_a_pupil_of_the_other_county_it_is_told_whom_to_ask_and_not_why(
    world, client_of, noon, status
):
    student = pupils.enrolled(world, "clerk9", **pupils.LUANZHOU)
    clerk = client_of("clerk")
    assert told(clerk.post(TAKE, finding(student))) == ([], True)
    Student.objects.filter(pk=student.pk).update(status=status)
    why, may_send = told(clerk.post(TAKE, finding(student)))
    assert (why, may_send) == ([f"{CANNOT}转学。{ASK}滦州市教育局联系。"], False)
    papers = ["household_book", "property_proof"]
    sent = {**finding(student, reason="move", save="send"), "papers": papers}
    page = text(clerk.post(TAKE, sent))
    assert [f"{CANNOT}转学。{ASK}滦州市教育局联系。" in page, *(word in page for word in KEPT)] == [
        True,
        *(False for _ in KEPT),
    ]
    assert not Case.objects.filter(kind="transfer").exists()


def test_who_cannot_be_a_guest_here_is_not_told_why_either(world, client_of, noon):
    student = numbered(world)
    suspend(student)
    host = client_of(borrowers.HOST_CLERK)
    answer = host.post(BORROW, finding(student))
    assert told(answer) == ([f"{CANNOT}借读。{ASK}迁安市教育局联系。"], False)
    sent = finding(student, reason="migrant", save="send")
    sent["school_class"] = str(movers.class_of(world, "迁安城区小学").pk)
    page = text(host.post(BORROW, sent))
    assert (f"{CANNOT}借读。{ASK}迁安市教育局联系。" in page, "休学" in page) == (True, False)


def test_a_sanction_is_not_told_to_whoever_looks_a_number_up(world, client_of, noon):
    student = pupils.enrolled(world, "clerk9", **pupils.LUANZHOU)
    entries.record(world, student, entries.sanction(), "clerk9")
    answer = client_of("clerk").post(TAKE, finding(student))
    assert (told(answer), "处分" in text(answer)) == (([], True), False)


def test_who_is_in_a_case_elsewhere_is_named_with_the_office_alone(world, client_of, noon):
    student = pupils.enrolled(world, "clerk9", **pupils.LUANZHOU)
    movers.submitted(world, student, None, clerk="clerk9", papers=frozenset())
    why, may_send = told(client_of("clerk").post(TAKE, finding(student)))
    assert (why, may_send) == (
        ["该生另有业务件在别处办理，办结后才能提交。请与滦州市教育局联系。"],
        False,
    )


def test_who_was_asked_for_already_is_so_without_the_name_of_the_other_school(
    world, client_of, noon
):
    student = pupils.enrolled(world, "clerk9", **pupils.LUANZHOU)
    case = pupils.sign(world, asked(world, "clerk", **of(student)), "principal")
    papers = ["household_book", "property_proof"]
    sent = {**finding(student, reason="move"), "papers": papers}
    for save in ("find", "send"):
        page = text(client_of("clerk").post(TAKE, {**sent, "save": save}))
        assert (f"业务件 {case.number} 在办" in page, "滦州甲小学" in page) == (True, False)


def test_that_a_pupil_is_a_guest_elsewhere_is_not_told_to_whoever_looks_a_number_up(
    world, client_of, noon
):
    student = numbered(world)
    lenders.lent(world, student)
    host = client_of(borrowers.HOST_CLERK)
    answer = host.post(BORROW, finding(student))
    assert told(answer) == ([f"{CANNOT}借读。{ASK}迁安市教育局联系。"], False)
    assert "在别的学校借读" not in text(answer)


@pytest.mark.parametrize(
    ("guest", "own"),
    [
        (
            lambda world: borrowers.lent(world, numbered(world)),
            "该生在本校借读。请先办理借读结束。",
        ),
        (borrowers.arrived, "该生的学籍已在本校。不用再办。"),
    ],
)
def test_who_has_the_pupil_as_a_guest_is_told_so_and_another_school_whom_to_ask(
    world, client_of, noon, guest, own
):
    School.objects.filter(organisation__name="上庄小学").update(designated_for_borrowed=True)
    student = guest(world).student
    why, _ = told(client_of("clerk2").post(BORROW, finding(student)))
    assert why == [f"{CANNOT}借读。{ASK}迁安市教育局联系。"]
    answer = client_of(borrowers.HOST_CLERK).post(BORROW, finding(student))
    errors = answer.context["form"].errors.get("id_number", [])
    assert [*answer.context["against"], *errors] == [own]


@pytest.mark.parametrize("clerk", ["clerk", "clerk2"])
def test_of_a_child_on_the_way_to_a_register_the_name_is_compared_before_anything_is_told(
    world, client_of, noon, clerk
):
    student = pupils.enrolled(world, "clerk9", **pupils.LUANZHOU)
    Student.objects.filter(pk=student.pk).update(status="deferred")
    answer = client_of(clerk).post(TAKE, finding(student, name="别人"))
    assert answer.context["form"].errors == {
        "name": ["姓名与学籍登记的不一致。请照户口簿填写姓名，并核对证件号。"]
    }
    assert Access.objects.latest("pk").kind == "lookup"


@pytest.mark.parametrize("status", ["deferred", "graduated", "died"])
def test_that_a_register_elsewhere_is_not_begun_or_is_over_is_not_told(
    world, client_of, noon, status
):
    student = pupils.enrolled(world, "clerk9", **pupils.LUANZHOU)
    Student.objects.filter(pk=student.pk).update(status=status)
    answer = client_of("clerk").post(TAKE, finding(student))
    doing = "正在别处办理入学" if status == "deferred" else "已在别处建有学籍"
    assert answer.context["form"].errors == {
        "id_number": [
            f"这个证件号{doing}（滦州市教育局所辖，主管部门 滦州甲镇中心校），"
            f"学生姓名的首字是“{student.name[:1]}”。现在不能由本校办理。请与该主管部门联系。"
        ]
    }
    assert [
        word for word in ("缓学", "毕业", "死亡", "了结", 'value="send"') if word in text(answer)
    ] == []


@pytest.mark.parametrize(("save", "is_search"), [("find", True), ("send", False)])
def test_only_who_sent_something_is_told_that_nothing_was_sent(
    world, client_of, noon, save, is_search
):
    student = pupils.enrolled(world, "clerk9", **pupils.LUANZHOU)
    page = text(client_of("clerk").post(TAKE, finding(student, name="别人", save=save)))
    told = [words in page for words in ("查找的结果，填的内容都在", "没有提交，填的内容都在")]
    assert told == [is_search, not is_search]


# -- who is to be lent ----------------------------------------------------------------------------
def test_who_is_suspended_is_not_lent(world, client_of, noon):
    student = numbered(world)
    suspend(student)
    (why,), _ = told(client_of("clerk").get(LEND, {"student": student.pk}))
    assert why.startswith(
        "该生正在休学，休学期间不能到其他学校借读。休学期满，办好复学以后再办借读（"
    )
    assert not Case.objects.filter(kind="borrowing_out").exists()
