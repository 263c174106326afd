"""Rows of new pupils as they are typed, and the way of an enrollment through its signatures."""

from datetime import date

from enrollment.services.deferral import apply_for
from enrollment.services.submit import submit
from tests import remembered
from tests.world import World
from xueji.accounts.access import Acting
from xueji.audit import history
from xueji.cases import services
from xueji.cases.models import Case, Decision
from xueji.ledger import services as ledger
from xueji.ledger.models import EventKind
from xueji.organisations.models import School
from xueji.organisations.queries import lineage
from xueji.students import services as students
from xueji.students.models import FamilyMember, Student

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_number(*, region: str = "130283", born: date | None = None, order: int = 0) -> str:
    """A valid resident ID number; an odd ``order`` is a boy's.

    By default no number and for 128 calls no birth date comes twice in a world, nor with day and
    month swapped: no two pupils look like the same child.
    """
    serial = remembered.serial()
    born = born or date(2020, serial % 8 + 1, serial // 8 % 16 + 13)
    order = order or serial % 999 + 1
    digits = f"{region}{born:%Y%m%d}{order:03d}"
    total = sum(int(d) * w for d, w in zip(digits, WEIGHTS, strict=True))
    return digits + "10X98765432"[total % 11]


def row_of(student: Student) -> dict[str, object]:
    """The pupil's row as it is kept, without the version, which every write counts up."""
    found = Student.objects.filter(pk=student.pk).values().get()
    return {name: value for name, value in found.items() if name != "version"}


def phone(serial: int) -> str:
    """The mobile number of one family of many."""
    return f"139{serial:08d}"


def row(**changes: str) -> dict[str, str]:
    """A pupil of 军屯村 in whom nothing is wrong, at 清泉小学; change what the test is about."""
    number = changes.get("id_number") or id_number()
    return {
        "id_type": "1",
        "id_number": number,
        "name": "王梓涵",
        "nation": "01",
        "country": "CHN",
        "hukou_kind": "1",
        "hukou_code": "130283103227",
        "hukou_text": "建昌营镇 军屯村",
        "address_code": "130283103227",
        "address_text": "建昌营镇 军屯村 12 号",
        "guardian_hukou_code": "130283103227",
        "guardian_hukou_text": "建昌营镇 军屯村",
        "phone": "13931520018",
        "boarding": "1",
        "entry_mode": "11",
        "birth_place_code": "130283103227",
        "birth_place_text": "建昌营镇 军屯村",
        "native_place": "河北迁安",
        "compatriot": "00",
        "health": "10",
        "postcode": "064400",
        "only_child": "0",
        "preschool": "1",
        "left_behind": "0",
        "orphan": "0",
        "martyr_family": "0",
        "needs_aid": "0",
        "boarding_subsidy": "0",
        "distance": "0.8",
        "travel": "5",
        "school_bus": "0",
        "m1_name": "王建军",
        "m1_relation": "1",
        "m1_phone": "13931520018",
        "m1_guardian": "1",
        "paper_household_book": "1",
        "paper_property_proof": "1",
        **changes,
    }


def living_in(code: str, name: str) -> dict[str, str]:
    """Household, home and guardian's household in one village."""
    keys = ("hukou", "address", "guardian_hukou")
    return {f"{key}_code": code for key in keys} | {f"{key}_text": name for key in keys}


URBAN = living_in("130283001006", "永顺街道 迁钢社区")
SHANGZHUANG = living_in("130283101201", "杨各庄镇 上庄村")
LUANZHOU = living_in("130284100200", "滦州甲镇 甲村")


@remembered.step
def submitted(world: World, clerk: str = "clerk", **changes: str) -> Case:
    """A case submitted by ``clerk`` and waiting for the principal."""
    acting = world.acting(clerk)
    draft = services.open_draft(
        kind="enrollment", school=world.school_of(clerk), acting=acting, values={}
    )
    reasons = {key[7:]: changes.pop(key) for key in list(changes) if key.startswith("reason_")}
    return submit(case_id=draft.pk, row=row(**changes), reasons=reasons, acting=acting)


@remembered.step
def applied(world: World, clerk: str = "clerk", **changes: str) -> Case:
    """An application for 缓学, submitted by ``clerk`` and waiting for the principal."""
    acting = world.acting(clerk)
    asked = {
        "late_reason": "health",
        "late_details": "做完手术还在休养",
        "until": "2027-08-31",
        "paper_hospital_proof": "1",
        **changes,
    }
    reasons = {key[7:]: asked.pop(key) for key in list(asked) if key.startswith("reason_")}
    draft = services.open_draft(
        kind="deferral", school=world.school_of(clerk), acting=acting, values={}
    )
    return apply_for(case_id=draft.pk, row=row(**asked), reasons=reasons, acting=acting)


@remembered.step
def deferred(world: World, clerk: str = "clerk", **changes: str) -> Student:
    """A child in 缓学, by all signatures of the school's route."""
    route = {
        "clerk": ("principal", "centre", "county"),
        "clerk1b": ("principal1b", "centre", "county"),
        "urban": ("urban-principal", "county"),
        "clerk9": ("principal9", "centre9", "county9"),
    }[clerk]
    note = "已核对" if any(key.startswith("reason_") for key in changes) else ""
    return sign(world, applied(world, clerk, **changes), *route, note=note).student


def sign(
    world: World, case: Case, *people: str, decision: str = Decision.AGREED, note: str = ""
) -> Case:
    """Let people sign the case in turn; fails where one of them may not."""
    for person in people:
        case.refresh_from_db()
        (outcome,) = services.decide(
            seen={case.pk: case.version},
            decision=Decision(decision),
            note=note or ("" if decision == Decision.AGREED else "请改正"),
            acting=world.acting(person),
        ).values()
        assert outcome.kind == "signed", outcome
    case.refresh_from_db()
    return case


@remembered.step
def enrolled(world: World, clerk: str = "clerk", **changes: str) -> Student:
    """A pupil whose register is built, by all signatures of the school's route."""
    case = submitted(world, clerk, **changes)
    route = {
        "clerk": ("principal", "centre", "county"),
        "clerk1b": ("principal1b", "centre", "county"),
        "clerk2": ("principal2", "centre2", "county"),
        "urban": ("urban-principal", "county", "county-head"),
        "clerk9": ("principal9", "centre9", "county9"),
    }[clerk]
    note = "已比对材料" if any(key.startswith("reason_") for key in changes) else ""
    return sign(world, case, *route, note=note).student


def move(student: Student, *, to: School, acting: Acting) -> Student:
    """Let the pupil go to another school in one act, as a transfer's last signature would."""
    (pupil,) = students.lock([student.pk]).values()
    here, there = lineage(pupil.school_id), lineage(to.pk)
    said = {"student": pupil, "effective_on": acting.today, "stage": pupil.stage}
    said["grade"] = pupil.grade
    out = ledger.Fact(
        kind=EventKind.TRANSFERRED_OUT, lineage=here, change=-1, text="转学，调出", **said
    )
    come = ledger.Fact(
        kind=EventKind.TRANSFERRED_IN, lineage=there, change=1, text="转学，调入", **said
    )
    home = pupil.placements.get(ends__isnull=True)
    home.ends = acting.today
    history.update([home], fields=["ends"], acting=acting, reason="转学")
    where = students.Place(
        school=to,
        school_class=None,
        stage=pupil.stage,
        entry_year=pupil.entry_year,
        grade=pupil.grade,
        starts=acting.today,
        case_id=None,
    )
    students.place({pupil: where}, acting=acting, reason="转学")
    ledger.write([out, come], acting=acting)
    return pupil


def correct(student: Student, *, acting: Acting, **values: object) -> Student:
    """Write new values of the pupil, signed."""
    (pupil,) = students.lock([student.pk]).values()
    for name, value in values.items():
        setattr(pupil, name, value)
    students.derive(pupil)
    fields = (*values, *students.DERIVED)
    students.write([pupil], fields=fields, acting=acting, reason="核对户口簿")
    return pupil


def correct_member(member: FamilyMember, *, acting: Acting, **values: object) -> None:
    """Write new values of a member of the family, signed."""
    for name, value in values.items():
        setattr(member, name, value)
    history.update([member], fields=list(values), acting=acting, reason="核对户口簿")
