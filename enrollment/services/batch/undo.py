"""Undoing a whole intake while nothing depends on it: taken back before the last yes, undone after.

All or nothing: one pupil who has gone on since keeps the whole batch as it is.
"""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.db.models import Count

from enrollment.models import BatchState, ImportBatch
from enrollment.services import finish
from enrollment.services.batch.keeping import is_stuck, lock
from xueji.accounts.access import Acting
from xueji.cases import services as cases
from xueji.cases.kinds import Refused
from xueji.cases.models import ALIVE, Case, State
from xueji.jobs import services as jobs

UNDO = "enrollment.import_undo"
LONGEST_NOTE = 200
MIXED = (
    "这一批里有 {open} 名还在办理、{done} 名已经办结，不能一次撤销。"
    "请先把在办的办结或逐件退回，或逐件撤回、撤销。"
)


def tally(batch: ImportBatch) -> Mapping[str, int]:
    """How many of the batch's cases stand where: open, done, draft, over."""
    found = {"open": 0, "done": 0, "draft": 0, "over": 0}
    names = {**dict.fromkeys(ALIVE, "open"), State.DONE: "done", State.DRAFT: "draft"}
    rows = Case.objects.filter(imported__batch=batch).order_by().values("state")
    for row in rows.annotate(count=Count("pk")):
        found[names.get(State(row["state"]), "over")] += row["count"]
    return found


@transaction.atomic
def ask(*, batch_id: int, note: str, key: UUID, acting: Acting) -> ImportBatch:
    """Queue the undoing; who may do it is asked of every case when it is done."""
    batch = lock(batch_id)
    if batch.state != BatchState.STORED and not is_stuck(batch, BatchState.UNDOING):
        raise Refused(f"这一批现在是“{batch.get_state_display()}”，不能撤销。请刷新后再看。")
    counted = tally(batch)
    if counted["open"] and counted["done"]:
        raise Refused(MIXED.format(**counted))
    batch.state, batch.summary = BatchState.UNDOING, {"note": note.strip()[:LONGEST_NOTE]}
    batch.job = jobs.enqueue(
        kind=UNDO, key=f"{UNDO}:{key}", parameters={"batch": batch.pk}, post=acting.post
    )
    batch.save(update_fields=["state", "summary", "job"])
    return batch


@transaction.atomic
def undo(*, batch_id: int, acting: Acting) -> None:
    """Take back or undo every case of the batch that is not over; drafts go with them.

    Raises Refused and leaves everything as it is where one case cannot.
    """
    batch = lock(batch_id)
    own = Case.objects.filter(imported__batch=batch)
    note = batch.summary.get("note", "")
    counted = tally(batch)
    if counted["open"] and counted["done"]:
        raise Refused(MIXED.format(**counted))
    done = list(own.filter(state=State.DONE).values_list("pk", flat=True))
    alive = list(own.filter(state__in=ALIVE).values_list("pk", flat=True))
    if done:
        cases.reverse_all(case_ids=done, note=note, acting=acting, undo=finish.reverse_all)
    if alive:
        cases.withdraw_all(case_ids=alive, note=note, acting=acting)
    if not done:  # the office above undoes what was approved; what a clerk still types is his own
        for pk in list(own.filter(state=State.DRAFT).values_list("pk", flat=True)):
            cases.discard(case_id=pk, acting=acting)
    batch.state, batch.summary = BatchState.UNDONE, {"note": note}
    batch.save(update_fields=["state", "summary"])


@transaction.atomic
def refuse(*, batch_id: int, why: str) -> None:
    """The batch stays as it was; its page says why."""
    batch = lock(batch_id)
    batch.state, batch.summary = BatchState.STORED, {"refused": why}
    batch.save(update_fields=["state", "summary"])
