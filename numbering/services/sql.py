"""The one statement that gives out numbers, behind the one that waits for its turn.

A series is held for one round trip and the commit, and nothing of the application stands
between: numbers, pupils, histories and events are written from one another. The server plans
the statement once for each connection, which halves its time.
"""

import json
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import Field
from psycopg import Cursor

from numbering.models import LAST_SERIAL, SERIAL_DIGITS, RegisterNumber, Series
from numbering.queries.waiting import SeriesKey
from xueji.accounts.access import Acting
from xueji.ledger import services as ledger
from xueji.ledger.models import RegisterEvent
from xueji.students.models import Placement, Student

REASON = "编学籍号"

# first come, first served: the row's own waiters would all wake at once; from here to the
# transaction's end the server uses the plan it has, where it would weigh a new one each time
QUEUE = """
SELECT pg_advisory_xact_lock(%(school_id)s, hashtext(
        'numbering ' || %(stage)s || ' ' || %(entry_year)s || ' ' || %(kind)s)),
    set_config('plan_cache_mode', 'force_generic_plan', true)
"""

ISSUE = """
WITH line AS (
    SELECT line.id AS student_id, place, (
        SELECT case_id FROM {placement}
        WHERE student_id = line.id AND kind = 'home' AND ends IS NULL
    ) AS case_id
    FROM unnest(%(students)s::bigint[]) WITH ORDINALITY AS line (id, place)
), series AS (
    SELECT id, frozen_at FROM {series} WHERE unit_id = %(school_id)s
        AND stage = %(stage)s AND entry_year = %(entry_year)s AND kind = %(kind)s
), hole AS (
    SELECT {number}.id, serial, row_number() OVER (ORDER BY serial) AS place
    FROM {number} JOIN series ON series_id = series.id
    WHERE state = 'void' AND NOT refilled AND frozen_at IS NULL
    ORDER BY serial LIMIT %(count)s
), moved AS (
    UPDATE {series} SET last = last + %(count)s - (SELECT count(*) FROM hole) FROM series
    WHERE {series}.id = series.id AND prefix = %(prefix)s
        AND last + %(count)s - (SELECT count(*) FROM hole) <= {last}
    RETURNING {series}.id, province_id, last
), filled AS (
    UPDATE {number} SET refilled = true FROM hole, moved
    WHERE {number}.id = hole.id RETURNING hole.serial, hole.place
), given AS (
    SELECT student_id, case_id, place, province_id, moved.id AS series_id,
        coalesce(serial, last - %(count)s + place) AS serial
    FROM line CROSS JOIN moved LEFT JOIN filled USING (place)
), numbered AS (
    INSERT INTO {number} (province_id, series_id, serial, number, holder_id, state, starts,
        case_id, reason, refilled)
    SELECT province_id, series_id, serial, %(prefix)s || lpad(serial::text, {digits}, '0'),
        student_id, 'live', %(on)s, case_id, '', false
    FROM given
    RETURNING {number_columns}
), changed AS (
    UPDATE {student} SET number = numbered.number, version = {student}.version + 1 FROM numbered
    WHERE {student}.id = holder_id
    RETURNING {student}.*
), remembered AS (
    INSERT INTO {history} ({student_columns}, history_date, history_type, history_change_reason,
        history_user_id, history_post_id)
    SELECT {student_columns}, %(at)s, '~', %(reason)s, %(user)s, %(post)s FROM changed
), told AS (
    INSERT INTO {event} ({event_columns}, number, case_id)
    SELECT {event_columns}, numbered.number, numbered.case_id
    FROM numbered JOIN jsonb_populate_recordset(NULL::{event}, %(events)s::jsonb) AS fact
        ON student_id = holder_id
)
SELECT * FROM numbered
"""


def issue(
    *,
    key: SeriesKey,
    prefix: str,
    facts: Sequence[ledger.Fact],
    acting: Acting,
) -> list[RegisterNumber]:
    """Number the pupils of ``facts`` in order and write the facts with number and case.

    Returns [] and changes nothing when there is no such series with this prefix, or it has no
    room for all.
    """
    events = ledger.events(facts, acting=acting)  # before the queue, as it reads
    values: dict[str, Any] = {
        **key,
        "prefix": prefix,
        "count": len(facts),
        "students": [fact.student.pk for fact in facts],
        "events": json.dumps([_row(event) for event in events], cls=DjangoJSONEncoder),
        "on": acting.today,
        "at": acting.at,
        "reason": REASON,
        "user": acting.user.pk,
        "post": acting.post.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(QUEUE, values)
    # Django's own cursors bind in the client: to the server every text of theirs is a new one
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        cursor.execute(_statement(), values, prepare=True)
        rows = [RegisterNumber.from_db(connection.alias, _FIELDS, row) for row in cursor]
    issued = {row.holder_id: row for row in rows}
    return [issued[fact.student.pk] for fact in facts] if issued else []


def wait_for(series: Series) -> None:
    """Queue for a series until the transaction's end, as those do who issue."""
    values = {
        "school_id": series.unit_id,
        "stage": series.stage,
        "entry_year": series.entry_year,
        "kind": series.kind,
    }
    with connection.cursor() as cursor:
        cursor.execute(QUEUE, values)


_FIELDS = [field.attname for field in RegisterNumber._meta.concrete_fields]


def _told() -> list[Field]:
    """The fields of an event that are known before the number is."""
    own = {"id", "number", "case"}
    return [field for field in RegisterEvent._meta.concrete_fields if field.name not in own]


def _row(event: RegisterEvent) -> dict[str, object]:
    return {field.column: getattr(event, field.attname) for field in _told()}


@cache
def _statement() -> str:
    """The statement with the tables and every column that a history row and an event have."""
    quote = connection.ops.quote_name
    history = Student.history.model

    def columns(fields: Iterable[Field]) -> str:
        return ", ".join(quote(field.column) for field in fields)

    statement = ISSUE.format(
        number=quote(RegisterNumber._meta.db_table),
        series=quote(Series._meta.db_table),
        student=quote(Student._meta.db_table),
        placement=quote(Placement._meta.db_table),
        history=quote(history._meta.db_table),
        event=quote(RegisterEvent._meta.db_table),
        number_columns=columns(RegisterNumber._meta.concrete_fields),
        student_columns=columns(history.tracked_fields),
        event_columns=columns(_told()),
        last=LAST_SERIAL,
        digits=SERIAL_DIGITS,
    )
    # psycopg keeps what it has parsed of a statement only below 4096 characters
    return " ".join(statement.split())
