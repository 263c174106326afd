"""Intakes by workbook as clerks leave them: one with faults, one that waits to be signed, and a
school whose existing pupils are to be taken over.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from random import Random

from openpyxl import Workbook

from enrollment.demo import calendar
from enrollment.demo.accounts import Staff
from enrollment.demo.applicants import Applicants
from enrollment.demo.documents import Documents
from enrollment.demo.organisations import PRIMARY, Campus
from enrollment.excel import intake, report
from enrollment.excel.columns import of_template
from enrollment.models import BatchState, ImportBatch
from enrollment.services import context as contexts
from enrollment.services.batch import keeping
from enrollment.services.batch.judge import judge
from enrollment.services.batch.rows import VERIFIED_BY, Entry
from enrollment.services.batch.store import store
from enrollment.services.takeover import keeping as takeovers
from xueji.accounts.access import Acting
from xueji.accounts.models import Role

Deed = tuple[datetime, partial[None]]
FILE = "2026 年新生（补录）.xlsx"
# who sends how many children, which of them wrong in what, and whether it is confirmed
FAULTY, WAITING = "clerk", "clerk2"
ROWS = 12
MISTAKES = {
    2: ("nation", "汗族"),
    5: ("postcode", "6440"),
    6: ("m1_phone", "1390315"),
    9: ("boarding", ""),
}
BASIS = "迁教字〔2026〕建库通知"


def tell(
    campuses: Sequence[Campus], staff: Staff, documents: Documents, today: date
) -> Iterator[Deed]:
    """What is done, with its time; with children of its own, so that no others change."""
    applicants = Applicants(Random("workbooks"), documents)
    day = calendar.working_day(today, -1)
    known = {campus.known_as: campus for campus in campuses if campus.known_as}
    for who, hour, act in ((FAULTY, 9, _check), (WAITING, 10, _import)):
        if campus := known.get(who):
            rows = [applicants.row(campus) for _ in range(ROWS)]
            yield calendar.at(day, hour), partial(_send, act, campus, rows, staff)
    others = (one for one in campuses if not one.known_as and PRIMARY in one.form.stages)
    if campus := next(others, None):
        yield calendar.at(day, 11), partial(_open, campus, staff)


def _send(
    act, campus: Campus, rows: Sequence[Mapping[str, str]], staff: Staff, at: datetime
) -> None:
    school = campus.lineage.school
    acting = staff.acting(school.organisation, Role.CLERK, at)
    batch = ImportBatch.objects.create(
        school=school,
        post=acting.post,
        opened_at=at,
        file_name=FILE,
        state=BatchState.CHECKING,
    )
    act(batch, [{**row, VERIFIED_BY: "李老师"} for row in rows], acting)


def _check(batch: ImportBatch, rows: Sequence[dict[str, str]], acting: Acting) -> None:
    """What the check finds, and the workbook that goes back."""
    for place, (key, text) in MISTAKES.items():
        rows[place][key] = text
    context = contexts.load(batch.school_id, today=acting.today)
    data = _workbook(rows, context)
    found = intake.read(data, context)
    judge(found.entries, context, take=lambda piece: None)
    marked, is_plain = report.marked(data, found)
    keeping.keep_result(
        batch_id=batch.pk,
        entries=found.entries,
        summary=report.summary(found, is_plain=is_plain),
        marked=marked,
        acting=acting,
    )


def _workbook(rows: Sequence[Mapping[str, str]], context: contexts.Context) -> bytes:
    every = of_template(context.rules)
    columns = [one for one in every if one.required or any(row.get(one.key) for row in rows)]
    book = Workbook()
    book.active.title = "新生"
    book.active.append([column.label for column in columns])
    for row in rows:
        book.active.append([row.get(column.key) or None for column in columns])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _import(batch: ImportBatch, rows: Sequence[dict[str, str]], acting: Acting) -> None:
    """Confirmed: every pupil waits for the principal."""
    context = contexts.load(batch.school_id, today=acting.today)
    entries = [Entry(line, row) for line, row in enumerate(rows, start=2)]
    store(batch=batch, entries=entries, context=context, acting=acting)
    batch.rows = len(entries)
    batch.save(update_fields=["rows"])
    keeping.end(batch, BatchState.STORED, acting)


def _open(campus: Campus, staff: Staff, at: datetime) -> None:
    """The county lets a school's pupils be taken over; its workbook is still to come."""
    acting = staff.acting(campus.lineage.county, Role.COUNTY_OFFICER, at)
    school = campus.lineage.school
    takeovers.open_for(school=school, as_on=acting.today, basis=BASIS, acting=acting)
