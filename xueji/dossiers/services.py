"""Putting papers into a pupil's file and taking wrong ones out; account of what it lacks."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import IO

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q

from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.accounts.models import Role
from xueji.cases.kinds import Refused, Unreasoned
from xueji.documents import services as documents
from xueji.documents.models import Document
from xueji.dossiers import queries
from xueji.dossiers.models import Dossier, DossierPaper
from xueji.dossiers.rules import Demand, counted_from, days, demanded
from xueji.notices import services as notices
from xueji.notices.models import Subject
from xueji.notices.services import News
from xueji.organisations.queries import lineages
from xueji.rules.engine import Rules, rule_set
from xueji.rules.papers import PAPERS, missing
from xueji.students.models import LIVE, Student, StudentSheet

BATCH = 500
LONGEST_REASON = 60
WRITTEN = [
    "remind_on", "due_on", "counted_from", "assessed_on", "lacking", "lacks_medical",
    "completed_on",
]  # fmt: skip


class NoSuchPaper(Exception):
    """The file has no such paper that the school put there."""


@transaction.atomic
def add(
    *, student: Student, kind: str, name: str, data: IO[bytes] | None, acting: Acting
) -> DossierPaper:
    """Put a paper into the file of a locked pupil: its scan, or with no data the paper itself.

    Raises PermissionDenied unless the post is at the pupil's school, BadFile for what is no scan,
    Refused for what is no kind of paper or the same paper a second time without a scan.
    """
    access.require(acting, "students.file", student.school.organisation_id)
    if kind not in PAPERS:
        raise Refused("请先选择是哪一种材料。")
    if data is None and kind in queries.held([student.pk])[student.pk]:
        raise Refused(f"档案里已经有{PAPERS[kind]}，没有再登记一次。")
    document = None if data is None else documents.store(name=name, data=data, acting=acting)
    paper = DossierPaper.objects.create(
        student=student, kind=kind, document=document, filed_by=acting.post, filed_at=acting.at
    )
    assess([student], today=acting.today)
    return paper


@transaction.atomic
def remove(*, student: Student, pk: int, reason: str, acting: Acting) -> DossierPaper:
    """Take a paper that does not belong there out of the file of a locked pupil.

    From now on nobody opens its scan, which goes with the next day's expiry. Raises
    PermissionDenied unless the post is at the pupil's school, NoSuchPaper, and Refused without a
    reason or while a case rests on the scan.
    """
    access.require(acting, "students.file", student.school.organisation_id)
    paper = queries.filed(student.pk).filter(pk=pk).first()
    if paper is None:
        raise NoSuchPaper(pk)
    why = reason.strip()
    if not why:
        raise Unreasoned("请写明移除的原因，如：传到了别的学生名下、扫描不清。原因会留在档案里。")
    if len(why) > LONGEST_REASON:
        raise Unreasoned(f"移除的原因超过 {LONGEST_REASON} 个字，请写短一些。")
    if case := queries.resting_on(paper):
        raise Refused(
            f"业务件 {case.number} 依据这份{PAPERS[paper.kind]}，不能移除。"
            "材料有误的，请先按该业务件的办法撤回、退回或撤销。"
        )
    paper.removed_by, paper.removed_at, paper.removed_why = acting.post, acting.at, why
    paper.save(update_fields=["removed_by", "removed_at", "removed_why"])
    if paper.document_id:
        scan = Document.objects.filter(key=paper.document_id)
        documents.release(scan.values("key"), today=acting.today)
    assess([student], today=acting.today)
    return paper


def assess(students: Iterable[Student], *, today: date) -> None:
    """Write down what the files of locked pupils lack; the number of queries is fixed.

    Pupils of no school or no day of entry have no file to wait for.
    """
    pupils = {pupil.pk: pupil for pupil in students if pupil.school_id and pupil.entered_on}
    schools = lineages({pupil.school_id for pupil in pupils.values()})
    held = queries.held(pupils)
    sheets = StudentSheet.objects.in_bulk(pupils.keys())
    before = Dossier.objects.in_bulk(pupils.keys())
    rows = []
    for pk, pupil in pupils.items():
        in_force = rule_set(schools[pupil.school_id].rule_set).at(pupil.entered_on)
        if not in_force.has("register.file_due_days"):
            continue
        demands = demanded(pupil, sheets.get(pk), in_force)
        rows.append(_judged(pupil, demands, held[pk], before.get(pk), rules=in_force, today=today))
    Dossier.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["student"], update_fields=WRITTEN
    )


def _judged(
    pupil: Student,
    demands: list[Demand],
    held: set[str],
    before: Dossier | None,
    *,
    rules: Rules,
    today: date,
) -> Dossier:
    """The row of one file, after what it was before."""
    lacking = missing([demand.group for demand in demands if not demand.is_medical], held)
    medical = missing([demand.group for demand in demands if demand.is_medical], held)
    lacks = bool(lacking or medical)
    complete_since = before.completed_on if before else None
    start = counted_from(
        pupil.entered_on,
        before=before.counted_from if before else None,
        was_complete=complete_since is not None,
        lacks=lacks,
        today=today,
    )
    counted = days(start, rules)
    return Dossier(
        student=pupil,
        remind_on=counted.remind_on,
        due_on=counted.due_on,
        counted_from=start,
        assessed_on=today,
        lacking=lacking,
        lacks_medical=bool(medical),
        completed_on=None if lacks else complete_since or today,
    )


@transaction.atomic
def assess_some(*, after: int, today: date) -> int | None:
    """Assess the next files that are new, not complete, or of pupils whose items were changed.

    Returns the last pupil's id, None at the end.

    Pupils whom somebody is working on are passed over: the next day finds them.
    """
    due = (
        Student.objects.filter(pk__gt=after, status__in=LIVE, school__isnull=False)
        .filter(Q(dossier__completed_on__isnull=True) | _changed(), entered_on__lte=today)
        .order_by("pk")
    )
    ids = list(due.values_list("pk", flat=True)[:BATCH])
    if not ids:
        return None
    locked = Student.objects.select_for_update(skip_locked=True).filter(pk__in=ids)
    assess(locked.order_by("pk"), today=today)
    return ids[-1]


def tell_of_overdue(*, today: date, at: datetime) -> None:
    """Tell the clerks of each school how many files became overdue with this day, once."""
    late = (
        Dossier.objects.filter(
            due_on=today - timedelta(days=1),
            completed_on__isnull=True,
            student__status__in=LIVE,
            student__merged_into__isnull=True,
        )
        .values_list("student__school__organisation")
        .annotate(Count("pk"))
        .order_by("student__school__organisation")
    )
    notices.tell(
        (
            News(
                organisation_id=organisation_id,
                role=Role.CLERK,
                subject=Subject.FILES,
                count=count,
                key=f"files {today}",
            )
            for organisation_id, count in late
        ),
        at=at,
    )


def _changed() -> Q:
    """Whether what may ask for another paper was written since the file was assessed."""
    unseen = Q(dossier__assessed_on__isnull=True)
    for model, pupil in ((StudentSheet, "student_id"), (Student, "id")):
        later = model.history.filter(**{pupil: OuterRef("pk")})
        written = later.filter(history_date__date__gte=OuterRef("dossier__assessed_on"))
        unseen |= Q(Exists(written))
    return unseen
