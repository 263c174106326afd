"""Proof over the whole database that every serial is accounted for, once, and by whom it is held.

One statement sees one moment, so a busy system gives no false alarm. Prefixes are compared with
the codes apart, as the codes come from rule sets and tables.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db import connection

from numbering.models import CategoryCode, Series
from numbering.queries.codes import prefix_as_coded, table_of
from xueji.organisations.queries import lineages

EXAMPLES = 20
STANDS = "NOT refilled AND state <> 'given_back'"
UNITS_AT_ONCE = 2000

FIGURES = {
    "series": "SELECT id FROM numbering_series",
    "live": "SELECT id FROM numbering_registernumber WHERE state = 'live'",
    "retired": "SELECT id FROM numbering_registernumber WHERE state = 'retired'",
    "void": "SELECT id FROM numbering_registernumber WHERE state = 'void'",
    "holes_open": "SELECT id FROM numbering_registernumber WHERE state = 'void' AND NOT refilled",
    "given_back": "SELECT id FROM numbering_registernumber WHERE state = 'given_back'",
    "historic": """
        SELECT id FROM numbering_registernumber WHERE holder_id IS NULL AND state = 'retired'""",
    "frozen": "SELECT id FROM numbering_series WHERE frozen_at IS NOT NULL",
}

# fault → the things at fault, as text. A row "stands" for its serial unless it is a refilled hole
# or was given back; only the last act on a freeze counts
FAULTS = {
    "gap": """
        SELECT prefix || lpad(missing::text, 4, '0') FROM (
            SELECT s.id, prefix, last FROM numbering_series s LEFT JOIN numbering_registernumber n
                ON series_id = s.id AND {stands} AND serial <= last
            GROUP BY s.id HAVING count(DISTINCT serial) < last
        ) short, generate_series(1, last) missing
        WHERE NOT EXISTS (SELECT FROM numbering_registernumber n
            WHERE series_id = short.id AND serial = missing AND {stands})""",
    "duplicate": """
        SELECT number FROM numbering_registernumber WHERE {stands}
        GROUP BY province_id, number HAVING count(*) > 1""",
    "serial_twice": """
        SELECT prefix || ' ' || serial FROM numbering_registernumber
        JOIN numbering_series s ON s.id = series_id WHERE {stands}
        GROUP BY s.id, prefix, serial HAVING count(*) > 1""",
    "beyond_last": """
        SELECT number FROM numbering_registernumber JOIN numbering_series s ON s.id = series_id
        WHERE serial > last AND {stands}""",
    "not_of_its_series": """
        SELECT number FROM numbering_registernumber n JOIN numbering_series s ON s.id = series_id
        WHERE number <> prefix || lpad(serial::text, 4, '0') OR n.province_id <> s.province_id""",
    "unexplained_void": """
        SELECT number FROM numbering_registernumber
        WHERE state = 'void' AND (reason = '' OR ended_case_id IS NULL)""",
    "unexplained_given_back": """
        SELECT number FROM numbering_registernumber n
        LEFT JOIN numbering_renumbered r ON r.given_back_id = n.id
        WHERE state = 'given_back'
            AND (reason = '' OR r.id IS NULL AND ended_act_id IS NULL)""",
    "unexplained_historic": """
        SELECT number FROM numbering_registernumber n
        LEFT JOIN numbering_seriesact a ON a.id = n.act_id
        WHERE holder_id IS NULL AND (a.kind IS DISTINCT FROM 'taken_over'
            OR a.series_id <> n.series_id OR state NOT IN ('retired', 'given_back'))""",
    "renumbered_wrongly": """
        SELECT old.number FROM numbering_renumbered r
        JOIN numbering_seriesact a ON a.id = act_id
        JOIN numbering_registernumber old ON old.id = given_back_id
        LEFT JOIN numbering_registernumber new ON new.id = taken_id
        WHERE a.kind <> 'renumbered' OR old.state <> 'given_back' OR old.series_id <> a.series_id
            OR new.series_id <> a.series_id OR new.holder_id <> old.holder_id
            OR new.serial >= old.serial OR old.serial <= a.last""",
    "freeze_without_its_act": """
        SELECT prefix FROM numbering_series s LEFT JOIN LATERAL (
            SELECT kind, at, post_id FROM numbering_seriesact
            WHERE series_id = s.id AND kind <> 'renumbered' ORDER BY id DESC LIMIT 1
        ) a ON true
        WHERE CASE WHEN confirmed_at IS NOT NULL
                THEN (a.kind, a.at, a.post_id)
                    IS DISTINCT FROM ('confirmed', confirmed_at, confirmed_by_id)
            WHEN frozen_at IS NOT NULL
                THEN (a.kind, a.at, a.post_id) IS DISTINCT FROM ('frozen', frozen_at, frozen_by_id)
            ELSE a.kind IN ('frozen', 'confirmed') END""",
    "holes_changed_after_freeze": """
        SELECT prefix FROM numbering_series s JOIN LATERAL (
            SELECT holes FROM numbering_seriesact
            WHERE series_id = s.id AND kind = 'frozen' ORDER BY id DESC LIMIT 1
        ) a ON true
        WHERE frozen_at IS NOT NULL AND holes <> (SELECT count(*) FROM numbering_registernumber n
            WHERE series_id = s.id AND state = 'void' AND NOT refilled)""",
    "confirmed_by_who_froze": """
        SELECT prefix FROM numbering_series s JOIN xueji_post f ON f.id = frozen_by_id
        JOIN xueji_post c ON c.id = confirmed_by_id WHERE f.user_id = c.user_id""",
    "two_live_numbers": """
        SELECT 'student ' || holder_id FROM numbering_registernumber WHERE state = 'live'
        GROUP BY holder_id HAVING count(*) > 1""",
    "holder_shows_another": """
        SELECT n.number || ' student ' || holder_id FROM numbering_registernumber n
        JOIN xueji_student t ON t.id = holder_id
        WHERE state = 'live' AND t.number IS DISTINCT FROM n.number""",
    "student_without_live_number": """
        SELECT t.number || ' student ' || t.id FROM xueji_student t
        LEFT JOIN numbering_registernumber n
            ON holder_id = t.id AND state = 'live' AND n.number = t.number
        WHERE t.number IS NOT NULL AND n.id IS NULL""",
}


@dataclass(frozen=True)
class Fault:
    """One kind of fault with some of the things it was found on."""

    fault: str
    count: int
    examples: list[str]


@dataclass(frozen=True, kw_only=True)
class Result:
    """What stands in the register of numbers, and what is wrong with it."""

    series: int
    live: int
    retired: int
    void: int
    holes_open: int
    given_back: int
    historic: int
    frozen: int
    faults: list[Fault]


def check() -> Result:
    """Account for every serial of every series; sequential scans, no rows held in memory."""
    # nothing of a user's enters the statement
    statement = " UNION ALL ".join(
        f"SELECT '{name}', count(*), array_agg(what) FILTER (WHERE place <= {EXAMPLES})"  # noqa: S608
        f" FROM (SELECT what::text, row_number() OVER () AS place"
        f" FROM ({found.replace('{stands}', STANDS)}) AS found (what)) AS counted"
        for name, found in (FIGURES | FAULTS).items()
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        rows = {name: (count, examples) for name, count, examples in cursor}
    faults = [Fault(name, *rows[name]) for name in FAULTS if rows[name][0]]
    otherwise = list(_coded_otherwise())
    if otherwise:
        faults.append(Fault("prefix_not_of_the_codes", len(otherwise), otherwise[:EXAMPLES]))
    return Result(**{name: rows[name][0] for name in FIGURES}, faults=faults)


def _coded_otherwise() -> Iterator[str]:
    """Series that begin with other digits than the codes in force when their pupils entered."""
    table = table_of(CategoryCode.objects.all())
    units = list(Series.objects.order_by("unit").values_list("unit", flat=True).distinct())
    for start in range(0, len(units), UNITS_AT_ONCE):
        offices = lineages(set(units[start : start + UNITS_AT_ONCE]))
        for series in Series.objects.filter(unit__in=offices).iterator():
            expected = prefix_as_coded(
                lineage=offices[series.unit_id],
                stage=series.stage,
                entry_year=series.entry_year,
                kind=series.kind,
                on=date(series.entry_year, 9, 1),
                table=table,
            )
            if series.prefix != expected:
                yield f"{series.prefix}，应为 {expected}"
