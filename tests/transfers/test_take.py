"""The receiving school asks: for a pupil from outside, or where its rules let it start."""

from uuid import uuid4

import pytest
import time_machine

from numbering.queries.check import check as check_numbers
from tests import pupils
from tests.transfers import movers
from tests.transfers.movers import SEEN, approved, class_of, numbered, sign
from tests.world import NOON, hire
from transfers import queries, services
from transfers.models import Transfer
from transfers.services import NotTaken, Taken
from xueji.audit.models import Access
from xueji.cases import services as cases
from xueji.cases.kinds import Refused
from xueji.cases.models import Case
from xueji.cases.services import Typed
from xueji.ledger.check import check
from xueji.students.models import Status, Student

TAKE = "/transfers/take/"


@pytest.fixture
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


def taken(world, **other) -> Taken:
    """A first-grader from outside who comes to 清泉小学; change what the test is about."""
    entry = pupils.row(name="欧阳外来")
    values = {
        "id_number": entry["id_number"],
        "name": entry["name"],
        "outside_school": "海港区第一小学",
        "outside_office": "海港区教育局",
        "grade": 1,
        "school_class": class_of(world, "清泉小学"),
        "reason": "move",
        "reason_text": "",
        "papers": SEEN,
        "entry": entry,
        **other,
    }
    return Taken(**values)


def asked(world, clerk: str = "clerk", **other) -> Case:
    return services.take(
        typed=Typed(row={}),
        taken=taken(world, **other),
        reasons={},
        acting=world.acting(clerk),
    )


def of(student: Student, **other) -> dict[str, object]:
    values = {"id_number": student.id_number, "name": student.name, "entry": {}}
    return {**values, "school_class": None, **other}


def signers(case) -> list[tuple[str, str]]:
    steps = case.steps.exclude(position=0).select_related("organisation").order_by("position")
    return [(step.organisation.name, step.role) for step in steps]


def wrong(world, clerk: str = "clerk", **other) -> list[str]:
    with pytest.raises(NotTaken) as refused:
        asked(world, clerk, **other)
    return [problem.code for problem in refused.value.problems]


# -- from outside ---------------------------------------------------------------------------------
def test_who_comes_from_outside_is_entered_approved_and_placed(world):
    case = asked(world)
    assert signers(case) == [
        ("清泉小学", "principal"),
        ("迁安市教育局", "county_officer"),
        ("清泉小学", "principal"),
    ]
    student = case.student
    assert (student.status, student.school, student.family.count()) == (Status.PENDING, None, 1)

    case = sign(world, case, "principal", "county")
    assert (case.approved, case.due_on.isoformat()) == (True, "2026-09-07")
    sign(world, case, "principal")

    student.refresh_from_db()
    assert (student.status, student.school, student.school_class, student.grade) == (
        Status.ENROLLED,
        world.schools["清泉小学"],
        class_of(world, "清泉小学"),
        1,
    )
    (event,) = case.events.all()
    assert (event.kind, event.scope, event.change, event.text) == (
        "transferred_in",
        "outside",
        1,
        "转学，由海港区第一小学转入",
    )
    assert (check()["faults"], check_numbers().faults) == ([], [])


def test_a_returned_case_is_never_turned_into_that_of_another_child(world):
    student = pupils.enrolled(world, "clerk9", **pupils.LUANZHOU)
    before = Student.objects.values().get(pk=student.pk)
    case = sign(world, asked(world, **of(student)), "principal", decision="returned")
    with pytest.raises(Refused, match="本件是另一名学生的"):
        services.take(
            typed=Typed(row={}, case=case),
            taken=taken(world),
            reasons={},
            acting=world.acting("clerk"),
        )
    assert Student.objects.values().get(pk=student.pk) == before


def test_undoing_an_arrival_leaves_a_pupil_in_no_count(world):
    case = sign(world, asked(world), "principal", "county", "principal")
    cases.reverse(case_id=case.pk, note="没有来", acting=world.acting("county"))
    student = Student.objects.get(pk=case.student_id)
    assert (student.status, student.school, student.entered_on) == (Status.PENDING, None, None)
    assert (check()["faults"], check_numbers().faults) == ([], [])


