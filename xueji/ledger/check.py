"""Proves from pupils, placements and histories, not from the ledger, that the ledger is right."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from xueji.ledger import examinations
from xueji.ledger.models import RegisterEvent
from xueji.ledger.proofs import Proof, proofs
from xueji.students.models import Student

MOST_FAULTS = 100  # told of one proof; the others are counted


def check() -> dict[str, Any]:
    """How many pupils and events there are, and every fault; an empty register is one."""
    whole = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if whole:  # all proofs see the same moment; a caller's transaction has begun already
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL work_mem = '128MB'")
        students, events = Student.objects.count(), RegisterEvent.objects.count()
        faults = [] if students else [{"check": examinations.EMPTY}]
        for proof in proofs():
            faults += _faults(proof, cursor)
    return {"students": students, "events": events, "faults": faults}


def check_and_leave(*, began_at: datetime) -> dict[str, Any]:
    """What ``check`` finds, of which the counts are kept."""
    found = check()
    examinations.leave(
        name=examinations.LEDGER,
        began_at=began_at,
        looked_at=found["students"],
        faults=examinations.tally(found["faults"]),
    )
    return found


def _faults(proof: Proof, cursor: CursorWrapper) -> Iterator[dict[str, Any]]:
    cursor.execute(proof.sql)
    names = [column.name for column in cursor.description]
    for row in cursor.fetchmany(MOST_FAULTS):
        yield {"check": proof.name} | dict(zip(names, row, strict=True))
    if more := len(cursor.fetchall()):
        yield {"check": proof.name, "more": more}
