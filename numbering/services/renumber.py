"""Closing the holes of a series from its end: the last holders take them, the series gets shorter.

Nothing is deleted: the number left is given back and kept with its holder, and the act names each
pair. What is given back may be issued again, see docs/adr/0013.
"""

from django.db import transaction

from numbering.models import ActKind, NumberState, RegisterNumber, Renumbered, SeriesAct
from numbering.queries.allocator import require_allocator
from numbering.queries.preview import find_series
from numbering.queries.renumber import Move, Plan, plan, require_possible
from numbering.queries.series import proof
from numbering.queries.waiting import Cohort
from numbering.services.freeze import hold, record
from numbering.services.issue import PreviewChanged
from xueji.accounts.access import Acting
from xueji.ledger import services as ledger
from xueji.ledger.models import EventKind
from xueji.organisations.queries import Lineage
from xueji.students import services as students

REASON = "由末号补空号"


@transaction.atomic
def renumber(*, acting: Acting, lineage: Lineage, cohort: Cohort, token: str) -> SeriesAct:
    """Close exactly the holes of the plan with this ``token``, or none.

    Raises PermissionDenied unless the acting post is the allocator; CannotRenumber with a Chinese
    sentence when the series is frozen, has no hole that can be closed, or pupils wait who would
    fill it; PreviewChanged when it would be others who move.
    """
    require_allocator("numbering.renumber", lineage=lineage, stage=cohort["stage"], acting=acting)
    known = find_series(school_id=lineage.school.pk, **cohort)
    pupils = students.lock(move.old.holder_id for move in (plan(known).moves if known else ()))
    series = hold(lineage=lineage, cohort=cohort)
    found = plan(series)
    require_possible(series, found, lineage=lineage, cohort=cohort)
    if found.token != token or not pupils.keys() >= {m.old.holder_id for m in found.moves}:
        raise PreviewChanged
    _give_back(found, acting)
    taken = _take(found.moves, acting)
    series.last = found.last
    series.save(update_fields=["last"])
    act = record(ActKind.RENUMBERED, series=series, proved=proof(series), acting=acting)
    Renumbered.objects.bulk_create(
        [
            *(
                Renumbered(act=act, given_back=move.old, taken=row)
                for move, row in zip(found.moves, taken, strict=True)
            ),
            *(Renumbered(act=act, given_back=row) for row in found.dropped),
        ]
    )
    _tell(found.moves, pupils, lineage, acting)
    return act


def _give_back(found: Plan, acting: Acting) -> None:
    """End the numbers at the end of the series; the holes that are filled stand no longer."""
    for move in found.moves:
        move.old.state, move.old.ends = NumberState.GIVEN_BACK, acting.today
        move.old.reason = f"{REASON}，改为 {move.number}"
        move.hole.refilled = True
    for row in found.dropped:
        row.state = NumberState.GIVEN_BACK
    ended = [*(move.old for move in found.moves), *found.dropped]
    RegisterNumber.objects.bulk_update(ended, ["state", "ends", "reason"])
    RegisterNumber.objects.bulk_update([move.hole for move in found.moves], ["refilled"])


def _take(moves: tuple[Move, ...], acting: Acting) -> list[RegisterNumber]:
    return RegisterNumber.objects.bulk_create(
        RegisterNumber(
            province_id=move.hole.province_id,
            series_id=move.hole.series_id,
            serial=move.hole.serial,
            number=move.number,
            holder_id=move.old.holder_id,
            starts=acting.today,
            case_id=move.old.case_id,
        )
        for move in moves
    )


def _tell(moves: tuple[Move, ...], pupils: dict, lineage: Lineage, acting: Acting) -> None:
    """Write the new number on each pupil, with history and event."""
    facts = []
    for move in moves:
        student = pupils[move.old.holder_id]
        student.number = move.number
        facts.append(
            ledger.Fact(
                kind=EventKind.NUMBERED,
                student=student,
                lineage=lineage,
                effective_on=acting.today,
                stage=student.stage,
                grade=student.grade,
                class_name=str(student.school_class or ""),
                number=move.number,
                text=f"{REASON}，原 {move.old.number}",
                case_id=move.old.case_id,
            )
        )
    students.write(pupils.values(), fields=["number"], acting=acting, reason=REASON)
    ledger.write(facts, acting=acting)
