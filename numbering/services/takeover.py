"""Numbers that pupils bring along from the register before this one, and taking them back.

A series goes on after the highest number there was. Whatever lies below and is nobody's is kept
as 历史空号: once somebody's, perhaps, so never issued; a later 建库 may say whose it is.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from numbering.models import (
    ActKind,
    NumberState,
    RegisterNumber,
    Series,
    SeriesAct,
    SeriesKind,
)
from numbering.queries.codes import prefix_of
from numbering.queries.preview import require_same_prefix
from numbering.queries.refusal import CannotIssue
from numbering.queries.series import STANDS, proofs
from numbering.services import sql
from xueji.accounts.access import Acting
from xueji.organisations.queries import Lineage
from xueji.students.models import Student

FOUND = "历史空号查明了持有人"
HISTORIC = "历史空号：建库时没有学生持有"
Cohort = tuple[str, int]  # stage, entry year


@dataclass(frozen=True, kw_only=True)
class Brought:
    """A serial in use in the register before; ``student`` is None where it only was once."""

    stage: str
    entry_year: int
    serial: int
    student: Student | None = None
    starts: date


def taken(lineage: Lineage, cohorts: Iterable[Cohort]) -> dict[Cohort, tuple[Series, set[int]]]:
    """The series there are, and the serials of each that can be nobody else's any more.

    Two queries; a 历史空号 is not among them, as its holder may be found.
    """
    wanted = set(cohorts)
    rows = Series.objects.filter(unit=lineage.school, kind=SeriesKind.REGISTER)
    series = {row.pk: row for row in rows if (row.stage, row.entry_year) in wanted}
    found = {(row.stage, row.entry_year): (row, set[int]()) for row in series.values()}
    held = RegisterNumber.objects.filter(STANDS, series__in=series, holder__isnull=False)
    for pk, serial in held.values_list("series", "serial"):
        found[series[pk].stage, series[pk].entry_year][1].add(serial)
    return found


def take_over(
    *, lineage: Lineage, brought: Sequence[Brought], on: date, acting: Acting, reason: str
) -> list[SeriesAct]:
    """Enter the numbers of pupils who come; set ``number`` on each, which the caller writes.

    Runs inside the caller's transaction. Queries grow with the series, not with the numbers.
    Raises CannotIssue where one is another's, a series is frozen or its codes have changed.
    """
    cohorts: defaultdict[Cohort, list[Brought]] = defaultdict(list)
    for one in brought:
        cohorts[one.stage, one.entry_year].append(one)
    many = [_held(lineage, cohort, acting) for cohort in sorted(cohorts)]
    acts = dict(zip(many, _reserved(len(many)), strict=True))
    for series, pk in acts.items():
        _enter(series, cohorts[series.stage, series.entry_year], act_id=pk, on=on)
    return _record(acts, ActKind.TAKEN_OVER, acting, reason)


def take_back(*, acts: Iterable[SeriesAct], acting: Acting, reason: str) -> list[SeriesAct]:
    """Give back the numbers of these acts: every series is as it was before.

    Pupils lose ``number``, which the caller clears and writes. Raises CannotIssue where somebody
    has since been given a number of one of the series.
    """
    found = sorted(acts, key=lambda act: (act.series.stage, act.series.entry_year))
    many = [_held_again(act) for act in found]
    ending = dict(zip(many, _reserved(len(many)), strict=True))
    for (series, pk), act in zip(ending.items(), found, strict=True):
        rows = RegisterNumber.objects.filter(series=series)
        ended: dict[str, Any] = {
            "state": NumberState.GIVEN_BACK,
            "ends": acting.today,
            "ended_act_id": pk,
        }
        given_back = rows.filter(STANDS, act=act).update(**ended, reason=reason[:100])
        holes = rows.filter(ended_act=act).update(
            state=NumberState.RETIRED, ended_act=None, reason=HISTORIC
        )
        series.last -= given_back - holes
        series.save(update_fields=["last"])
    return _record(ending, ActKind.TAKEN_BACK, acting, reason)


def _held(lineage: Lineage, cohort: Cohort, acting: Acting) -> Series:
    """The series, begun where there is none, and held until the end of the transaction."""
    stage, entry_year = cohort
    kind = SeriesKind.REGISTER
    prefix = prefix_of(
        lineage=lineage, stage=stage, entry_year=entry_year, kind=kind, on=acting.today
    )
    key: dict[str, Any] = {
        "unit": lineage.school,
        "kind": kind,
        "stage": stage,
        "entry_year": entry_year,
    }
    new = Series(province=lineage.province, prefix=prefix, **key)
    sql.wait_for(new)
    Series.objects.bulk_create([new], ignore_conflicts=True)
    series = Series.objects.select_for_update(of=("self",)).get(**key)
    require_same_prefix(series, prefix)
    if series.frozen_at:
        raise CannotIssue(
            f"号段 {series.prefix} 已冻结，不能再建库", remedy="请先在编号页重开这个号段"
        )
    return series


def _held_again(act: SeriesAct) -> Series:
    sql.wait_for(act.series)
    series = Series.objects.select_for_update(of=("self",)).get(pk=act.series_id)
    later = series.acts.filter(pk__gt=act.pk).order_by("pk").first()
    if series.last != act.last or later:
        since = f"又办了{later.get_kind_display()}" if later else "又编了号"
        raise CannotIssue(
            f"号段 {series.prefix} 在建库以后{since}，不能整批撤销", remedy="请逐名办理更正"
        )
    return series


def _reserved(count: int) -> list[int]:
    """Ids of acts to come: the numbers name their act, and the act proves the numbers."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [SeriesAct._meta.db_table, count],
        )
        return [pk for (pk,) in cursor.fetchall()]


