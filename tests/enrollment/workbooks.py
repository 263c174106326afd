"""Workbooks of an intake as schools send them, and running the jobs that take them in."""

import io
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID, uuid4

from django.utils.timezone import now
from openpyxl import Workbook, load_workbook

from enrollment.excel.columns import of_template
from enrollment.models import ImportBatch
from enrollment.services.batch import keeping
from enrollment.services.context import load
from tests import pupils
from tests.strangers import strangers
from tests.world import World
from xueji.jobs import registry
from xueji.jobs.leases import LEASE, Lease
from xueji.jobs.models import Job, JobState

SURNAMES = "王李张刘陈杨黄赵吴周"
TEXTS = {"m1_guardian": "是", "paper_household_book": "是", "paper_property_proof": "是"}


def rows(count: int, **changes: str) -> list[dict[str, str]]:
    """So many pupils in whom nothing is wrong, each a different child."""
    names = "梓涵 雨桐 浩然 子墨 一诺 若曦 宇轩 欣怡 俊杰 诗涵".split()
    return [
        pupils.row(
            name=f"{SURNAMES[n // 10 % 10]}{names[n % 10]}",
            verified_by="李老师",
            **TEXTS,
            **changes,
        )
        for n in range(count)
    ]


def many(count: int, *, after: int = 0) -> list[dict[str, str]]:
    """So many pupils in whom nothing is wrong and who are like nobody else of them."""
    return [
        pupils.row(
            name=name, id_number=number, m1_phone=pupils.phone(n), verified_by="李老师", **TEXTS
        )
        for n, (name, number) in enumerate(strangers(count, after=after), start=after)
    ]


def columns(world: World, clerk: str = "clerk") -> list[tuple[str, str]]:
    """Key and header of every column of a school's template."""
    context = load(world.school_of(clerk).pk, today=world.acting(clerk).today)
    return [(column.key, column.label) for column in of_template(context.rules)]


def sheet(
    header: Sequence[tuple[str, str]],
    lines: Iterable[Mapping[str, object]],
    *,
    above: Sequence[str] = (),
) -> bytes:
    """A plain workbook: lines above, the header, and a row of cells for each pupil."""
    book = Workbook()
    table = book.active
    table.title = "新生"
    for text in above:
        table.append([text])
    table.append([label for _, label in header])
    for line in lines:
        table.append([line.get(key) or None for key, _ in header])
    return saved(book)


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def opened(data: bytes) -> Workbook:
    return load_workbook(io.BytesIO(data))


def run(job: Job) -> Job:
    """Carry out a queued job as a worker does, but in the transaction of the test."""
    token = uuid4()
    Job.objects.filter(pk=job.pk).update(
        state=JobState.RUNNING, lease=token, lease_until=now() + LEASE
    )
    job.refresh_from_db()
    lease = Lease(job_id=job.pk, token=token)
    registry.get(job.kind).handler(job, lease)
    lease.end(JobState.DONE)
    job.refresh_from_db()
    return job


def again(batch: ImportBatch) -> ImportBatch:
    return ImportBatch.objects.select_related("job", "marked").get(pk=batch.pk)


def checked(
    world: World, data: bytes, clerk: str = "clerk", *, name: str = "新生.xlsx"
) -> ImportBatch:
    """An uploaded workbook whose check is done."""
    is_xls = name.endswith(".xls")
    batch = keeping.take(
        name=name, data=data, is_xls=is_xls, key=uuid4(), acting=world.acting(clerk)
    )
    run(batch.job)
    return again(batch)


def stored(world: World, batch: ImportBatch, clerk: str = "clerk") -> ImportBatch:
    """The batch confirmed and stored."""
    run(keeping.confirm(batch_id=batch.pk, key=UUID(int=batch.pk), acting=world.acting(clerk)).job)
    return again(batch)


def imported(world: World, lines: Iterable[Mapping[str, object]], clerk: str = "clerk"):
    """Pupils of one intake, submitted and waiting for the principal."""
    return stored(world, checked(world, sheet(columns(world, clerk), lines), clerk), clerk)
