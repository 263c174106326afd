"""What becomes of a takeover until its pupils stand in the register: opened, filled, confirmed."""

import gzip
import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from enrollment.models import OVER, Takeover, TakeoverState
from enrollment.services.batch.keeping import AGAIN, ROWS, XLS, XLSX, keep_file
from enrollment.services.batch.rows import Entry, Fate, restored
from enrollment.services.takeover.context import load, require_working
from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.accounts.models import Role
from xueji.cases.kinds import Refused
from xueji.documents import services as documents
from xueji.documents.models import Document
from xueji.jobs import services as jobs
from xueji.jobs.models import JobState
from xueji.organisations.models import School
from xueji.organisations.queries import lineage
from xueji.rules.engine import Rules, rule_set

CHECK, STORE = "enrollment.takeover_check", "enrollment.takeover_store"
ACT = "enrollment.takeover"
LONGEST_BASIS = 100
FILLED = (TakeoverState.REFUSED, TakeoverState.FAULTY, TakeoverState.READY)
CONFIRMED = "这次建库已经确认过，不用再确认。"
UNDER_WAY = "{school}已经开通建库，还没有办完。请在列表里打开那一次，办完或作废后再开通。"


@transaction.atomic
def open_for(*, school: School, as_on: date, basis: str, acting: Acting) -> Takeover:
    """Let a school's pupils be taken over, by order of its county.

    Raises PermissionDenied for another office, Refused with the reason.
    """
    access.require(acting, ACT, school.county_id)
    line = lineage(school.pk)
    require_working(line, acting.today)
    if as_on > acting.today:
        raise Refused("建库基准日还没有到。请填今天或以前的日期，人数从这一天起算。")
    takeover = Takeover(
        school=school,
        as_on=as_on,
        basis=basis.strip()[:LONGEST_BASIS],
        opened_by=acting.post,
        opened_at=acting.at,
    )
    load(takeover, today=acting.today)  # a school year there must be
    try:
        with transaction.atomic():
            takeover.save()
    except IntegrityError as error:
        raise Refused(UNDER_WAY.format(school=school.organisation)) from error
    return takeover


@transaction.atomic
def take(
    *, takeover_id: int, name: str, data: bytes, is_xls: bool, key: UUID, acting: Acting
) -> None:
    """Keep the workbook and queue its check; the one before, if any, goes."""
    takeover = lock(takeover_id, acting)
    if not is_open(takeover):
        raise _not_now(takeover, "上传")
    _let_go(takeover, acting)
    takeover.source = keep_file(name, XLS if is_xls else XLSX, data, acting)
    takeover.file_name = takeover.source.name
    takeover.uploaded_by, takeover.uploaded_at = acting.post, acting.at
    takeover.confirmed_by = None
    takeover.rows = takeover.faulty = takeover.exceptions = 0
    takeover.state, takeover.summary = TakeoverState.CHECKING, {}
    _queue(takeover, CHECK, str(key), acting)


@transaction.atomic
def confirm(*, takeover_id: int, key: UUID, acting: Acting) -> None:
    """Queue the storing of what was found fit, by another person than who uploaded it."""
    takeover = lock(takeover_id, acting)
    is_failed = takeover.state == TakeoverState.STORING and is_stuck(takeover)
    if takeover.state in (TakeoverState.STORING, TakeoverState.STORED) and not is_failed:
        raise Refused(CONFIRMED)
    if takeover.state != TakeoverState.READY and not is_failed:
        raise _not_now(takeover, "确认")
    if why := why_not(takeover, rules_of(takeover, acting), acting):
        raise Refused(why)
    takeover.state, takeover.confirmed_by = TakeoverState.STORING, acting.post
    _queue(takeover, STORE, str(key), acting)


def why_not(takeover: Takeover, rules: Rules, acting: Acting) -> str:
    """Why this post does not confirm, and who does; "" where it may."""
    by, rule = takeover.uploaded_by, rules.rule("takeover.confirm")
    if acting.post.role not in rule.value:
        names = "、".join(Role(role).label for role in rule.value)
        return f"建库要由教育局的{names}确认。（{rule.citation}）"
    if by is not None and by.user_id == acting.user.pk:
        return f"这张表是您本人上传的，要由教育局的另一人确认。（{rule.citation}）"
    grant = rules.rule("takeover.grade").grant
    if takeover.exceptions and grant and acting.post.role != grant:
        cited = rules.rule("takeover.grade").citation
        name = Role(grant).label
        return f"有 {takeover.exceptions} 行写了例外理由，要由教育局的{name}确认。（{cited}）"
    return ""


@transaction.atomic
def close(*, takeover_id: int, acting: Acting) -> None:
    """Give the order up; nothing of it stands in the register."""
    takeover = lock(takeover_id, acting)
    if not is_open(takeover):
        raise _not_now(takeover, "作废")
    end(takeover, TakeoverState.CLOSED, acting)


