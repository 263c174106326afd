"""The receiving school's part: verified and put into a class, or back to who approved."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from transfers.models import Borrowing, Transfer
from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.accounts.models import Role
from xueji.cases import acts
from xueji.cases import services as cases
from xueji.cases.acts import Act
from xueji.cases.kinds import Refused
from xueji.cases.models import Case, Decision
from xueji.cases.queries import lock, steps_of
from xueji.cases.seats import Room
from xueji.cases.services import Outcome
from xueji.organisations.models import SchoolClass
from xueji.organisations.queries import Lineage
from xueji.rules.engine import Rules, rule_set
from xueji.students import services as students
from xueji.students.models import Student


@transaction.atomic
def receive(
    *,
    case_id: int,
    version: int,
    decision: Decision,
    note: str,
    school_class: SchoolClass | None,
    acting: Acting,
) -> Outcome:
    """Sign a school's step of a transfer; on a yes at the placement the class is kept with it.

    The principal who signs last may choose another than the clerk. Raises Refused when the class
    has no room or is of another grade, PermissionDenied for who is no party to the case, and for a
    principal at any other step.
    """
    access.require(acting, "transfers.place", acting.post.organisation_id)
    case = lock([case_id])[case_id]
    row = Transfer.objects.select_related("school_class").get(pk=case.pk)
    is_principal = acting.post.role == Role.PRINCIPAL
    may = Act.AGREE in acts.allowed(case, steps_of([case_id])[case_id], acting)
    is_turn = may and case.version == version
    if is_principal and case.version == version and not (may and case.approved):
        raise PermissionDenied("transfers.place")
    if is_turn and decision == Decision.AGREED and case.approved:
        (student,) = students.lock([case.student_id]).values()
        is_kept = is_principal and row.school_class == school_class
        if school_class and not is_kept:  # what the clerk chose is judged with the last signature
            rules, chosen_by = into_rules(row, case), acting.user.pk
            room = Room([school_class.pk])
            take_seat(room, school_class, student, row, rules=rules, chosen_by=chosen_by)
        if not is_kept:
            row.school_class, row.chosen_by = school_class, acting.user if is_principal else None
            row.save(update_fields=["school_class", "chosen_by"])
    outcomes = cases.decide(seen={case_id: version}, decision=decision, note=note, acting=acting)
    if case_id not in outcomes:
        raise PermissionDenied("transfers.place")
    return outcomes[case_id]


def into_rules(row: Transfer, case: Case) -> Rules:
    """The rules of the side that the pupil comes into, as they stood at the submission."""
    return rule_set(row.into_set).at(case.rule_date)


def place_at(into: Lineage, row: Transfer | Borrowing, acting: Acting) -> students.Place:
    """The place that a pupil who comes by this case has from today."""
    return students.Place(
        school=into.school,
        school_class=row.school_class,
        stage=row.stage,
        entry_year=row.entry_year,
        grade=row.grade,
        starts=acting.today,
        case_id=row.pk,
    )


def take_seat(
    room: Room,
    chosen: SchoolClass,
    student: Student,
    row: Transfer,
    *,
    rules: Rules,
    chosen_by: int,
) -> None:
    """Seat the pupil as `Room.seat` says, in a class of this school and grade; else Refused."""
    if chosen.school_id != row.to_school_id:
        raise Refused("所选班级不是本校的班。请另选一个班。")
    if (chosen.stage, chosen.grade) != (row.stage, row.grade):
        cited = rules.rule("transfer.grade").citation
        raise Refused(f"{chosen}不是该生所在年级的班，转学不变更年级（{cited}）。请另选一个班。")
    room.seat(student, chosen, rules=rules, chosen_by=chosen_by)