def test_what_is_missing_is_said_together_and_nothing_is_written(world):
    entry = pupils.row(name="欧阳外来", nation="", m1_guardian="")
    assert wrong(world, outside_school=" ", outside_office="") == ["missing", "missing"]
    assert wrong(world, grade=7) == ["grade"]
    assert wrong(world, entry=entry) == ["missing", "guardian"]
    assert not Student.objects.exists()
    assert not Transfer.objects.exists()


def test_who_had_gone_outside_comes_back_into_the_same_register(world):
    student = numbered(world)
    approved(world, student, None)
    case = asked(world, "clerk2", **of(student), outside_school="海港区第一小学")
    case = sign(world, case, "principal2", "county", "principal2")

    student.refresh_from_db()
    assert (student.status, student.school, Student.objects.count()) == (
        Status.ENROLLED,
        world.schools["上庄小学"],
        1,
    )
    assert check()["faults"] == []
    cases.reverse(case_id=case.pk, note="没有来", acting=world.acting("county"))
    student.refresh_from_db()
    assert (student.status, student.school) == (Status.TRANSFERRED, None)
    assert (check()["faults"], check_numbers().faults) == ([], [])


def test_of_two_departures_the_receipt_of_the_last_one_is_awaited(world, client_of, noon):
    student = numbered(world)
    first = approved(world, student, None)
    back = asked(world, "clerk", **of(student), outside_school="海港区第一小学")
    assert queries.holding(world.acting("county")).get().pk == first.pk
    sign(world, back, "principal", "county", "principal")
    assert queries.holding(world.acting("county")).count() == 0
    facts = client_of("county").get(f"/cases/{first.number}/").content.decode()
    assert "学生已回到本系统，不再等" in facts

    student.refresh_from_db()
    second = approved(world, student, None)
    assert [row.pk for row in queries.holding(world.acting("county"))] == [second.pk]
    cases.reverse(case_id=second.pk, note="没有走", acting=world.acting("county"))
    cases.reverse(case_id=back.pk, note="没有来", acting=world.acting("county"))
    assert [row.pk for row in queries.holding(world.acting("county"))] == [first.pk]
    assert (check()["faults"], check_numbers().faults) == ([], [])


# -- from another school of the register ----------------------------------------------------------
def test_where_the_former_school_starts_the_receiving_one_is_told_the_clause(world):
    student = numbered(world)
    with pytest.raises(Refused, match="由转出学校发起.*二（二）2A"):
        asked(world, "clerk2", **of(student))


def test_out_of_a_county_of_the_national_rules_the_receiving_school_starts(world):
    student = pupils.enrolled(world, "clerk9", **pupils.LUANZHOU)
    case = asked(world, "clerk", **of(student))
    assert signers(case) == [
        ("清泉小学", "principal"),
        ("滦州甲小学", "clerk"),
        ("滦州甲小学", "principal"),
        ("滦州市教育局", "county_officer"),
        ("滦州市教育局", "county_head"),
        ("迁安市教育局", "county_officer"),
        ("清泉小学", "principal"),
    ]
    sign(world, case, "principal")
    movers.receive(world, case, "clerk9", None)
    case = sign(world, case, "principal9", "county9")
    post = pupils_head(world)
    sign(world, case, post, "county", "principal")
    student.refresh_from_db()
    assert (student.school, student.status) == (world.schools["清泉小学"], Status.ENROLLED)
    assert set(case.events.values_list("scope", flat=True)) == {"prefecture"}
    assert check()["faults"] == []


def pupils_head(world) -> str:
    hire(world, "county9-head", "county_head", "滦州市教育局")
    return "county9-head"


