"""Room in the class at the placement: how many sit there, and what to do once it is full."""

from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from enrollment.services import room
from tests.browsing import options, words
from tests.numbering import making
from tests.transfers import movers
from tests.transfers.movers import approved, class_of, numbered, receive, sign
from tests.world import NOON, World
from xueji.accounts.models import Post
from xueji.accounts.services import grant
from xueji.cases import services as cases
from xueji.cases.kinds import Refused
from xueji.cases.models import Case
from xueji.cases.services import OutcomeKind
from xueji.organisations.models import SchoolClass
from xueji.students.models import Attendance, Student

SCHOOL = "上庄小学"


@pytest.fixture
def case(world) -> Case:
    return approved(world, numbered(world, name="单雄信"))


def fill(world: World, count: int = 45, *, number: int = 1) -> SchoolClass:
    making.entrants(world, making.names(count), school=SCHOOL, class_number=number)
    return class_of(world, SCHOOL, number)


def agree(world: World, who: str, heads: int) -> None:
    room.grant(
        school_class=class_of(world, SCHOOL),
        heads=heads,
        reason="村里只有这一所学校",
        acting=world.acting(who),
    )


def last(world: World, case: Case, who: str = "principal2") -> tuple[OutcomeKind, str]:
    """What the principal is answered who signs last."""
    case.refresh_from_db()
    outcome = cases.decide(
        seen={case.pk: case.version}, decision="agreed", note="", acting=world.acting(who)
    )[case.pk]
    case.refresh_from_db()
    return outcome.kind, outcome.text


def second_post(world: World, username: str) -> Post:
    """The same person as principal of the school."""
    return grant(
        user=world.posts[username].user,
        role="principal",
        organisation=world.organisations[SCHOOL],
        starts=NOON.date(),
    )


def offered(client, case: Case) -> list[str]:
    return options(client.get(f"/transfers/{case.number}/turn/"), "school_class")


# -- the choice -----------------------------------------------------------------------------------
def test_each_class_is_offered_with_who_sits_there_and_who_may(world, client_of, noon, case):
    fill(world, 44)
    fill(world, 45, number=2)
    assert offered(client_of("clerk2"), case) == [
        "分班后再定",
        "一（1）班（现有 44 人，班额 45）",
        "一（2）班（现有 45 人，班额 45，已满）",
    ]


def test_a_consent_to_more_is_told_with_it(world, client_of, noon, case):
    fill(world)
    agree(world, "principal2", 46)
    assert offered(client_of("clerk2"), case)[1] == (
        "一（1）班（现有 45 人，班额 45，已同意最多 46 人）"
    )


def test_who_asks_for_a_pupil_reads_the_sizes_too(world, client_of, noon):
    fill(world, 3)
    for page in ("/transfers/take/", "/borrowing/new/"):
        client = client_of("clerk2" if "transfers" in page else "urban")
        count = 3 if "transfers" in page else 0
        assert options(client.get(page), "school_class")[1] == (
            f"一（1）班（2026 级，现有 {count} 人，班额 45）"
        )


# -- full at the last signature -------------------------------------------------------------------
def test_a_class_that_filled_up_meanwhile_stops_the_last_signature_and_says_what_to_do(world, case):
    receive(world, case, "clerk2", class_of(world, SCHOOL))
    fill(world)
    assert last(world, case) == (
        OutcomeKind.REFUSED,
        "一（1）班将有 46 人，超过小学班额上限 45 人（文件未规定，按本县设定（可改）："
        "class.capacity）。请选别的班，或增设班级。可申请例外，由学校决定。有权同意的岗位"
        "在班级页上同意超过班额后再签署，或按“改选班级”改编别的班、分班后再定。",
    )


def test_of_several_signed_at_once_those_taught_at_home_take_no_seat(world):
    coming = [approved(world, numbered(world, name=name)) for name in ("单甲", "单乙", "单丙")]
    Student.objects.filter(pk=coming[0].student_id).update(attendance=Attendance.HOME_TAUGHT)
    for case in coming:
        receive(world, case, "clerk2", class_of(world, SCHOOL))
        case.refresh_from_db()
    fill(world, 44)
    outcomes = cases.decide(
        seen={case.pk: case.version for case in coming},
        decision="agreed",
        note="",
        acting=world.acting("principal2"),
    )
    signed, refused = OutcomeKind.SIGNED, OutcomeKind.REFUSED
    assert [outcomes[case.pk].kind for case in coming] == [signed, signed, refused]


def test_the_principal_who_agreed_to_more_signs_for_whom_the_clerk_put_there(world, case):
    chosen = class_of(world, SCHOOL)
    receive(world, case, "clerk2", chosen)
    fill(world)
    agree(world, "principal2", 46)
    assert last(world, case) == (OutcomeKind.SIGNED, "")
    assert (case.state, case.student.school_class) == ("done", chosen)


