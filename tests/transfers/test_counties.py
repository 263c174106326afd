"""Counties that name another rule set: from the receiving school's request to the placed pupil."""

from datetime import date

import pytest

from tests import pupils
from tests.transfers import movers
from tests.transfers.movers import class_of, sign
from tests.transfers.test_take import of, signers, taken
from transfers import services
from transfers.models import Transfer
from transfers.services import NotTaken, Rejected
from xueji.cases import services as cases
from xueji.cases.models import Case, Decision
from xueji.cases.services import Typed
from xueji.ledger.check import check
from xueji.organisations.models import Organisation
from xueji.students.models import ForeignNumber, Status, Student

LINGCHENG = frozenset({"posting_order", "urban_household", "register_file"})
BORN = date(2020, 4, 5)
NATIONAL = "L" + "130284202609010012"


def names(county: str, rule_set: str) -> None:
    Organisation.objects.filter(name=county).update(rule_set=rule_set)


def asked(world, clerk: str, *, case: Case | None = None, reasons=None, **other) -> Case:
    return services.take(
        typed=Typed(row={}, case=case),
        taken=taken(world, **other),
        reasons=reasons or {},
        acting=world.acting(clerk),
    )


def stopped(world, clerk: str, **other) -> list[tuple[str, str]]:
    with pytest.raises(Rejected) as rejected:
        asked(world, clerk, **other)
    return [(f.key, f.effect) for f in rejected.value.findings]


@pytest.fixture
def lingcheng(world) -> Student:
    """A pupil of 清泉小学 in a county that has come to name the rules of 陵城."""
    student = pupils.enrolled(world)
    names("迁安市教育局", "lingcheng")
    return student


@pytest.fixture
def jinzhou(world):
    names("滦州市教育局", "jinzhou")
    return {"school_class": class_of(world, "滦州甲小学"), "papers": {"four_seal_form"}}


# -- 陵城 ----------------------------------------------------------------------------------------
def test_lingcheng_from_the_receiving_school_to_the_placed_pupil(world, lingcheng):
    discharged = {"reason": "discharge", "school_class": class_of(world, "上庄小学")}
    ask = of(lingcheng) | discharged
    assert stopped(world, "clerk2", **ask) == [("transfer.arriving.papers", "block")]

    case = asked(world, "clerk2", **ask | {"papers": LINGCHENG})
    assert signers(case) == [
        ("上庄小学", "principal"),
        ("清泉小学", "clerk"),
        ("清泉小学", "principal"),
        ("迁安市教育局", "county_officer"),
        ("迁安市教育局", "county_head"),
        ("上庄小学", "principal"),
    ]
    sign(world, case, "principal2")
    movers.receive(world, case, "clerk", None)
    sign(world, case, "principal", "county")
    sign(world, case, "county-head", decision=Decision.RETURNED, note="调令不是原件")

    case.refresh_from_db()
    case = asked(world, "clerk2", case=case, **ask | {"papers": LINGCHENG})
    sign(world, case, "principal2")
    movers.receive(world, case, "clerk", None)
    sign(world, case, "principal", "county", "county-head", "principal2")
    lingcheng.refresh_from_db()
    assert (lingcheng.school, lingcheng.school_class) == (
        world.schools["上庄小学"],
        class_of(world, "上庄小学"),
    )
    assert check()["faults"] == []


def test_lingcheng_refused_by_the_former_school_and_cancelled_by_the_other(world, lingcheng):
    ask = of(lingcheng) | {"papers": LINGCHENG}
    case = sign(world, asked(world, "clerk2", **ask), "principal2")
    movers.receive(world, case, "clerk", None, decision=Decision.REFUSED, note="监护人没有申请")
    again = asked(world, "clerk2", **ask)
    cases.withdraw(case_id=again.pk, note="监护人不转了", acting=world.acting("clerk2"))

    states = [row.state for row in Case.objects.filter(kind="transfer").order_by("pk")]
    lingcheng.refresh_from_db()
    assert (states, lingcheng.school) == (["refused", "withdrawn"], world.schools["清泉小学"])


def test_lingcheng_asks_a_leaver_for_no_paper_of_an_arrival(world, lingcheng):
    with pytest.raises(Rejected) as rejected:
        movers.submitted(world, lingcheng, None, papers=frozenset())
    assert [found.message for found in rejected.value.findings] == [
        "缺接收学校签意见并盖章的转学证明表、两地教育行政部门的证明或公章"
    ]


# -- 晋州 ----------------------------------------------------------------------------------------
def test_jinzhou_from_outside_with_four_stamps_and_the_national_number(world, jinzhou):
    assert stopped(world, "clerk9", **jinzhou | {"papers": set()}) == [
        ("transfer.outside.papers", "block"),
        ("transfer.national_number", "block"),
    ]
    with pytest.raises(NotTaken) as wrong:
        asked(world, "clerk9", **jinzhou, national_number="L1302")
    assert [problem.field for problem in wrong.value.problems] == ["national_number"]

    case = asked(world, "clerk9", **jinzhou, national_number=NATIONAL)
    assert signers(case) == [
        ("滦州甲小学", "principal"),
        ("滦州市教育局", "county_officer"),
        ("滦州甲小学", "principal"),
    ]
    case = sign(world, case, "principal9", "county9", "principal9")
    student = Student.objects.get(pk=case.student_id)
    assert (case.state, student.status) == ("done", Status.ENROLLED)
    assert ForeignNumber.objects.get(student=student).number == NATIONAL


def test_jinzhou_across_the_county_line_is_four_stamps(world, jinzhou):
    student = pupils.enrolled(world, "clerk9", **pupils.LUANZHOU)
    case = asked(world, "clerk", **of(student))
    assert signers(case) == [
        ("清泉小学", "principal"),
        ("滦州甲小学", "clerk"),
        ("滦州甲小学", "principal"),
        ("滦州市教育局", "county_officer"),
        ("迁安市教育局", "county_officer"),
        ("清泉小学", "principal"),
    ]
    assert Transfer.objects.get(case=case).certifier == world.organisations["滦州市教育局"]


# -- who was here before --------------------------------------------------------------------------
def test_who_looks_like_a_pupil_of_the_register_is_decided_by_the_county(world, jinzhou):
    twin = pupils.id_number(born=BORN, order=7)
    pupils.enrolled(world, name="欧阳外来", id_number=twin)
    number = pupils.id_number(born=BORN, order=9)
    entry = pupils.row(name="欧阳外来", id_number=number)
    ask = jinzhou | {"national_number": NATIONAL, "entry": entry}
    ask |= {"id_number": entry["id_number"], "name": entry["name"]}
    assert stopped(world, "clerk9", **ask) == [("transfer.duplicate", "warn")]

    reasons = {"transfer.duplicate": "双胞胎姐妹，号码已核对"}
    case = asked(world, "clerk9", reasons=reasons, **ask)
    granting = case.steps.get(role="county_officer")
    assert granting.exceptions.get().rule == "transfer.duplicate"
    case = sign(world, case, "principal9")
    case = sign(world, case, "county9", note="已比对户口簿，确非同一人")
    assert sign(world, case, "principal9").state == "done"
