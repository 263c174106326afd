"""Proves from pupils, placements and histories, not from the ledger, that the ledger is right.

Every proof is one statement over whole tables that returns what is wrong: a fault names ids,
dates and figures, never anything personal. A placement that a reversed case had opened counts as
if it had never been, as its reversing event takes the entry back to the day of entry.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

MOST_FAULTS = 100  # told of one proof; the rest is counted


@dataclass(frozen=True)
class Proof:
    """A statement about the register that is true when ``sql`` finds nothing."""

    name: str
    sql: str


# Statuses of LIVE keep the place, or wait on the holding list; the others have none.
COUNTS = "status = 'enrolled' AND register_type = 'regular'"
PLACED = "'enrolled', 'suspended', 'dropped', 'missing'"
PLACELESS = "'pending', 'deferred', 'graduated', 'completed', 'partial', 'died', 'transferred'"
CELL = "school_id, grade, sex"
COPIED = "school_id, org_path, school_class_id, stage, entry_year, grade"


def _columns(alias: str, names: str) -> str:
    return ", ".join(f"{alias}.{name}" for name in names.split(", "))


PLACE_IS_COPIED = Proof(
    "place_is_copied",
    f"""
    SELECT s.id AS student, p.id AS placement
    FROM xueji_student s
    LEFT JOIN xueji_placement p
        ON p.student_id = s.id AND p.kind = 'home' AND p.ends IS NULL
    WHERE ROW({_columns("s", COPIED)}) IS DISTINCT FROM ROW({_columns("p", COPIED)})
    """,
)

REMEMBERED = "status, register_type, sex, number, " + COPIED

HISTORY_IS_COMPLETE = Proof(
    "history_is_complete",
    f"""
    SELECT s.id AS student
    FROM xueji_student s
    LEFT JOIN (
        SELECT DISTINCT ON (id) id, {REMEMBERED}
        FROM xueji_historicalstudent
        ORDER BY id, history_date DESC, history_id DESC
    ) h ON h.id = s.id
    WHERE h.id IS NULL
        OR ROW({_columns("s", REMEMBERED)}) IS DISTINCT FROM ROW({_columns("h", REMEMBERED)})
    """,
)

# 在读 of today
COUNTS_AGREE = Proof(
    "counts_agree",
    f"""
    SELECT school_id AS school, grade, sex,
        coalesce(enrolled, 0) AS enrolled, coalesce(booked, 0) AS booked
    FROM (
        SELECT {CELL}, count(*) AS enrolled FROM xueji_student WHERE {COUNTS} GROUP BY {CELL}
    ) pupils
    FULL JOIN (
        SELECT {CELL}, sum(change) AS booked FROM xueji_registerevent GROUP BY {CELL}
    ) events USING ({CELL})
    WHERE coalesce(enrolled, 0) <> coalesce(booked, 0)
    """,
)

MONTH = "date_trunc('month', {} AT TIME ZONE 'Asia/Shanghai')::date"

# What the histories know at the end of each month against what the ledger had recorded by then:
# the changes of every month and pupil agree, so the sums at each month's end do.
HISTORY_AGREES = Proof(
    "history_agrees",
    f"""
    WITH known AS (
        SELECT id AS student, {MONTH.format("history_date")} AS month, {CELL},
            {COUNTS} AS counts,
            lag(school_id) OVER past AS old_school, lag(grade) OVER past AS old_grade,
            lag(sex) OVER past AS old_sex, coalesce(lag({COUNTS}) OVER past, false) AS counted
        FROM xueji_historicalstudent
        WINDOW past AS (PARTITION BY id ORDER BY history_date, history_id)
    ), changes AS (
        SELECT student, month, {CELL}, 1 AS change FROM known WHERE counts
        UNION ALL
        SELECT student, month, old_school, old_grade, old_sex, -1 FROM known WHERE counted
        UNION ALL
        SELECT student_id, {MONTH.format("recorded_at")}, {CELL}, -change
        FROM xueji_registerevent WHERE change <> 0
    )
    SELECT student, month, school_id AS school, grade, sum(change) AS difference
    FROM changes GROUP BY student, month, {CELL} HAVING sum(change) <> 0
    """,
)

# As on a date: placements against events by the day of the fact, for pupils who never were
# anything but 在读 while they had a place. (Illness and absence have no days of their own outside
# the ledger; those pupils are proven by the histories alone.)
DATES_AGREE = Proof(
    "dates_agree",
    f"""
    WITH plain AS (
        SELECT id FROM xueji_historicalstudent
        GROUP BY id
        HAVING bool_and(register_type = 'regular' AND (school_id IS NULL OR status = 'enrolled'))
            AND count(DISTINCT sex) = 1
    ), places AS (
        SELECT p.student_id, p.school_id, p.grade, p.starts, p.ends
        FROM xueji_placement p
        JOIN plain ON plain.id = p.student_id
        LEFT JOIN xueji_case c ON c.id = p.case_id
        WHERE p.kind = 'home' AND c.state IS DISTINCT FROM 'reversed'
            AND p.ends IS DISTINCT FROM p.starts
    ), changes AS (
        SELECT student_id, date_trunc('month', starts)::date AS month, school_id, grade, 1 AS change
        FROM places
        UNION ALL
        SELECT student_id, date_trunc('month', ends)::date, school_id, grade, -1
        FROM places WHERE ends IS NOT NULL
        UNION ALL
        SELECT e.student_id, date_trunc('month', e.effective_on)::date, e.school_id, e.grade,
            -e.change
        FROM xueji_registerevent e JOIN plain ON plain.id = e.student_id
        WHERE e.change <> 0
    )
    SELECT student_id AS student, month, school_id AS school, grade, sum(change) AS difference
    FROM changes GROUP BY student_id, month, school_id, grade HAVING sum(change) <> 0
    """,
)

KEPT = "student_id, school_id, grade, sex, effective_on, unit_id"

REVERSALS_ARE_OPPOSITE = Proof(
    "reversals_are_opposite",
    f"""
    SELECT r.id AS event, r.reverses_id AS reverses
    FROM xueji_registerevent r LEFT JOIN xueji_registerevent e ON e.id = r.reverses_id
    WHERE (r.kind = 'reversed') <> (r.reverses_id IS NOT NULL)
        OR r.kind = 'reversed' AND (
            e.id IS NULL OR e.kind = 'reversed' OR r.change <> -e.change
            OR r.recorded_at < e.recorded_at
            OR ROW({_columns("r", KEPT)}) IS DISTINCT FROM ROW({_columns("e", KEPT)})
        )
    """,
)

REVERSED_ONCE = Proof(
    "reversed_once",
    """
    SELECT reverses_id AS event, count(*) AS times
    FROM xueji_registerevent WHERE reverses_id IS NOT NULL
    GROUP BY reverses_id HAVING count(*) > 1
    """,
)

# The month of the fact, or the first later one that had not been accepted when it was recorded.
# Then the sums by booked month and by day of the fact differ by the late entries and no others.
MONTHS_ARE_RIGHT = Proof(
    "months_are_right",
    """
    WITH late AS (
        SELECT e.id, e.booked_month, e.recorded_at, e.unit_id,
            date_trunc('month', e.effective_on)::date AS month
        FROM xueji_registerevent e
        WHERE e.booked_month <> date_trunc('month', e.effective_on)::date
    )
    SELECT e.id AS event, e.booked_month AS month, 'accepted' AS why
    FROM xueji_registerevent e
    JOIN xueji_acceptedmonth a ON a.unit_id = e.unit_id AND a.month = e.booked_month
    WHERE a.accepted_at < e.recorded_at
    UNION ALL
    SELECT id, booked_month, 'before the fact' FROM late WHERE booked_month < month
    UNION ALL
    SELECT id, booked_month, 'later than needed' FROM late
    WHERE booked_month > month AND (
        SELECT count(*) FROM xueji_acceptedmonth a
        WHERE a.unit_id = late.unit_id AND a.month >= late.month AND a.month < late.booked_month
            AND a.accepted_at <= late.recorded_at
    ) < (extract(year FROM booked_month) - extract(year FROM month)) * 12
        + extract(month FROM booked_month) - extract(month FROM month)
    """,
)

STATUS_HAS_ITS_PLACE = Proof(
    "status_has_its_place",
    f"""
    SELECT s.id AS student, s.status, p.id AS placement
    FROM xueji_student s
    LEFT JOIN xueji_placement p
        ON p.student_id = s.id AND p.kind = 'home' AND p.ends IS NULL
    WHERE (s.status IN ({PLACED}) AND p.id IS NULL)
        OR (s.status IN ({PLACELESS}) AND p.id IS NOT NULL)
    """,
)

BORROWING_HAS_A_HOME = Proof(
    "borrowing_has_a_home",
    """
    SELECT b.student_id AS student, b.id AS placement
    FROM xueji_placement b
    WHERE b.kind = 'borrowed' AND b.ends IS NULL AND NOT EXISTS (
        SELECT FROM xueji_placement p
        WHERE p.student_id = b.student_id AND p.kind = 'home' AND p.ends IS NULL
    )
    """,
)

PLACES_DO_NOT_OVERLAP = Proof(
    "places_do_not_overlap",
    """
    SELECT student, placement FROM (
        SELECT p.student_id AS student, p.id AS placement, p.starts,
            max(coalesce(p.ends, 'infinity')) OVER (
                PARTITION BY p.student_id ORDER BY p.starts, p.id
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ) AS until
        FROM xueji_placement p LEFT JOIN xueji_case c ON c.id = p.case_id
        WHERE p.kind = 'home' AND c.state IS DISTINCT FROM 'reversed'
    ) places
    WHERE until > starts
    """,
)

PROOFS = (
    PLACE_IS_COPIED,
    HISTORY_IS_COMPLETE,
    COUNTS_AGREE,
    HISTORY_AGREES,
    DATES_AGREE,
    REVERSALS_ARE_OPPOSITE,
    REVERSED_ONCE,
    MONTHS_ARE_RIGHT,
    STATUS_HAS_ITS_PLACE,
    BORROWING_HAS_A_HOME,
    PLACES_DO_NOT_OVERLAP,
)


def check() -> dict[str, Any]:
    """How many pupils and events there are, and every fault; an empty register is one."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL work_mem = '128MB'")
        students, events = _count("xueji_student", cursor), _count("xueji_registerevent", cursor)
        faults = [] if students else [{"check": "register_is_empty"}]
        for proof in PROOFS:
            faults += _faults(proof, cursor)
    return {"students": students, "events": events, "faults": faults}


def _count(table: str, cursor) -> int:
    cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 -- our own table names
    return cursor.fetchone()[0]


def _faults(proof: Proof, cursor) -> Iterator[dict[str, Any]]:
    cursor.execute(proof.sql)
    names = [column.name for column in cursor.description]
    for row in cursor.fetchmany(MOST_FAULTS):
        yield {"check": proof.name} | dict(zip(names, row, strict=True))
    if more := len(cursor.fetchall()):
        yield {"check": proof.name, "more": more}
