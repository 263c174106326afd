"""Reading the files of pupils: what lies in one, and which are not complete in time."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Count, F, Q, QuerySet

from xueji.accounts.access import Acting
from xueji.cases.models import Paper, State
from xueji.dossiers.models import Dossier, DossierPaper
from xueji.organisations.models import within
from xueji.students.models import LIVE


def scanned(student_ids: Iterable[int]) -> QuerySet[Paper]:
    """Scans on finished cases of the pupils: they lie in the file as well."""
    return Paper.objects.filter(
        case__student__in=student_ids, case__state=State.DONE, document__isnull=False
    )


def held(student_ids: Iterable[int]) -> dict[int, set[str]]:
    """Pupil → codes of the papers in the file, in two queries."""
    ids = list(student_ids)
    found: dict[int, set[str]] = defaultdict(set)
    for pk, kind in scanned(ids).values_list("case__student", "kind"):
        found[pk].add(kind)
    filed = DossierPaper.objects.filter(student__in=ids)
    for pk, kind in filed.values_list("student", "kind"):
        found[pk].add(kind)
    return found


def filed(student_id: int, *, until: datetime | None = None) -> QuerySet[DossierPaper]:
    """What the school put into the file after the entry; ``until`` a former school's last day."""
    rows = DossierPaper.objects.filter(student=student_id)
    return rows.filter(filed_at__lt=until) if until else rows


def overdue(today: date) -> Q:
    return Q(due_on__lt=today)


def soon(today: date) -> Q:
    return Q(remind_on__lte=today, due_on__gte=today)


def incomplete(acting: Acting) -> QuerySet[Dossier]:
    """Files in reach that lack something, of pupils whose register lives."""
    return Dossier.objects.filter(
        within(acting.post.organisation.path, "student__org_path"),
        completed_on__isnull=True,
        student__status__in=LIVE,
        student__merged_into__isnull=True,
    )


def tally(acting: Acting) -> dict[str, int]:
    """How many files in reach are overdue, and how many will be within the last days."""
    today = acting.today
    return incomplete(acting).aggregate(
        overdue=Count("pk", filter=overdue(today)), soon=Count("pk", filter=soon(today))
    )


def by_school(acting: Acting) -> QuerySet:
    """The same for each school in reach that has any, most overdue first."""
    today = acting.today
    return (
        incomplete(acting)
        .filter(overdue(today) | soon(today))
        .values(path=F("student__org_path"), name=F("student__school__organisation__name"))
        .annotate(overdue=Count("pk", filter=overdue(today)), soon=Count("pk", filter=soon(today)))
        .order_by("-overdue", "-soon", "path")
    )
