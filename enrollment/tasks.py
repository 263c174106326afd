"""What workers do with workbooks of pupils, new ones and those of a school that is taken over.

Each is checked, stored once it is confirmed, undone, and let go.
"""

from collections.abc import Iterable, Sequence
from io import BytesIO

from django.utils.timezone import localdate

from enrollment.excel import intake as intakes
from enrollment.excel import report, takeover
from enrollment.models import (
    BatchState,
    ImportBatch,
    PhotoBatch,
    PhotoBatchState,
    Takeover,
    TakeoverState,
)
from enrollment.services import context as contexts
from enrollment.services import photos
from enrollment.services.batch import expiry, keeping, undo
from enrollment.services.batch.judge import Judged, is_look, judge
from enrollment.services.batch.store import NoLongerFit, store
from enrollment.services.takeover import context as takeover_contexts
from enrollment.services.takeover import keeping as takeovers
from enrollment.services.takeover import store as takeover_store
from enrollment.services.takeover import undo as takeover_undo
from enrollment.services.takeover.check import judge_rows, told_of
from xueji.accounts.access import Acting
from xueji.audit import services as audit
from xueji.audit.models import AccessKind
from xueji.cases.kinds import Refused
from xueji.documents import services as documents
from xueji.documents.archives import Archive
from xueji.documents.refusals import BadFile, FileGone
from xueji.excel.refusals import NO_ROWS, Unreadable
from xueji.jobs.leases import Lease
from xueji.jobs.models import Job
from xueji.jobs.registry import job
from xueji.jobs.services import acting
from xueji.students.models import Student

PAGE = "enrollment_import"
TAKEOVER_PAGE = "enrollment_takeover"


@job(keeping.CHECK, title="核对导入的新生")
def check(this: Job, lease: Lease) -> None:
    """Read and judge an uploaded workbook; nothing of it is stored in the register."""
    batch = ImportBatch.objects.select_related("source").get(pk=this.parameters["batch"])
    if batch.state != BatchState.CHECKING:
        return
    who = acting(this)
    context = contexts.load(batch.school_id, today=who.today)
    data = documents.open_bytes(batch.source)
    try:
        found = intakes.read(data, context)
        if not found.entries:
            raise Unreadable(NO_ROWS)
    except Unreadable as error:
        with lease.effect():
            keeping.refuse(batch_id=batch.pk, why=str(error))
        return
    told: list[Student | None] = []
    done, total = 0, len(found.entries)
    lease.progress(done, total)

    def take(piece: Sequence[Judged]) -> None:
        nonlocal done
        done += len(piece)
        lease.progress(done, total)
        told.extend(row.checked.known for row in piece if row.checked and is_look(row.entry))

    judge(found.entries, context, take)
    marked, is_plain = _marked(data, found)
    with lease.effect():
        keeping.keep_result(
            batch_id=batch.pk,
            entries=found.entries,
            summary=report.summary(found, is_plain=is_plain),
            marked=marked,
            acting=who,
        )
        _looked_up(told, who, page=PAGE, filter=f"导入批次 {batch.pk}")


def _marked(data: bytes, found: intakes.Intake) -> tuple[bytes | None, bool]:
    """The workbook that goes back, None without a fault, and whether it is the sender's own."""
    is_faulty = any(entry.faults for entry in found.entries)
    return report.marked(data, found) if is_faulty else (None, True)


def _looked_up(told: Iterable[Student | None], who: Acting, *, page: str, filter: str) -> None:
    """Whose registers the rows named is written down."""
    if students := [student.pk for student in told if student]:
        audit.shown(acting=who, kind=AccessKind.LOOKUP, page=page, students=students, filter=filter)


@job(keeping.STORE, title="导入新生")
def store_rows(this: Job, lease: Lease) -> None:
    """Store a confirmed intake and that the job is done in one transaction, or neither."""
    batch = ImportBatch.objects.select_related("staged", "source").get(pk=this.parameters["batch"])
    if batch.state != BatchState.STORING:
        return
    who = acting(this)
    context = contexts.load(batch.school_id, today=who.today)
    entries = keeping.entries_of(batch)
    lease.progress(0, len(entries))
    try:
        with lease.effect():
            store(batch=batch, entries=entries, context=context, acting=who)
            keeping.end(keeping.lock(batch.pk), BatchState.STORED, who)
            lease.progress(len(entries), len(entries))
    except NoLongerFit:
        with lease.effect():
            keeping.check_again(batch_id=batch.pk, job_id=this.pk, acting=who)
    except Refused as refusal:
        with lease.effect():
            keeping.back(batch_id=batch.pk, why=str(refusal))


