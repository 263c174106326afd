"""转出、转入登记册: who went and came within some days, by the values of the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.timezone import localdate

from transfers import queries
from transfers.models import Transfer
from xueji.accounts.access import Acting
from xueji.cases.models import State
from xueji.days import end_of, midnight
from xueji.identity import codes
from xueji.ledger.models import EventKind, RegisterEvent
from xueji.printing.sheets import lines_of

MOST = 1000  # lines of one register; longer ones are printed in parts
SIDES = {
    "out": (queries.went, EventKind.TRANSFERRED_OUT),
    "in": (queries.came, EventKind.TRANSFERRED_IN),
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One pupil of the register; ``school`` is the own, ``other`` the one at the other end."""

    student_id: int
    on: date
    name: str
    sex: str
    number: str
    grade: str
    school: str
    other: str
    reason: str
    case_number: str
    handler: str
    remark: str

    @property
    def height(self) -> int:
        """Lines of text that the row takes on paper."""
        texts = ((self.other, 9), (self.school, 7), (self.reason, 7), (self.remark, 9))
        return max(lines_of(text, width) for text, width in texts)


def lines(acting: Acting, side: str, *, first: date, last: date) -> list[Line]:
    """Transfers of the schools in reach that were done on these days, the earliest first.

    Those undone since are left out. Returns one more than MOST where there are more.
    """
    of_side, kind = SIDES[side]
    done = of_side(acting).filter(
        case__state=State.DONE,
        case__closed_at__gte=midnight(first),
        case__closed_at__lt=end_of(last),
    )
    rows = list(done.select_related("case__opener").order_by("case__closed_at", "pk")[: MOST + 1])
    events = RegisterEvent.objects.filter(
        case__in=[row.pk for row in rows], kind=kind, reversed_by__isnull=True
    )
    told = {event.case_id: event for event in events}
    return [_line(row, told[row.pk], side) for row in rows if row.pk in told]


def _line(row: Transfer, event: RegisterEvent, side: str) -> Line:
    ends: Sequence[str] = (row.from_words, row.to_words)
    own, other = ends if side == "out" else reversed(ends)
    return Line(
        student_id=row.case.student_id,
        on=localdate(row.case.closed_at),
        name=row.case.title,
        sex=codes.SEX[event.sex],
        number=event.number,
        grade=event.class_name or row.grade_words,
        school=own,
        other=other,
        reason=row.get_reason_display(),
        case_number=row.case.number,
        handler=row.case.opener.name,
        remark=f"{event.effective_on}{'转往' if side == 'out' else '转自'}{other}",
    )
