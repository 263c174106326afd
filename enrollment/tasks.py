"""What workers do with an intake: check it, store it once it is confirmed, undo it, let it go."""

from django.utils.timezone import localdate

from enrollment.excel import intake as intakes
from enrollment.excel import report
from enrollment.models import BatchState, ImportBatch
from enrollment.services import context as contexts
from enrollment.services.batch import expiry, keeping, undo
from enrollment.services.batch.judge import is_look, judge
from enrollment.services.batch.store import NoLongerFit, store
from xueji.audit import services as audit
from xueji.audit.models import AccessKind
from xueji.cases.kinds import Refused
from xueji.documents import services as documents
from xueji.excel.refusals import NO_ROWS, Unreadable
from xueji.jobs.leases import Lease
from xueji.jobs.models import Job
from xueji.jobs.registry import job
from xueji.jobs.services import acting

PAGE = "enrollment_import"
CHANGED = "确认以后核对到变化，一名也没有导入。请下载标注的文件，改好后再上传。"


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
    total = len(found.entries)
    lease.progress(0, total)
    rows = judge(found.entries, context, tell=lambda done: lease.progress(done, total))
    marked, is_plain = None, True
    if any(entry.faults for entry in found.entries):
        marked, is_plain = report.marked(data, found)
    told = [row.checked.known for row in rows if row.checked and is_look(row.entry)]
    with lease.effect():
        keeping.keep_result(
            batch_id=batch.pk,
            entries=found.entries,
            summary=report.summary(found, is_plain=is_plain),
            marked=marked,
            acting=who,
        )
        if any(told):
            audit.shown(
                acting=who,
                kind=AccessKind.LOOKUP,
                page=PAGE,
                students=[student.pk for student in told if student],
                filter=f"导入批次 {batch.pk}",
            )


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
