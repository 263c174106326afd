"""Judging an intake: every row by the checks of the form, and the rows against each other."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Func

from enrollment.models import ImportedRow
from enrollment.rules.admission import UNSEEN
from enrollment.services.batch.registered import find_registered
from enrollment.services.batch.rows import REASON, VERIFIED_BY, Entry, Fate, Fault
from enrollment.services.batch.within import find_alike, find_doubled
from enrollment.services.check import Checked, Context, check_rows
from xueji.cases.models import Case, State
from xueji.cases.services import ExceptionRequest, requests_of
from xueji.identity import crypto, idnumbers, masking
from xueji.identity.problems import Problem
from xueji.organisations.models import Division
from xueji.rows import one_of
from xueji.rules.engine import Finding
from xueji.rules.papers import PAPERS
from xueji.students import unknown_class
from xueji.students.sheet import PLACES

PIECE = 500  # rows judged together
SUM = "entry.ineligible"  # says again what the others found
OVER = (State.WITHDRAWN, State.REFUSED, State.REVERSED)
LOOKS = ("entry.duplicate.exact", "entry.duplicate.near", "entry.transfer_required")


@dataclass(slots=True)
class Judged:
    """An entry with what the checks made of it, while its piece is judged."""

    entry: Entry
    digest: bytes
    number: bytes | None  # blind index of the document number
    alike: Sequence[int] = ()  # lines of other rows that may be the same child
    checked: Checked | None = None
    requests: Sequence[ExceptionRequest] = ()
    draft: Case | None = None  # the one that an earlier intake began with the same number


def judge(
    entries: Sequence[Entry], context: Context, take: Callable[[Sequence[Judged]], None]
) -> None:
    """Set fate and faults of every entry that does not stand already.

    ``take`` gets the judged ones by pieces of 500 and takes what it needs of ``checked``, which
    is gone afterwards: of ten thousand it would be 100 MB. Writes nothing. Queries grow by the
    piece, not by the row.
    """
    places_by_code(entries)
    rows = [_known(entry) for entry in entries if entry.is_pupil]
    _find_same(rows, context)
    _find_drafts(rows, context)
    find_doubled(rows)
    find_alike(rows)
    new = [row for row in rows if row.entry.fate != Fate.SAME]
    for start in range(0, len(new), PIECE):
        piece = new[start : start + PIECE]
        checked = check_rows(
            [row.entry.typed for row in piece], context, [row.alike for row in piece]
        )
        pairs = list(zip(piece, checked, strict=True))
        find_registered([(row.entry, found) for row, found in pairs], context.lineage.school)
        for row, found in pairs:
            row.checked = found
            if row.entry.fate != Fate.SAME:
                _settle(row, found, context)
        take([row for row in piece if row.entry.fate != Fate.SAME])
        for row in piece:
            row.checked = None


def _known(entry: Entry) -> Judged:
    """What the row is known by: its whole content, and the document number."""
    number = idnumbers.normalise(entry.row.get("id_number", ""))
    written = json.dumps({key: text for key, text in sorted(entry.row.items()) if text})
    return Judged(
        entry,
        digest=crypto.blind_index("import.row", written),
        number=crypto.blind_index("student.id_number", number) if number else None,
    )


def _earlier(context: Context, *wanted: Func, **more: object) -> Iterable[ImportedRow]:
    """Rows of earlier intakes of the school whose cases are not over."""
    rows = ImportedRow.objects.filter(*wanted, case__school=context.lineage.school, **more)
    return rows.exclude(case__state__in=OVER).select_related("case__opened_post")


def _find_same(rows: Sequence[Judged], context: Context) -> None:
    """A row that an earlier intake stored just so changes nothing, once."""
    wanted = {row.digest: row for row in reversed(rows) if not row.entry.faults}
    for stored in _earlier(context, one_of("digest", wanted)):
        wanted[bytes(stored.digest)].entry.fate = Fate.SAME


def _find_drafts(rows: Sequence[Judged], context: Context) -> None:
    """A draft 待补材料 with the same number is gone on with, not made a second time."""
    wanted = {row.number: row for row in reversed(rows) if row.number}
    drafts = _earlier(context, one_of("id_index", wanted), case__state=State.DRAFT)
    for stored in drafts:
        wanted[bytes(stored.id_index)].draft = stored.case


def places_by_code(entries: Sequence[Entry]) -> None:
    """Twelve digits in place of a name, or beside an empty one: the place they stand for."""
    wanted: dict[tuple[int, str], str] = {}
    for at, entry in enumerate(entries):
        for key in PLACES:
            text = entry.row.get(f"{key}_text", "").strip()
            code = text if len(text) == 12 and text.isdigit() else entry.row.get(f"{key}_code", "")
            if code and (code == text or not text):
                wanted[at, key] = code
    known = Division.objects.in_bulk(set(wanted.values()))
    for (at, key), code in wanted.items():
        row = entries[at].row
        if code in known:
            row[f"{key}_text"], row[f"{key}_code"] = known[code].full_name, code
        else:
            message = f"区划代码「{code[:12]}」不在代码表中。"
            remedy = "请核对 12 位代码，或写到村、社区的名称。"
            entries[at].faults.append(Fault(f"{key}_text", "unknown_code", message, remedy))


def _settle(row: Judged, checked: Checked, context: Context) -> None:
    """Faults and fate of one row from what the checks found."""
    entry = row.entry
    reason = entry.row.get(REASON, "")
    reasons = {warning.key: reason for warning in checked.warnings}
    row.requests, unreasoned = requests_of(checked.warnings, reasons, context.rules)
    blocked = [finding for finding in checked.blocked if finding.key != SUM]
    papers = [finding for finding in blocked if finding.key in UNSEEN]
    others = [finding for finding in blocked if finding not in papers]
    lacking = checked.warnings if unreasoned else []
    entry.faults += faults_of(checked.errors, others, lacking, known=entry.faults)
    if checked.papers and not entry.row.get(VERIFIED_BY, "").strip():
        message = "勾选了已核验的材料，没有填核验人。"
        remedy = "请填看过原件的人的姓名。"
        entry.faults.append(Fault(VERIFIED_BY, "missing", message, remedy))
    if entry.faults:
        entry.fate = Fate.FAULTY
    else:
        entry.fate = Fate.DRAFT if papers else Fate.SUBMIT


def faults_of(
    errors: Iterable[Problem],
    blocked: Iterable[Finding],
    unreasoned: Iterable[Finding],
    *,
    known: Iterable[Fault],
) -> list[Fault]:
    """What stops a row; a cell of which a fault is known is not told again as missing."""
    told = {fault.key for fault in known}
    return [
        *(fault for fault in _problems(errors) if fault.key not in told),
        *(_of(finding, finding.remedy) for finding in blocked),
        *_unreasoned(unreasoned),
    ]


def _problems(problems: Iterable[Problem]) -> Iterator[Fault]:
    for problem in problems:
        yield Fault(problem.field, problem.code, problem.message, problem.remedy)


def _unreasoned(warnings: Iterable[Finding]) -> Iterator[Fault]:
    """A warning without a reason that says anything: at the cell it speaks of."""
    for warning in warnings:
        remedy = f"请改正；要申请例外的，在「例外理由」列写明原因。{warning.remedy}"
        yield _of(warning, remedy)


def _of(finding: Finding, remedy: str) -> Fault:
    return Fault(finding.field, finding.key, f"{finding.message}。", remedy, finding.citation)


def is_look(entry: Entry) -> bool:
    """Whether the row was told of somebody who has a register: such a look is recorded."""
    return any(fault.kind in LOOKS for fault in entry.faults)


def shown_value(entry: Entry, key: str) -> str:
    """What stands in a cell, masked where it is a number that is nobody's to read over."""
    text = entry.row.get(key, "")
    if key == "school_class":
        return text.removeprefix(unknown_class.MARK)[:40]
    if key.endswith("id_number") or key == "national":
        return masking.mask_id(text) if text else ""
    return masking.mask_phone(text) if key.endswith("phone") and text else text[:40]


def paper_keys() -> list[str]:
    return [f"paper_{code}" for code in PAPERS]