def _enter(series: Series, brought: Sequence[Brought], *, act_id: int, on: date) -> None:
    """Write a row for each serial up to the highest; refuse one that is somebody's."""
    own = {one.serial: one for one in brought}
    rows = RegisterNumber.objects.filter(STANDS, series=series, serial__in=own)
    if row := rows.filter(holder__isnull=False).order_by("serial").first():
        raise CannotIssue(
            f"学籍号 {row.number} 在本系统里已有记录", remedy="请核对号码，改正后再上传"
        )
    # a hole of an earlier 建库 of which it is now known whose it is, or was
    known = [serial for serial in own if serial <= series.last and own[serial].student]
    rows.filter(serial__in=known).update(
        state=NumberState.GIVEN_BACK, ended_act_id=act_id, reason=FOUND
    )
    first, series.last = series.last + 1, max(series.last, *own)
    serials = [*sorted(known), *range(first, series.last + 1)]
    RegisterNumber.objects.bulk_create(
        (_row(series, serial, own.get(serial), act_id=act_id, on=on) for serial in serials),
        batch_size=1000,
    )
    series.save(update_fields=["last"])


def _row(
    series: Series, serial: int, one: Brought | None, *, act_id: int, on: date
) -> RegisterNumber:
    row = RegisterNumber(
        province_id=series.province_id,
        series=series,
        serial=serial,
        number=series.number(serial),
        act_id=act_id,
    )
    if one and one.student:
        row.holder, row.starts, one.student.number = one.student, one.starts, row.number
    else:
        row.state, row.reason = NumberState.RETIRED, HISTORIC
        row.starts = row.ends = on
    return row


def _record(
    acts: Mapping[Series, int], kind: ActKind, acting: Acting, reason: str
) -> list[SeriesAct]:
    proved = proofs(acts)
    return SeriesAct.objects.bulk_create(
        SeriesAct(
            pk=pk,
            series=series,
            kind=kind,
            post=acting.post,
            at=acting.at,
            reason=reason[:200],
            live=proved[series.pk].live,
            retired=proved[series.pk].retired,
            holes=proved[series.pk].holes,
            last=series.last,
            digest=proved[series.pk].digest,
        )
        for series, pk in acts.items()
    )
