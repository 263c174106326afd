"""Drafts: what was typed, encrypted, without pupil and without lock."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import connection, transaction
from django.utils.timezone import localdate

from xueji.accounts.access import Acting
from xueji.cases import kinds, queries
from xueji.cases.acts import Act
from xueji.cases.kinds import Refused
from xueji.cases.models import ALIVE, Case, CaseForm, Paper, State
from xueji.cases.services.common import lock, require
from xueji.documents import services as documents
from xueji.organisations.models import School
from xueji.organisations.queries import hold

BATCH = 500


class Stale(Exception):
    """Somebody saved the form meanwhile; the exception carries the saved values."""

    def __init__(self, values: Mapping[str, object]):
        super().__init__()
        self.values = values


def new_cases(count: int, *, kind: str, school: School, acting: Acting) -> list[Case]:
    """So many drafts with their numbers, not saved yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('xueji_case', 'id'))"
            " FROM generate_series(1, %s)",
            [count],
        )
        keys = [pk for (pk,) in cursor.fetchall()]
    year, exclusive = localdate(acting.at).year, kinds.get(kind).exclusive
    path = hold([school.pk])[school.pk].path
    return [
        Case(
            id=pk,
            kind=kind,
            number=f"{year}-{pk:06d}",
            school=school,
            org_path=path,
            opener=acting.user,
            opened_post=acting.post,
            opened_at=acting.at,
            state=State.DRAFT,
            exclusive=exclusive,
        )
        for pk in keys
    ]


@transaction.atomic
def open_draft(
    *, kind: str, school: School, acting: Acting, values: Mapping[str, object], title: str = ""
) -> Case:
    """Start a case with what was typed so far: no pupil, no lock."""
    (case,) = new_cases(1, kind=kind, school=school, acting=acting)
    case.title = title
    case.save(force_insert=True)
    CaseForm.objects.create(case=case, values=dict(values), saved_at=acting.at)
    return case


@transaction.atomic
def save_draft(
    *, case_id: int, values: Mapping[str, object], version: int, acting: Acting, title: str = ""
) -> int:
    """Keep what was typed for a draft or returned case; return the form's new version.

    Raises Stale with the saved values when ``version`` is not the latest, Refused when the case
    is not the post's to edit.
    """
    case = lock(case_id)
    require(case, Act.SUBMIT, acting)
    form = CaseForm.objects.get(case=case)
    if form.version != version:
        raise Stale(form.values)
    form.values, form.saved_at = dict(values), acting.at
    form.version += 1
    form.save(update_fields=["values", "saved_at", "version"])
    if title and case.state == State.DRAFT:
        case.title = title
        case.save(update_fields=["title"])
    return form.version


@transaction.atomic
def discard(*, case_id: int, acting: Acting) -> None:
    """Throw a draft away, with everything typed; it never was a case of a pupil."""
    case = lock(case_id)
    if case.student_id and case.state in ALIVE:
        raise Refused("已提交过的业务件不能删除，只能撤回。")
    require(case, Act.DISCARD, acting)
    _forget([case_id], localdate(acting.at))


def forget_drafts(*, saved_before: datetime, today: date) -> int:
    """Throw away the drafts that nobody has saved since, with their scans; return how many."""
    forgotten = 0
    old = Case.objects.filter(state=State.DRAFT, student=None, form__saved_at__lt=saved_before)
    while some := list(old.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            locked = queries.lock(some)
            # of those that were saved or submitted while we waited, nothing goes
            still = list(old.filter(pk__in=locked).values_list("pk", flat=True))
            _forget(still, today)
        forgotten += len(still)
    return forgotten


def _forget(case_ids: Sequence[int], today: date) -> None:
    """Remove locked drafts; the files of their papers go with the next day's expiry."""
    documents.release(
        Paper.objects.filter(case__in=case_ids, document__isnull=False).values("document"),
        today=today,
    )
    Case.objects.filter(pk__in=case_ids).delete()
