"""What must be true of the register, each as one statement that finds what is not.

Plain SQL, so that each can be read, run by hand and shown to somebody who doubts. A placement
that a reversed case had opened counts as if it had never been, because the reversing event takes
the entry back to the very day of entry.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Proof:
    """``sql`` returns ids, days and figures of what is wrong; never anything personal."""

    name: str
    sql: str


PLACE_IS_COPIED = Proof(
    "place_is_copied",
    """
    SELECT s.id AS student, p.id AS placement
    FROM xueji_student s
    LEFT JOIN xueji_placement p
        ON p.student_id = s.id AND p.kind = 'home' AND p.ends IS NULL
    WHERE ROW(s.school_id, s.org_path, s.school_class_id, s.stage, s.entry_year, s.grade)
        IS DISTINCT FROM
        ROW(p.school_id, p.org_path, p.school_class_id, p.stage, p.entry_year, p.grade)
    """,
)

HISTORY_IS_COMPLETE = Proof(
    "history_is_complete",
    """
    SELECT s.id AS student
    FROM xueji_student s
    LEFT JOIN (
        SELECT DISTINCT ON (id) *
        FROM (
            SELECT id, status, register_type, sex, number, school_id, school_class_id, stage,
                entry_year, grade, history_date, history_id
            FROM xueji_historicalstudent
        ) rows
        ORDER BY id, history_date DESC, history_id DESC
    ) h ON h.id = s.id
    WHERE h.id IS NULL
        OR ROW(s.status, s.register_type, s.sex, s.number, s.school_id, s.school_class_id,
            s.stage, s.entry_year, s.grade)
        IS DISTINCT FROM
        ROW(h.status, h.register_type, h.sex, h.number, h.school_id, h.school_class_id,
            h.stage, h.entry_year, h.grade)
    """,
)

# 在读 of now: pupils against all events.
COUNTS_AGREE = Proof(
    "counts_agree",
    """
    SELECT school_id AS school, grade, sex,
        coalesce(enrolled, 0) AS enrolled, coalesce(booked, 0) AS booked
    FROM (
        SELECT school_id, grade, sex, count(*) AS enrolled
        FROM xueji_student
        WHERE status = 'enrolled' AND register_type = 'regular'
        GROUP BY school_id, grade, sex
    ) pupils
    FULL JOIN (
        SELECT school_id, grade, sex, sum(change) AS booked
        FROM xueji_registerevent
        GROUP BY school_id, grade, sex
    ) events USING (school_id, grade, sex)
    WHERE coalesce(enrolled, 0) <> coalesce(booked, 0)
    """,
)

# 在读 as it was known at the end of each month: histories against the events recorded by then.
# The changes of every pupil agree in every month, so the sums at each month's end do.
HISTORY_AGREES = Proof(
    "history_agrees",
    """
    WITH known AS (
        SELECT id, history_date, school_id, grade, sex,
            status = 'enrolled' AND register_type = 'regular' AS counts,
            lag(school_id) OVER past AS old_school, lag(grade) OVER past AS old_grade,
            lag(sex) OVER past AS old_sex,
            lag(status = 'enrolled' AND register_type = 'regular') OVER past AS counted
        FROM xueji_historicalstudent
        WINDOW past AS (PARTITION BY id ORDER BY history_date, history_id)
    ), changes AS (
        SELECT id AS student, history_date AS at, school_id, grade, sex, 1 AS change
        FROM known WHERE counts
        UNION ALL
        SELECT id, history_date, old_school, old_grade, old_sex, -1 FROM known WHERE counted
        UNION ALL
        SELECT student_id, recorded_at, school_id, grade, sex, -change
        FROM xueji_registerevent WHERE change <> 0
    ), months AS (
        SELECT student, date_trunc('month', at AT TIME ZONE 'Asia/Shanghai')::date AS month,
            school_id, grade, sex, change
        FROM changes
    )
    SELECT student, month, school_id AS school, grade, sum(change) AS difference
    FROM months
    GROUP BY student, month, school_id, grade, sex
    HAVING sum(change) <> 0
    """,
)

# 在读 as on a date: placements against events by the day of the fact, for pupils who were 在读
# whenever they had a place. (Illness and absence have no days of their own outside the ledger;
# those pupils are proven by their histories alone.)
DATES_AGREE = Proof(
    "dates_agree",
    """
    WITH plain AS (
        SELECT id FROM xueji_historicalstudent
        GROUP BY id
        HAVING bool_and(register_type = 'regular' AND (school_id IS NULL OR status = 'enrolled'))
    ), places AS (
        SELECT p.student_id, p.school_id, p.grade, p.starts, p.ends
        FROM xueji_placement p
        JOIN plain ON plain.id = p.student_id
        LEFT JOIN xueji_case c ON c.id = p.case_id
        WHERE p.kind = 'home' AND c.state IS DISTINCT FROM 'reversed'
    ), changes AS (
        SELECT student_id, starts AS day, school_id, grade, 1 AS change FROM places
        UNION ALL
        SELECT student_id, ends, school_id, grade, -1 FROM places WHERE ends IS NOT NULL
        UNION ALL
        SELECT e.student_id, e.effective_on, e.school_id, e.grade, -e.change
        FROM xueji_registerevent e JOIN plain ON plain.id = e.student_id
        WHERE e.change <> 0
    ), months AS (
        SELECT student_id, date_trunc('month', day)::date AS month, school_id, grade, change
        FROM changes
    )
    SELECT student_id AS student, month, school_id AS school, grade, sum(change) AS difference
    FROM months
    GROUP BY student_id, month, school_id, grade
    HAVING sum(change) <> 0
    """,
)

REVERSALS_ARE_OPPOSITE = Proof(
    "reversals_are_opposite",
    """
    SELECT r.id AS event, r.reverses_id AS reverses
    FROM xueji_registerevent r LEFT JOIN xueji_registerevent e ON e.id = r.reverses_id
    WHERE (r.kind = 'reversed') <> (r.reverses_id IS NOT NULL)
        OR r.kind = 'reversed' AND (
            e.id IS NULL OR e.kind = 'reversed' OR r.change <> -e.change
            OR r.recorded_at < e.recorded_at
            OR ROW(r.student_id, r.school_id, r.grade, r.sex, r.unit_id, r.effective_on)
            IS DISTINCT FROM
            ROW(e.student_id, e.school_id, e.grade, e.sex, e.unit_id, e.effective_on)
        )
    """,
)

REVERSED_ONCE = Proof(
    "reversed_once",
    """
    SELECT reverses_id AS event, count(*) AS times
    FROM xueji_registerevent
    WHERE reverses_id IS NOT NULL
    GROUP BY reverses_id
    HAVING count(*) > 1
    """,
)

# The month of the fact, or the first later one that was not accepted when the event was recorded.
# So the sums by booked month and by day of the fact differ by these late entries and no others.
MONTHS_ARE_RIGHT = Proof(
    "months_are_right",
    """
    WITH late AS (
        SELECT id, booked_month, recorded_at, unit_id,
            date_trunc('month', effective_on)::date AS month
        FROM xueji_registerevent
        WHERE booked_month <> date_trunc('month', effective_on)::date
    )
    SELECT e.id AS event, e.booked_month AS month, 'already accepted' AS why
    FROM xueji_registerevent e
    JOIN xueji_acceptedmonth a ON a.unit_id = e.unit_id AND a.month = e.booked_month
    WHERE a.accepted_at < e.recorded_at
    UNION ALL
    SELECT id, booked_month, 'before the fact' FROM late WHERE booked_month < month
    UNION ALL
    SELECT id, booked_month, 'later than needed' FROM late
    WHERE booked_month > month AND EXISTS (
        SELECT FROM generate_series(month, booked_month - interval '1 month', '1 month') AS open
        WHERE NOT EXISTS (
            SELECT FROM xueji_acceptedmonth a
            WHERE a.unit_id = late.unit_id AND a.month = open::date
                AND a.accepted_at <= late.recorded_at
        )
    )
    """,
)

# 出国, 退学, 开除 and 其他离校 keep their register: with a place or on the holding list.
STATUS_HAS_ITS_PLACE = Proof(
    "status_has_its_place",
    """
    SELECT s.id AS student, s.status, p.id AS placement
    FROM xueji_student s
    LEFT JOIN xueji_placement p
        ON p.student_id = s.id AND p.kind = 'home' AND p.ends IS NULL
    WHERE p.id IS NULL AND s.status IN ('enrolled', 'suspended', 'dropped', 'missing')
        OR p.id IS NOT NULL AND s.status IN (
            'pending', 'deferred', 'graduated', 'completed', 'partial', 'died', 'transferred'
        )
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
    SELECT student_id AS student, id AS placement
    FROM (
        SELECT p.student_id, p.id, p.starts,
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

# Whom an open case waits for, and whether the approval is through, are those of its first unsigned
# step; a case that waits for nobody is proven by its constraints.
TURN_IS_COPIED = Proof(
    "turn_is_copied",
    """
    SELECT c.id AS "case", step.id AS step
    FROM xueji_case c
    LEFT JOIN (
        SELECT DISTINCT ON (s.case_id)
            s.id, s.case_id, s.organisation_id, s.role, s.returns_to IS NOT NULL AS approved
        FROM xueji_step s JOIN xueji_case c ON c.id = s.case_id AND c.round = s.round
        WHERE c.state = 'open' AND s.decision IS NULL
        ORDER BY s.case_id, s.position
    ) step ON step.case_id = c.id
    WHERE c.state = 'open' AND ROW(c.waiting_at_id, c.waiting_role, c.approved)
        IS DISTINCT FROM ROW(step.organisation_id, step.role, step.approved)
    """,
)

OWN = (
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
    TURN_IS_COPIED,
)
_OTHERS: list[Proof] = []


def register(proof: Proof) -> None:
    """Have ``check`` prove what a workflow keeps; called from AppConfig.ready."""
    if proof not in _OTHERS:
        _OTHERS.append(proof)


def proofs() -> tuple[Proof, ...]:
    """Those of the kernel and of all workflows."""
    return *OWN, *_OTHERS
