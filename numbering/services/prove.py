"""Proves the register numbers and keeps how many there were, and how many faults of each kind."""

from datetime import datetime

from numbering.queries.check import Result, check
from xueji.ledger import examinations


def prove(*, began_at: datetime) -> Result:
    """What ``check`` finds, of which the counts are kept."""
    result = check()
    examinations.leave(
        name=examinations.NUMBERS,
        began_at=began_at,
        looked_at=result.live + result.retired + result.void + result.given_back,
        faults={fault.fault: fault.count for fault in result.faults},
    )
    return result
