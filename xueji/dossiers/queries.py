"""Reading the files of pupils: what lies in one, and which are not complete in time."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Count, F, Q, QuerySet

from xueji.accounts.access import Acting
from xueji.cases.models import ALIVE, Case, Paper, State
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
    there = DossierPaper.objects.filter(student__in=ids, removed_at__isnull=True)
    for pk, kind in there.values_list("student", "kind"):
        found[pk].add(kind)
    return found


def filed(student_id: int, *, until: datetime | None = None) -> QuerySet[DossierPaper]:
    """What the school put into the file after the entry; ``until`` a former school's last day."""
    rows = DossierPaper.objects.filter(student=student_id, removed_at__isnull=True)
    return rows.filter(filed_at__lt=until) if until else rows


def removed(student_id: int) -> QuerySet[DossierPaper]:
    """What was taken out of the file, the last first."""
    rows = DossierPaper.objects.filter(student=student_id, removed_at__isnull=False)
    return rows.order_by("-removed_at", "-pk")


def resting_on(paper: DossierPaper) -> Case | None:
    """A case in work or decided to which the paper's scan was shown as well."""
    if paper.document_id is None:
        return None
    shown = Paper.objects.filter(document=paper.document_id).values("case")
    return Case.objects.filter(pk__in=shown, state__in=(*ALIVE, State.DONE)).order_by("pk").first()


def overdue(today: date) -> Q:
    return Q(due_on__lt=today)


def soon(today: date) -> Q:
    return Q(remind_on__lte=today, due_on__gte=today)


def incomplete(acting: Acting) -> QuerySet[Dossier]:
    """Files in reach that lack something, of pupils whose register lives.

    Who sees no items of health is not told of a file that lacks such papers alone.
    """
    rows = Dossier.objects.all()
    if not acting.may("students.medical"):
        rows = rows.exclude(lacking=[])
    return rows.filter(
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