def test_a_pupil_of_the_own_school_or_one_who_is_being_entered_is_not_asked_for(world):
    student = pupils.enrolled(world)
    assert wrong(world, **of(student)) == ["own"]
    assert wrong(world, "clerk2", **of(student, name="别人")) == ["name"]
    busy = pupils.submitted(world).student
    assert wrong(world, "clerk2", **of(busy, name="别人")) == ["name"]
    assert wrong(world, "clerk2", **of(busy)) == ["closed"]
    assert wrong(world, "clerk", **of(busy)) == ["pending"]


# -- the page -------------------------------------------------------------------------------------
def form(**other) -> dict[str, object]:
    row = pupils.row(name="欧阳外来")
    where = {"outside_school": "海港区第一小学", "outside_office": "海港区教育局", "grade": "1"}
    seen = ["household_book", "property_proof"]
    sent = {**row, **where, "reason": "move", "papers": seen, "save": "send"}
    return {"form_key": str(uuid4()), **sent, **other}


def test_looking_tells_what_the_number_opens_and_no_more(world, client_of, noon):
    student = pupils.enrolled(world, name="单雄信")
    sent = form(id_number=student.id_number, name="单雄信", save="find")
    answer = client_of("clerk2").post(TAKE, sent)
    told = answer.content.decode()
    assert "已在别处建有学籍（迁安市教育局所辖，主管部门 建昌营镇中心校）" in told
    assert [secret for secret in ("清泉小学", student.phone) if secret in told] == []
    look = Access.objects.order_by("-pk").first()
    assert (look.kind, look.students, look.page) == ("lookup", [student.pk], "transfers")


def test_the_sheet_is_typed_only_for_who_is_new(world, client_of, noon):
    client = client_of("clerk")
    assert 'name="nation"' not in client.get(TAKE).content.decode()
    sent = form(save="find")
    assert 'name="nation"' in client.post(TAKE, sent).content.decode()
    answer = client.post(TAKE, form(nation=""))
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["nation"])
    assert 'value="海港区第一小学"' in answer.content.decode()
    answer = client.post(TAKE, form())
    case = Case.objects.get(kind="transfer")
    assert (answer.status_code, answer["Location"]) == (302, f"/cases/{case.number}/")


def test_a_draft_goes_on_in_the_form_it_was_begun_in(world, client_of, noon):
    client = client_of("clerk")
    answer = client.post(TAKE, sent := form(save="draft", reason=""))
    edit = answer["Location"]
    shown = client.get(edit).content.decode()
    assert f'value="{sent["id_number"]}"' in shown
    again = {**sent, "save": "send", "reason": "move", "form_key": str(uuid4()), "version": "1"}
    assert client.post(edit, again).status_code == 302
    assert Case.objects.filter(kind="transfer").count() == 1


def test_a_kept_draft_tells_why_the_pupil_is_not_to_be_had_and_nothing_of_a_wrong_name(
    world, client_of, noon
):
    student = pupils.enrolled(world, "clerk9", **pupils.LUANZHOU)
    client = client_of("clerk")
    wrong = form(id_number=student.id_number, name="别人", save="draft")
    shown = client.get(client.post(TAKE, wrong)["Location"])
    assert shown.context["against"] == [
        "姓名与学籍登记的不一致。请照户口簿填写姓名，并核对证件号。"
    ]
    page = shown.content.decode()
    told = ("找到这名学生", "没有登记过", "滦州", 'value="send"')
    assert [word for word in told if word in page] == []


def test_until_the_former_school_agrees_the_receiving_one_does_not_see_which_it_is(
    world, client_of, noon
):
    student = pupils.enrolled(world, "clerk9", **pupils.LUANZHOU)
    case = asked(world, "clerk", **of(student))
    shown = client_of("clerk").get(f"/cases/{case.number}/").content.decode()
    listed = client_of("clerk").get("/transfers/?show=in").content.decode()
    facts = shown.split('id="transfer-facts"')[1].split("</section>")[0]
    assert ["滦州甲小学" in facts, "滦州甲小学" in listed] == [False, False]
    assert "滦州市教育局所辖" in facts
