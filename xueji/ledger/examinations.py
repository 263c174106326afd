"""What the proofs of the whole register found, kept so that others see when it was proved last.

Counts alone are kept: which rows are at fault the commands tell whoever runs the site.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.timezone import now

from xueji.ledger.models import Examination

LEDGER, NUMBERS = "ledger", "numbers"
NAMES = (LEDGER, NUMBERS)
OVERDUE_AFTER = timedelta(hours=36)  # each is made every day
KEPT = 400  # of each, a year and more
EMPTY = "register_is_empty"


def leave(*, name: str, began_at: datetime, looked_at: int, faults: Mapping[str, int]) -> None:
    """Keep what was found, and the last ``KEPT`` of that name."""
    Examination.objects.create(
        name=name, began_at=began_at, ended_at=now(), looked_at=looked_at, faults=dict(faults)
    )
    rows = Examination.objects.filter(name=name).order_by("-ended_at", "-pk")
    Examination.objects.filter(pk__in=list(rows.values_list("pk", flat=True)[KEPT:])).delete()


def tally(faults: Iterable[Mapping[str, Any]]) -> Counter[str]:
    """Faults of each kind as ``ledger.check`` tells them; that nobody is there yet is none."""
    found: Counter[str] = Counter()
    for fault in faults:
        if fault["check"] != EMPTY:
            found[fault["check"]] += fault.get("more", 1)
    return found


def latest() -> dict[str, Examination]:
    """The last of each name, in one query."""
    rows = Examination.objects.filter(name__in=NAMES).order_by("name", "-ended_at", "-pk")
    return {row.name: row for row in rows.distinct("name")}


def is_overdue(last: Examination | None, *, at: datetime) -> bool:
    return last is None or at - last.ended_at > OVERDUE_AFTER
