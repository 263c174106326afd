"""What came after an act and keeps it from being undone, named to who reaches where it happened."""

from django.db.models import QuerySet

from xueji.accounts.access import Acting
from xueji.cases.kinds import Refused
from xueji.ledger.models import EventKind, RegisterEvent
from xueji.students.models import Student

# what may have followed without standing in the way; the first two are taken back with it
TAKEN_BACK = (EventKind.PLACED, EventKind.NUMBERED)
HARMLESS = (*TAKEN_BACK, EventKind.KEY_DATA_CHANGED)


def standing(student: Student, *, after: int) -> QuerySet[RegisterEvent]:
    """What happened to the register since that event and was not undone, the last first."""
    events = RegisterEvent.objects.filter(student=student, reversed_by__isnull=True, pk__gt=after)
    return events.exclude(kind=EventKind.REVERSED).order_by("-pk")


def require_nothing(since: QuerySet[RegisterEvent], after: str, acting: Acting) -> None:
    """Raise Refused while anything stands but for what is harmless; ``after`` says since when."""
    event = since.exclude(kind__in=HARMLESS).select_related("case").first()
    if event is None:
        return
    named = ""
    if acting.reaches(event.school_path):
        number = f"，业务件 {event.case.number}" if event.case else ""
        named = f"（{event.effective_on:%Y-%m-%d} {event.get_kind_display()}{number}）"
    raise Refused(f"{after}学籍又有变动{named}，不能直接撤销；请先撤销后来的业务。")