@job(undo.UNDO, title="整批撤销新生")
def undo_rows(this: Job, lease: Lease) -> None:
    """Take back or undo every case of a batch, or none; the page says why not."""
    batch_id = this.parameters["batch"]
    if ImportBatch.objects.get(pk=batch_id).state != BatchState.UNDOING:
        return
    who = acting(this)
    try:
        with lease.effect():
            undo.undo(batch_id=batch_id, acting=who)
    except Refused as refusal:
        with lease.effect():
            undo.refuse(batch_id=batch_id, why=str(refusal))


@job("enrollment.import_expiry", title="清理过期的导入文件", daily=True)
def expire(this: Job, lease: Lease) -> None:
    """Let go of intakes that nobody confirmed in time; doing it again finds the next ones."""
    expiry.expire(today=localdate())
    takeovers.expire(today=localdate())


@job(takeovers.CHECK, title="核对建库表")
def check_takeover(this: Job, lease: Lease) -> None:
    """Read and judge the workbook of a school; nothing of it is stored in the register."""
    found = Takeover.objects.select_related("source").get(pk=this.parameters["takeover"])
    if found.state != TakeoverState.CHECKING:
        return
    who = acting(this)
    try:
        context = takeover_contexts.load(found, today=who.today)
        data = documents.open_bytes(found.source)
        intake = takeover.read(data, found.school_id)
        if not intake.entries:
            raise Unreadable(NO_ROWS)
    except (Unreadable, Refused) as error:
        with lease.effect():
            takeovers.refuse(takeover_id=found.pk, why=str(error))
        return
    total = len(intake.entries)
    lease.progress(0, total)
    rows = judge_rows(intake.entries, context, tell=lambda done: lease.progress(done, total))
    marked, is_plain = _marked(data, intake)
    told = [row.checked.known for row in rows if is_look(row.entry)]
    with lease.effect():
        takeovers.keep_result(
            takeover_id=found.pk,
            entries=intake.entries,
            summary=report.summary(intake, is_plain=is_plain) | told_of(rows),
            marked=marked,
            exceptions=sum(bool(row.values["reason"]) for row in rows),
            acting=who,
        )
        _looked_up(told, who, page=TAKEOVER_PAGE, filter=f"建库 {found.pk}")


@job(takeovers.STORE, title="建库")
def store_takeover(this: Job, lease: Lease) -> None:
    """Enter the pupils of a confirmed takeover and that the job is done together, or neither."""
    found = Takeover.objects.select_related("staged").get(pk=this.parameters["takeover"])
    if found.state != TakeoverState.STORING:
        return
    who = acting(this)
    try:
        context = takeover_contexts.load(found, today=who.today)
        entries = takeovers.entries_of(found)
        lease.progress(0, len(entries))
        with lease.effect():
            takeover_store.store(takeover=found, entries=entries, context=context, acting=who)
            takeovers.end(takeovers.lock(found.pk), TakeoverState.STORED, who)
            lease.progress(len(entries), len(entries))
    except NoLongerFit:
        with lease.effect():
            takeovers.check_again(takeover_id=found.pk, job_id=this.pk, acting=who)
    except Refused as refusal:
        with lease.effect():
            takeovers.back(takeover_id=found.pk, why=str(refusal))


@job(takeover_undo.UNDO, title="撤销建库")
def undo_takeover(this: Job, lease: Lease) -> None:
    """Take a whole school back out of the register, or nobody; the page says why not."""
    takeover_id = this.parameters["takeover"]
    if Takeover.objects.get(pk=takeover_id).state != TakeoverState.UNDOING:
        return
    who = acting(this)
    try:
        with lease.effect():
            takeover_undo.undo(takeover_id=takeover_id, acting=who)
    except Refused as refusal:
        with lease.effect():
            takeover_undo.refuse(takeover_id=takeover_id, why=str(refusal))


@job(photos.KIND, title="处理照片包")
def take_photos(this: Job, lease: Lease) -> None:
    """Look a ZIP of photographs through and keep what can be kept, all in one effect."""
    batch = PhotoBatch.objects.select_related("source").get(pk=this.parameters["batch"])
    if batch.state != PhotoBatchState.WORKING:
        return
    who = acting(this)
    try:
        archive = Archive(BytesIO(documents.open_bytes(batch.source)))
    except (BadFile, FileGone) as error:
        with lease.effect():
            photos.refuse(batch_id=batch.pk, why=str(error), acting=who)
        return
    total = len(archive.members)
    lease.progress(0, total)
    found = photos.look_through(
        archive,
        school_id=batch.school_id,
        wanted=photos.wanted_at(batch.school_id, who.today),
        tell=lambda done: lease.progress(done, total),
    )
    with lease.effect():
        photos.keep(batch_id=batch.pk, found=found, acting=who)
