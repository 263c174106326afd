"""Putting papers into a pupil's file, and keeping account of what it lacks."""

from collections.abc import Iterable
from datetime import date
from typing import IO

from django.db import transaction

from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.cases.kinds import Refused
from xueji.documents import services as documents
from xueji.dossiers import queries, rules
from xueji.dossiers.models import Dossier, DossierPaper
from xueji.organisations.queries import lineages
from xueji.rules.engine import rule_set
from xueji.rules.papers import PAPERS, missing
from xueji.students.models import LIVE, Student

BATCH = 500


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


def assess(students: Iterable[Student], *, today: date) -> None:
    """Write down what the files of locked pupils lack; the number of queries is fixed.

    Pupils of no school or no day of entry have no file to wait for.
    """
    pupils = {pupil.pk: pupil for pupil in students if pupil.school_id and pupil.entered_on}
    schools = lineages({pupil.school_id for pupil in pupils.values()})
    held = queries.held(pupils)
    rows = []
    for pk, pupil in pupils.items():
        in_force = rule_set(schools[pupil.school_id].rule_set).at(pupil.entered_on)
        if not in_force.has("register.file_due_days"):
            continue
        groups = [demand.group for demand in rules.demanded(pupil, in_force)]
        lacking = missing(groups, held[pk])
        days = rules.days(pupil.entered_on, in_force)
        rows.append(
            Dossier(
                student=pupil,
                remind_on=days.remind_on,
                due_on=days.due_on,
                lacking=lacking,
                completed_on=None if lacking else today,
            )
        )
    Dossier.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["student"],
        update_fields=["remind_on", "due_on", "lacking", "completed_on"],
    )


@transaction.atomic
def assess_some(*, after: int, today: date) -> int | None:
    """Assess the next files that are new or not complete; the last pupil's id, None at the end.

    Pupils whom somebody is working on are passed over: the next day finds them.
    """
    due = (
        Student.objects.filter(pk__gt=after, status__in=LIVE, school__isnull=False)
        .filter(entered_on__lte=today, dossier__completed_on__isnull=True)
        .order_by("pk")
    )
    ids = list(due.values_list("pk", flat=True)[:BATCH])
    if not ids:
        return None
    locked = Student.objects.select_for_update(skip_locked=True).filter(pk__in=ids)
    assess(locked.order_by("pk"), today=today)
    return ids[-1]
