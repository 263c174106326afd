"""Recording rewards and sanctions, revoking a sanction, undoing what was recorded by mistake."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import IO

from django.db import transaction

from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.audit import history
from xueji.cases.kinds import Refused, Unreasoned
from xueji.conduct import rules
from xueji.conduct.models import Conduct, Kind
from xueji.conduct.rules import Entry, Revocation
from xueji.documents import services as documents
from xueji.documents.models import Document
from xueji.identity.problems import Problem
from xueji.organisations.queries import lineage
from xueji.rules.engine import Rules, rule_set
from xueji.students.models import Student

ACT = "students.conduct"
LONGEST_REASON = 60


class Unfit(Exception):
    """What was typed cannot be saved; ``problems`` says everything that is wrong with it."""

    def __init__(self, problems: Sequence[Problem]):
        super().__init__()
        self.problems = problems


class NoSuchEntry(Exception):
    """The pupil has no such reward or sanction that stands."""


@transaction.atomic
def record(
    *, student: Student, entry: Entry, file_name: str, data: IO[bytes] | None, acting: Acting
) -> Conduct:
    """Record a reward or sanction of a locked pupil with the scan that proves it.

    Raises PermissionDenied unless the post is at the pupil's school, Unfit, BadFile, and Refused
    when the same is recorded already.
    """
    in_force = _may(student, acting)
    _raise(
        rules.judge_entry(
            entry,
            born=student.birth_date,
            has_proof=data is not None,
            rules=in_force,
            today=acting.today,
        )
    )
    if Conduct.objects.standing().filter(student=student, **asdict(entry)).exists():
        raise Refused(
            f"该生已经登记过这一条{Kind(entry.kind).label}：{entry.name}，{entry.given_on}。"
            "类别、级别、名称、单位、文号和日期都相同的不重复登记；确有两次的，请写明不同的具体名称。"
        )
    row = Conduct(student=student, document=_kept(file_name, data, acting), **asdict(entry))
    (row,) = history.create([row], acting=acting, reason=f"登记{Kind(entry.kind).label}")
    return row


@transaction.atomic
def revoke(
    *,
    student: Student,
    pk: int,
    said: Revocation,
    file_name: str,
    data: IO[bytes] | None,
    acting: Acting,
) -> Conduct:
    """End a sanction of a locked pupil on a day, by a paper; it stays on the record.

    Raises as ``record``, and NoSuchEntry.
    """
    in_force = _may(student, acting)
    row = _standing(student, pk)
    if row.kind != Kind.SANCTION:
        raise Refused("奖励没有撤销一说。登记错了的，请按「作废」，再重新登记。")
    if row.revoked_on:
        raise Refused(
            f"这一条处分已于 {row.revoked_on} 撤销，没有再登记一次。"
            "撤销日期或文号登记错了的，请作废这一条，再重新登记。"
        )
    _raise(
        rules.judge_revocation(
            said,
            given_on=row.given_on,
            has_proof=data is not None,
            rules=in_force,
            today=acting.today,
        )
    )
    row.revoked_on, row.revoked_number = said.on, said.paper_number
    row.revoked_document = _kept(file_name, data, acting)
    fields = ["revoked_on", "revoked_number", "revoked_document"]
    history.update([row], fields=fields, acting=acting, reason="撤销处分")
    return row


@transaction.atomic
def undo(*, student: Student, pk: int, reason: str, acting: Acting) -> Conduct:
    """Undo an entry of a locked pupil that was a mistake; history keeps it, its scans go.

    Raises PermissionDenied, NoSuchEntry, and Refused without a reason.
    """
    _may(student, acting)
    row = _standing(student, pk)
    why = reason.strip()
    if not why:
        raise Unreasoned("请写明作废的原因，如：登记错了学生、日期写错。原因会留在履历里。")
    if len(why) > LONGEST_REASON:
        raise Unreasoned(f"作废的原因超过 {LONGEST_REASON} 个字，请写短一些。")
    row.undone = True
    history.update([row], fields=["undone"], acting=acting, reason=f"作废：{why}")
    scans = Document.objects.filter(key__in=[row.document_id, row.revoked_document_id])
    documents.release(scans.values("key"), today=acting.today)
    return row


def _may(student: Student, acting: Acting) -> Rules:
    """The rules of the pupil's school today, if the post is the school's own."""
    place = lineage(student.school_id)
    access.require(acting, ACT, place.school.organisation_id)
    return rule_set(place.rule_set).at(acting.today)


def _standing(student: Student, pk: int) -> Conduct:
    row = Conduct.objects.standing().filter(student=student, pk=pk).first()
    if row is None:
        raise NoSuchEntry(pk)
    return row


def _raise(found: Iterable[Problem]) -> None:
    if problems := list(found):
        raise Unfit(problems)


def _kept(name: str, data: IO[bytes] | None, acting: Acting) -> Document | None:
    return None if data is None else documents.store(name=name, data=data, acting=acting)
