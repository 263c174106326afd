"""Judging the rows of a school that is taken over, each by itself and against each other.

Who the child is passes the readers and rules of an entry; what was decided years ago (age,
catchment, papers) is not asked again. Place, status and numbers have rules of their own.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from enrollment.rules import EntryFacts, TakeoverFacts, register_type
from enrollment.services.batch.judge import faults_of, places_by_code
from enrollment.services.batch.keeping import MOST_SHOWN
from enrollment.services.batch.rows import REASON, Entry, Fate, Fault
from enrollment.services.batch.within import find_alike, find_doubled, others
from enrollment.services.check import Checked, find_doubles, settle_members
from enrollment.services.takeover.context import Context
from enrollment.services.takeover.reading import LONGEST_REASON, read
from numbering.models import SERIAL_DIGITS
from numbering.services import taken
from xueji.cases.rules import says_why
from xueji.identity import crypto, idnumbers
from xueji.rules.engine import Finding, judge
from xueji.students import places
from xueji.students.foreign_numbers import known_elsewhere
from xueji.students.models import RegisterType, Status

PIECE = 500  # rows judged together
ASKED = (
    "entry.duplicate.exact",
    "entry.duplicate.near",
    "entry.one_number",
    "entry.national_number",
)


@dataclass
class Row:
    """An entry with what was read of it; ``checked.values`` holds place, status and numbers too."""

    entry: Entry
    number: bytes | None  # blind index of the document number
    alike: Sequence[int] = ()  # lines of other rows that may be the same child
    checked: Checked = field(default_factory=Checked)

    @property
    def values(self) -> dict[str, Any]:
        return self.checked.values


def judge_rows(
    entries: Sequence[Entry], context: Context, tell: Callable[[int], None] = lambda done: None
) -> list[Row]:
    """Set fate and faults of every entry; ``tell`` hears how many are done. Writes nothing.

    Queries grow by the piece of 500 rows, not by the row.
    """
    places_by_code(entries)
    rows = [_row(entry) for entry in entries if entry.is_pupil]
    find_doubled(rows)
    find_alike(rows)
    for start in range(0, len(rows), PIECE):
        piece = rows[start : start + PIECE]
        _check(piece, context)
        tell(start + len(piece))
    _numbers_within_the_file(rows)
    _numbers_taken(rows, context)
    for row in rows:
        row.entry.fate = Fate.FAULTY if row.entry.faults else Fate.SUBMIT
    return rows


def _row(entry: Entry) -> Row:
    number = idnumbers.normalise(entry.row.get("id_number", ""))
    return Row(entry, crypto.blind_index("student.id_number", number) if number else None)


def _check(rows: Sequence[Row], context: Context) -> None:
    for row in rows:
        row.checked = read(row.entry.row, context)
    county = context.lineage.county.division_code
    places.settle([row.values for row in rows], county)
    find_doubles([row.checked for row in rows])
    elsewhere = known_elsewhere(
        {row.values["national"]: _pk(row) for row in rows if row.values["national"]}
    )
    for row in rows:
        settle_members(row.checked)
        row.values["register_type"] = _register_type(row, context)
        row.entry.faults += _of_loan(row)
        row.checked.findings = list(_findings(row, context, elsewhere))
        _settle(row, context)


def _of_loan(row: Row) -> list[Fault]:
    is_lent = row.values["host"] or row.values["host_name"]
    if not is_lent or row.values["register_type"] == RegisterType.REGULAR:
        return []
    told = "临时借读学籍的学生不能又在别处借读。"
    return [Fault("host", "host", told, "请清空借读学校，或补填学籍号。")]


def _pk(row: Row) -> int | None:
    return row.checked.known.pk if row.checked.known else None


def _register_type(row: Row, context: Context) -> str:
    """Whoever has a register number has a register; without one the rule set says it."""
    if row.values["number"]:
        return str(RegisterType.REGULAR)
    return register_type(migrant=row.values["migrant"], rules=context.rules)


def _findings(row: Row, context: Context, elsewhere: set[str]) -> Iterator[Finding]:
    """What the rules of an entry say of the child, and ours of grade and number."""
    values, checked = row.values, row.checked
    facts = replace(
        NOBODY,
        birth_date=values.get("birth_date"),
        entry_year=context.year.year,
        same_id=int(_is_held(checked)),
        same_id_pending=checked.known_case is not None,
        same_person_near=len(checked.near),
        same_person_lines=tuple(row.alike),
        national_number=values["national"],
        national_number_taken=values["national"] in elsewhere,
    )
    found = judge("entry", facts, context.rules)
    yield from (finding for finding in found if finding.key in ASKED)
    if (grade := values.get("grade")) is None:
        return
    due = context.cohort(grade)
    waits = values["register_type"] == RegisterType.BORROWED_TEMP or due == context.year.year
    own = TakeoverFacts(
        grade=values["grade_name"],
        entry_year=values["entry_year"],
        due=due,
        is_first=waits,
        has_number=bool(values["number"]),
    )
    yield from judge("takeover", own, context.rules)
    if values["number"]:
        stage = context.stages[grade].stage
        number = context.number_facts(values["number"], stage, values["entry_year"])
        yield from judge("number", number, context.rules)


def _is_held(checked: Checked) -> bool:
    """Whether the number stands in a register or on a case; what an undone one left is free."""
    known = checked.known
    return known is not None and (known.status != Status.PENDING or checked.known_case is not None)


# whoever is taken over was admitted years ago: of the entry rules only those about the child count
NOBODY = EntryFacts(
    birth_date=None,
    entry_year=0,
    grade=1,
    stage="primary",
    school_kind="",
    designated_for_borrowed=True,
    has_catchment=False,
    catchment=frozenset(),
    hukou_code="",
    guardian_hukou_code="",
    address_code="",
    migrant=False,
    register_type=str(RegisterType.REGULAR),
    papers=frozenset(),
    id_missing=False,
    same_id=0,
    same_person_near=0,
    live_elsewhere=False,
)


def _settle(row: Row, context: Context) -> None:
    """Faults of one row from what was found; a warning passes with a reason that says why."""
    entry, checked = row.entry, row.checked
    reason = entry.row.get(REASON, "").replace("\0", "").strip()
    is_excused = says_why(reason, context.rules)
    row.values["reason"] = reason[:LONGEST_REASON] if checked.warnings and is_excused else ""
    warnings = [] if is_excused else checked.warnings
    entry.faults += faults_of(checked.errors, checked.blocked, warnings, known=entry.faults)


def _numbers_within_the_file(rows: Sequence[Row]) -> None:
    """No register number, present or former, and no national number is two pupils'."""
    alike: defaultdict[str, list[tuple[Row, str]]] = defaultdict(list)
    for row in rows:
        for key in ("number", "national"):
            if row.values[key]:
                alike[row.values[key]].append((row, key))
        for number in row.values["former"]:
            alike[number].append((row, "former"))
    for number, same in alike.items():
        lines = sorted({row.entry.line for row, _ in same})
        for row, key in same if len(same) > 1 else ():
            whose = f"第 {others(lines, row.entry.line)} 行" if lines[1:] else "同一行的另一列"
            message = f"{number[:4]}…{number[-4:]} 与{whose}的号码相同。"
            remedy = "一个号只属于一名学生，请照学籍卡改正。"
            row.entry.faults.append(Fault(key, "same_number", message, remedy))