def test_whoever_chose_the_class_does_not_use_a_consent_of_his_own(world, case):
    receive(world, case, "clerk2", class_of(world, SCHOOL))
    fill(world)
    world.posts["both"] = second_post(world, "clerk2")
    agree(world, "both", 46)
    kind, why = last(world, case)
    assert (kind, "超过班额是编班的人自己同意的，要由另一人编入。" in why) == (
        OutcomeKind.REFUSED,
        True,
    )


def test_a_class_that_was_closed_meanwhile_is_not_said_to_want_a_consent(world, case):
    chosen = class_of(world, SCHOOL)
    receive(world, case, "clerk2", chosen)
    SchoolClass.objects.filter(pk=chosen.pk).update(closed_on=NOON.date())
    assert last(world, case) == (
        OutcomeKind.REFUSED,
        "一（1）班已撤销。请另选一个班。按“改选班级”改编别的班、分班后再定。",
    )


# -- another class --------------------------------------------------------------------------------
def chosen_at(client, case: Case, school_class: SchoolClass | None):
    case.refresh_from_db()
    form = {
        "form_key": str(uuid4()),
        "version": case.version,
        "decision": "agreed",
        "school_class": school_class.pk if school_class else "",
    }
    return client.post(f"/transfers/{case.number}/turn/", form)


@pytest.mark.parametrize("number", [2, None])
def test_the_principal_chooses_another_class_with_the_last_signature(
    world, client_of, noon, case, number
):
    receive(world, case, "clerk2", class_of(world, SCHOOL))
    fill(world)
    client = client_of("principal2")
    assert "改选班级" in client.get(f"/cases/{case.number}/").content.decode()
    other = class_of(world, SCHOOL, number) if number else None
    assert chosen_at(client, case, other).status_code == 302
    case.refresh_from_db()
    assert (case.state, case.student.school_class) == ("done", other)


def test_the_class_that_the_clerk_chose_stands_in_the_choice(world, client_of, noon, case):
    chosen = class_of(world, SCHOOL)
    receive(world, case, "clerk2", chosen)
    page = client_of("principal2").get(f"/transfers/{case.number}/turn/")
    assert page.context["form"]["school_class"].value() == chosen.pk


def test_the_principal_puts_nobody_into_a_full_class_by_a_consent_of_his_own(
    world, client_of, noon, case
):
    receive(world, case, "clerk2", class_of(world, SCHOOL, 2))
    fill(world)
    agree(world, "principal2", 46)
    answer = chosen_at(client_of("principal2"), case, class_of(world, SCHOOL))
    assert (answer.status_code, "要由另一人编入" in answer.content.decode()) == (409, True)
    case.refresh_from_db()
    assert (case.state, case.student.school) == ("open", world.schools["清泉小学"])


def test_the_principal_uses_the_consent_of_a_clerk_who_did_not_choose_that_class(
    world, client_of, noon, case
):
    receive(world, case, "clerk2", class_of(world, SCHOOL, 2))
    fill(world)
    world.posts["both"] = second_post(world, "clerk2")
    agree(world, "both", 46)
    chosen = class_of(world, SCHOOL)
    assert chosen_at(client_of("principal2"), case, chosen).status_code == 302
    case.refresh_from_db()
    assert (case.state, case.student.school_class) == ("done", chosen)


def test_a_principal_with_two_windows_is_told_in_the_second_that_it_is_signed(
    world, client_of, noon, case
):
    receive(world, case, "clerk2", None)
    case.refresh_from_db()
    stale = case.version
    client = client_of("principal2")
    first = words(client.get(chosen_at(client, case, None)["Location"]))
    assert "已签署 单雄信 本件已了结。转到系统内学校的，学籍已转到转入学校" in first
    form = {"form_key": str(uuid4()), "version": stale, "decision": "agreed", "school_class": ""}
    answer = client.post(f"/transfers/{case.number}/turn/", form)
    told = words(client.get(answer["Location"]))
    assert f"没有签署 业务件 {case.number} 已办结，不能再办。" in told


def test_a_principal_who_does_not_sign_last_chooses_no_class(world, client_of, noon):
    case = movers.submitted(world, numbered(world))
    client = client_of("principal")
    for answer in (
        client.get(f"/transfers/{case.number}/turn/"),
        chosen_at(client, case, class_of(world, SCHOOL)),
    ):
        assert (answer.status_code, answer["Location"]) == (302, f"/cases/{case.number}/")
    told = words(client.get(f"/cases/{case.number}/"))
    assert "没有签署 现在的一步不选班级，请在业务件页上签署。" in told
    with pytest.raises(PermissionDenied):
        receive(world, case, "principal", None)
    assert case.steps.exclude(position=0).filter(decision__isnull=False).count() == 0
    with pytest.raises(Refused, match="不是本校的班"):
        receive(
            world,
            sign(world, case, *movers.APPROVAL[SCHOOL]),
            "clerk2",
            class_of(world, "邻泉小学"),
        )
