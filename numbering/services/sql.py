"""The one statement that gives out numbers, after the one that waits for its turn.

Everything that holds the series happens in two round trips: take the queue's lock, then move the
series and write numbers, pupils and histories from one another.
"""

from collections.abc import Sequence
from functools import cache

from django.db import connection

from numbering.models import LAST_SERIAL, SERIAL_DIGITS, RegisterNumber, Series
from xueji.accounts.access import Acting
from xueji.students.models import Placement, Student

NAMESPACE = 0x5845  # of the advisory locks on series
REASON = "编学籍号"

QUEUE = "SELECT pg_advisory_xact_lock(%s, %s)"

ISSUE = """
WITH line AS (
    SELECT * FROM unnest(%(students)s::bigint[], %(cases)s::bigint[])
        WITH ORDINALITY AS line (student_id, case_id, place)
), hole AS (
    SELECT id, serial, row_number() OVER (ORDER BY serial) AS place
    FROM {number}
    WHERE series_id = %(series)s AND state = 'void' AND NOT refilled
        AND (SELECT frozen_at IS NULL FROM {series} WHERE id = %(series)s)
    ORDER BY serial LIMIT %(count)s
), moved AS (
    UPDATE {series} SET last = last + %(count)s - (SELECT count(*) FROM hole)
    WHERE id = %(series)s AND last + %(count)s - (SELECT count(*) FROM hole) <= {last}
    RETURNING id, province_id, prefix, last
), filled AS (
    UPDATE {number} SET refilled = true FROM hole, moved
    WHERE {number}.id = hole.id RETURNING hole.serial, hole.place
), given AS (
    SELECT line.*, moved.id AS series_id, province_id,
        coalesce(filled.serial, moved.last - %(count)s + place) AS serial,
        prefix || lpad(coalesce(filled.serial, moved.last - %(count)s + place)::text,
            {digits}, '0') AS number
    FROM line CROSS JOIN moved LEFT JOIN filled USING (place)
), numbered AS (
    INSERT INTO {number} (province_id, series_id, serial, number, holder_id, state, starts,
        case_id, reason, refilled)
    SELECT province_id, series_id, serial, number, student_id, 'live', %(on)s, case_id, '', false
    FROM given
    RETURNING *
), changed AS (
    UPDATE {student} SET number = given.number, version = {student}.version + 1 FROM given
    WHERE {student}.id = given.student_id
    RETURNING {student}.*
), remembered AS (
    INSERT INTO {history} ({columns}, history_date, history_type, history_change_reason,
        history_user_id, history_post_id)
    SELECT {columns}, %(at)s, '~', %(reason)s, %(user)s, %(post)s FROM changed
)
SELECT numbered.* FROM given JOIN numbered ON holder_id = student_id ORDER BY place
"""


def issue(*, series: Series, places: Sequence[Placement], acting: Acting) -> list[RegisterNumber]:
    """Number the pupils of ``places`` in order; [] when the series has no room for all."""
    with connection.cursor() as cursor:
        wait_for(series, cursor)
        cursor.execute(
            _statement(),
            {
                "series": series.pk,
                "count": len(places),
                "students": [place.student_id for place in places],
                "cases": [place.case_id for place in places],
                "on": acting.today,
                "at": acting.at,
                "reason": REASON,
                "user": acting.user.pk,
                "post": acting.post.pk,
            },
        )
        columns = [column.name for column in cursor.description]
        return [RegisterNumber.from_db("default", columns, row) for row in cursor.fetchall()]


def wait_for(series: Series, cursor) -> None:
    """Queue for the series until the transaction's end; before its row, so that turns are fair."""
    cursor.execute(QUEUE, [NAMESPACE, series.pk])


@cache
def _statement() -> str:
    """ISSUE with the tables and, for the history, every column of a pupil."""
    quote = connection.ops.quote_name
    history = Student.history.model
    columns = [quote(field.column) for field in history.tracked_fields]
    return ISSUE.format(
        number=quote(RegisterNumber._meta.db_table),
        series=quote(Series._meta.db_table),
        student=quote(Student._meta.db_table),
        history=quote(history._meta.db_table),
        columns=", ".join(columns),
        last=LAST_SERIAL,
        digits=SERIAL_DIGITS,
    )