def _numbers_taken(rows: Iterable[Row], context: Context) -> None:
    """What is issued or entered here already is nobody else's, and a frozen series is closed."""
    numbered = [row for row in rows if row.values["number"] and not row.entry.faults]
    cohorts = {_cohort(row, context) for row in numbered}
    held = taken(context.lineage, cohorts)
    for row in numbered:
        series, serials = held.get(_cohort(row, context), (None, ()))
        if series and series.frozen_at:
            message = f"号段 {series.prefix} 已冻结，不能再编入学籍号。"
            remedy = "请先在编号页重开这个号段，再上传。"
            row.entry.faults.append(Fault("number", "frozen", message, remedy))
        elif serial_of(row.values["number"]) in serials:
            message = f"学籍号 {row.values['number']} 在本系统里已编给别的学生。"
            remedy = "请照学籍卡核对；确属本系统编错的，先在编号页处理。"
            row.entry.faults.append(Fault("number", "taken", message, remedy))


def _cohort(row: Row, context: Context) -> tuple[str, int]:
    return context.stages[row.values["grade"]].stage, row.values["entry_year"]


def serial_of(number: str) -> int:
    return int(number[-SERIAL_DIGITS:])


def told_of(rows: Sequence[Row]) -> dict[str, Any]:
    """What whoever confirms looks at: how many of each status, and the exceptions asked for."""
    counted = Counter(Status(row.values["status"]).label for row in rows)
    excused = [
        (row.entry.line, "；".join(f.message for f in row.checked.warnings), row.values["reason"])
        for row in rows
        if row.values["reason"]
    ]
    return {"statuses": counted.most_common(), "excused": excused[:MOST_SHOWN]}