def lock(takeover_id: int, acting: Acting | None = None) -> Takeover:
    """The locked row; with ``acting`` only for the county that opened it."""
    rows = Takeover.objects.select_for_update(of=("self",))
    takeover = rows.select_related("job", "school__organisation", "uploaded_by").get(pk=takeover_id)
    if acting:
        access.require(acting, ACT, takeover.school.county_id)
    return takeover


def rules_of(takeover: Takeover, acting: Acting) -> Rules:
    return rule_set(lineage(takeover.school_id).rule_set).at(acting.today)


def is_open(takeover: Takeover) -> bool:
    """Whether another workbook can be uploaded, or the order given up."""
    if takeover.state in (TakeoverState.CHECKING, TakeoverState.STORING):
        return is_stuck(takeover)
    return takeover.state in (TakeoverState.OPEN, *FILLED)


def is_stuck(takeover: Takeover) -> bool:
    """Whether it waits for a job that has failed and changed nothing."""
    running = (TakeoverState.CHECKING, TakeoverState.STORING, TakeoverState.UNDOING)
    job = takeover.job
    return takeover.state in running and job is not None and job.state == JobState.FAILED


# -- what the jobs write ---------------------------------------------------------------------------
def refuse(*, takeover_id: int, why: str) -> None:
    """The file as a whole cannot be taken."""
    _told(lock(takeover_id), TakeoverState.REFUSED, {"refused": why})


def keep_result(
    *,
    takeover_id: int,
    entries: Sequence[Entry],
    summary: Mapping[str, Any],
    marked: bytes | None,
    exceptions: int,
    acting: Acting,
) -> None:
    """Write down what the check found, with the rows and the workbook that goes back."""
    takeover = lock(takeover_id)
    takeover.rows, takeover.exceptions = len(entries), exceptions
    takeover.faulty = sum(entry.fate == Fate.FAULTY for entry in entries)
    rows = json.dumps([entry.stored() for entry in entries], ensure_ascii=False).encode()
    takeover.staged = keep_file(f"建库{takeover.pk}", ROWS, gzip.compress(rows, 1), acting)
    if marked:
        stem = takeover.file_name.rpartition(".")[0].removesuffix("（已标注）")
        takeover.marked = keep_file(f"{stem}（已标注）.xlsx", XLSX, marked, acting)
    takeover.state = TakeoverState.FAULTY if takeover.faulty else TakeoverState.READY
    takeover.summary = dict(summary) | (AGAIN if takeover.summary == AGAIN else {})
    takeover.save()


def entries_of(takeover: Takeover) -> list[Entry]:
    """The rows as they were judged; FileGone once they have expired."""
    rows = json.loads(gzip.decompress(documents.open_bytes(takeover.staged)))
    return [restored(row) for row in rows]


def back(*, takeover_id: int, why: str) -> None:
    """The storing was refused and nothing stored: it can be confirmed again."""
    takeover = lock(takeover_id)
    takeover.confirmed_by = None
    takeover.save(update_fields=["confirmed_by"])
    _told(takeover, TakeoverState.READY, {**takeover.summary, "refused": why})


def check_again(*, takeover_id: int, job_id: int, acting: Acting) -> None:
    """What was fit is so no longer: judged anew, so that the page says what changed."""
    takeover = lock(takeover_id)
    takeover.state, takeover.confirmed_by = TakeoverState.CHECKING, None
    takeover.summary = AGAIN
    _queue(takeover, CHECK, f"again:{job_id}", acting)


def end(takeover: Takeover, state: TakeoverState, acting: Acting) -> None:
    """Let go of everything private of a locked takeover that is over."""
    _let_go(takeover, acting)
    takeover.state, takeover.summary = state, {}
    if state == TakeoverState.STORED:
        takeover.stored_at = acting.at
    takeover.save(update_fields=["state", "summary", "stored_at"])


def expire(*, today: date) -> None:
    """Where nobody confirmed in time the workbook goes; the order stands and waits for another."""
    over = Takeover.objects.filter(state__in=FILLED, source__expires_on__lt=today)
    over.update(state=TakeoverState.OPEN, summary={}, rows=0, faulty=0, exceptions=0)


def _told(takeover: Takeover, state: TakeoverState, summary: Mapping[str, Any]) -> None:
    takeover.state, takeover.summary = state, dict(summary)
    takeover.save(update_fields=["state", "summary"])


def _queue(takeover: Takeover, kind: str, key: str, acting: Acting) -> None:
    parameters = {"takeover": takeover.pk}
    takeover.job = jobs.enqueue(
        kind=kind, key=f"{kind}:{key}", parameters=parameters, post=acting.post
    )
    takeover.save()


def _let_go(takeover: Takeover, acting: Acting) -> None:
    keys = [key for key in (takeover.source_id, takeover.staged_id, takeover.marked_id) if key]
    documents.release(Document.objects.filter(pk__in=keys).values("key"), today=acting.today)


def _not_now(takeover: Takeover, what: str) -> Refused:
    stands = "已经办完" if takeover.state in OVER else "现在"
    return Refused(
        f"这次建库{stands}是“{takeover.get_state_display()}”，不能{what}。请刷新后再看。"
    )
