"""What lies in private storage until an intake is confirmed, and what becomes of it afterwards."""

import gzip
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from enrollment.models import BatchState, ImportBatch
from enrollment.services.batch.rows import Entry, Fate, restored
from enrollment.services.context import load, require_working
from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.cases.kinds import Refused
from xueji.documents import services as documents
from xueji.documents.models import Document
from xueji.excel.gate import XLSX
from xueji.jobs import services as jobs
from xueji.jobs.models import JobState
from xueji.organisations.models import School

XLS = "application/vnd.ms-excel"
ROWS = "application/gzip"
CHECK, STORE = "enrollment.import_check", "enrollment.import_store"
WAITING = (BatchState.REFUSED, BatchState.FAULTY, BatchState.READY)
MOST_SHOWN = 100  # faults on the page; the workbook has all
CONFIRMED = "这次导入已经确认过，不用再确认。"
AGAIN = {"again": True}  # of a batch that was confirmed and is fit no longer
GONE = "这次导入已经放弃或已过期，没有办。请重新上传。"


@transaction.atomic
def take(*, name: str, data: bytes, is_xls: bool, key: UUID, acting: Acting) -> ImportBatch:
    """Keep an uploaded workbook and queue its check; nothing of it is parsed here.

    Raises Refused where the school enters nobody today.
    """
    access.require(acting, "enrollment.enter", acting.post.organisation_id)
    require_working(load(acting.post.organisation_id, today=acting.today))
    source = keep_file(name, XLS if is_xls else XLSX, data, acting)
    batch = ImportBatch.objects.create(
        school=School.objects.get(pk=acting.post.organisation_id),
        post=acting.post,
        opened_at=acting.at,
        file_name=source.name,
        state=BatchState.CHECKING,
        source=source,
    )
    _queue(batch, CHECK, f"{CHECK}:{key}", acting)
    return batch


def keep_file(name: str, content_type: str, data: bytes, acting: Acting) -> Document:
    """In private storage, as long as imports are kept."""
    return documents.keep(
        name=name,
        content_type=content_type,
        data=data,
        post=acting.post,
        at=acting.at,
        expires_on=acting.today + settings.IMPORTS_KEPT,
    )


def _queue(batch: ImportBatch, kind: str, key: str, acting: Acting) -> None:
    batch.job = jobs.enqueue(kind=kind, key=key, parameters={"batch": batch.pk}, post=acting.post)
    batch.save(update_fields=["job", "state"])


def lock(batch_id: int) -> ImportBatch:
    rows = ImportBatch.objects.select_for_update(of=("self",)).select_related("job", "post")
    return rows.get(pk=batch_id)


def refuse(*, batch_id: int, why: str) -> None:
    """The file as a whole cannot be taken."""
    batch = lock(batch_id)
    batch.state, batch.summary = BatchState.REFUSED, {"refused": why}
    batch.save(update_fields=["state", "summary"])


def keep_result(
    *,
    batch_id: int,
    entries: Sequence[Entry],
    summary: Mapping[str, Any],
    marked: bytes | None,
    acting: Acting,
) -> None:
    """Write down what the check found, with the rows and the workbook that goes back."""
    batch = lock(batch_id)
    fates = Counter(entry.fate for entry in entries)
    batch.rows, batch.same = len(entries), fates[Fate.SAME]
    batch.faulty, batch.drafts = fates[Fate.FAULTY], fates[Fate.DRAFT]
    batch.state = BatchState.FAULTY if batch.faulty else BatchState.READY
    batch.summary = dict(summary) | (AGAIN if batch.summary == AGAIN else {})
    rows = json.dumps([entry.stored() for entry in entries], ensure_ascii=False).encode()
    batch.staged = keep_file(f"导入批次{batch.pk}", ROWS, gzip.compress(rows, 1), acting)
    if marked:
        stem = batch.file_name.rpartition(".")[0].removesuffix("（已标注）")
        batch.marked = keep_file(f"{stem}（已标注）.xlsx", XLSX, marked, acting)
    batch.save()


def entries_of(batch: ImportBatch) -> list[Entry]:
    """The rows as they were judged; FileGone once they have expired."""
    rows = json.loads(gzip.decompress(documents.open_bytes(batch.staged)))
    return [restored(row) for row in rows]


@transaction.atomic
def confirm(*, batch_id: int, key: UUID, acting: Acting) -> ImportBatch:
    """Queue the storing of an intake without faults; only the clerk's own school's."""
    batch = lock(batch_id)
    access.require(acting, "enrollment.enter", batch.school_id)
    is_failed = is_stuck(batch, BatchState.STORING)
    if batch.state in (BatchState.STORING, BatchState.STORED) and not is_failed:
        raise Refused(CONFIRMED)
    if batch.state != BatchState.READY and not is_failed:
        raise Refused(f"这次导入现在是“{batch.get_state_display()}”，不能确认。请刷新后再看。")
    if not batch.fresh + batch.drafts:
        raise Refused("表里的学生都已经在册或在办，没有要导入的。")
    batch.state = BatchState.STORING
    _queue(batch, STORE, f"{STORE}:{key}", acting)
    return batch


@transaction.atomic
def discard(*, batch_id: int, acting: Acting) -> ImportBatch:
    """Throw an intake away that was not stored; its files go with the next day's expiry."""
    batch = lock(batch_id)
    access.require(acting, "enrollment.enter", batch.school_id)
    if batch.state not in WAITING and not is_stuck(batch, BatchState.CHECKING, BatchState.STORING):
        raise Refused(f"这次导入现在是“{batch.get_state_display()}”，不能放弃。")
    end(batch, BatchState.DISCARDED, acting)
    return batch


def is_stuck(batch: ImportBatch, *states: str) -> bool:
    """Whether the batch waits for a job that has failed and changed nothing."""
    return batch.state in states and batch.job is not None and batch.job.state == JobState.FAILED


def back(*, batch_id: int, why: str) -> None:
    """The storing was refused and nothing stored: the batch can be confirmed again."""
    batch = lock(batch_id)
    batch.state, batch.summary = BatchState.READY, {**batch.summary, "refused": why}
    batch.save(update_fields=["state", "summary"])


def check_again(*, batch_id: int, job_id: int, acting: Acting) -> None:
    """What was fit is so no longer: judged anew, so that the page says what changed."""
    batch = lock(batch_id)
    batch.state, batch.summary = BatchState.CHECKING, AGAIN
    batch.save(update_fields=["summary"])
    _queue(batch, CHECK, f"{CHECK}:again:{job_id}", acting)


def end(batch: ImportBatch, state: BatchState, acting: Acting) -> None:
    """Let go of everything private of a locked batch."""
    batch.state, batch.summary = state, {}
    if state == BatchState.STORED:
        batch.stored_at = acting.at
    keys = [key for key in (batch.source_id, batch.staged_id, batch.marked_id) if key]
    documents.release(Document.objects.filter(pk__in=keys).values("key"), today=acting.today)
    batch.save(update_fields=["state", "summary", "stored_at"])
