"""What closing the holes of a series from its end would do: who moves where, what falls away."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q
from django.utils.timezone import localdate

from numbering.models import NumberState, RegisterNumber, Renumbered, Series
from numbering.queries.preview import token_of
from numbering.queries.refusal import CannotRenumber
from numbering.queries.series import STANDS
from numbering.queries.waiting import Cohort, awaiting
from xueji.cases.models import ALIVE, Case, State
from xueji.ledger.models import AcceptedMonth, RegisterEvent
from xueji.organisations.queries import Lineage

NOBODY = 0  # in the token: a hole at the end, which nobody leaves


@dataclass(frozen=True, kw_only=True)
class Move:
    """One pupil who would give back ``old`` and take the hole's number."""

    old: RegisterNumber
    hole: RegisterNumber

    @property
    def number(self) -> str:
        return self.hole.number


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What re-numbering now would do. ``token`` stays the same as long as that is so.

    ``dropped`` are holes at the end of the series, which simply fall away. ``stopped`` says why
    the ``left`` other holes cannot be closed as well.
    """

    moves: tuple[Move, ...] = ()
    dropped: tuple[RegisterNumber, ...] = ()
    last: int = 0
    left: int = 0
    stopped: str = ""

    @property
    def token(self) -> str:
        moved = [(move.old.holder_id, move.number) for move in self.moves]
        return token_of([*moved, *((NOBODY, row.number) for row in self.dropped)])

    @property
    def closes(self) -> int:
        return len(self.moves) + len(self.dropped)


def plan(series: Series) -> Plan:
    """Move the holders of the last numbers into the holes, lowest hole first, in four queries.

    Nobody changes place in the list against another who moves. It ends where all holes are
    closed, or at a last number that must stay: retired, or standing on other papers.
    """
    rows = RegisterNumber.objects.filter(STANDS, series=series)
    holes = list(rows.filter(state=NumberState.VOID).order_by("serial"))
    if not holes:
        return Plan(last=series.last)
    ending = list(rows.select_related("holder__school_class").order_by("-serial")[: len(holes)])
    bound = reasons_to_stay(row for row in ending if row.state == NumberState.LIVE)
    open_holes, moving, dropped, stopped = holes[:], [], [], ""
    for row in ending:
        if not open_holes:
            break
        if row.state == NumberState.VOID:
            dropped.append(open_holes.pop())
        elif stopped := _must_stay(row, series) or bound.get(row.pk, ""):
            break
        else:
            moving.append(row)
            open_holes.pop(0)
    moves = zip(reversed(moving), holes, strict=False)
    return Plan(
        moves=tuple(Move(old=old, hole=hole) for old, hole in moves),
        dropped=tuple(dropped),
        last=series.last - len(moving) - len(dropped),
        left=len(open_holes),
        stopped=stopped,
    )


def _must_stay(row: RegisterNumber, series: Series) -> str:
    if row.state == NumberState.RETIRED:
        return f"末号 {row.number} 已停用，停用的号不再编给他人，号段不能退到它以前"
    if row.act_id:
        return f"末号 {row.number} 是建库以前编的，已经用在原来的材料上，不能再改"
    if (row.holder.school_id, row.holder.stage) != (series.unit_id, series.stage):
        return f"末号 {row.number} 的学生已不在本校本学段，号码跟着学生，不能再改"
    return ""


def require_possible(series: Series, found: Plan, *, lineage: Lineage, cohort: Cohort) -> None:
    """Raise CannotRenumber where the holes are to stay as they are, or go to others."""
    if series.frozen_at:
        raise CannotRenumber(
            f"号段已于 {localdate(series.frozen_at)} 冻结，不能再改号",
            remedy="空号保留，原因已写明；确需改号的，先重开号段",
        )
    waiting = [group for group in awaiting([lineage.school.pk]) if group.is_of(cohort)]
    if waiting:
        count = sum(group.ready + group.without_class for group in waiting)
        raise CannotRenumber(
            f"还有 {count} 人没有编号，空号先补给他们，不必改别人的号",
            remedy="请先分班、发号，仍有空号时再改",
        )
    if not found.closes:
        raise CannotRenumber(
            found.stopped or "这个号段没有空号，不用改号",
            remedy="空号保留，原因已写明" if found.stopped else "请回到号段页面",
        )


def reasons_to_stay(rows: Iterable[RegisterNumber]) -> dict[int, str]:
    """Why live numbers cannot be changed any more, by row, in two queries.

    Accepted reports, and every case but the one by which the number came: certificates are
    papers of such cases.
    """
    rows = list(rows)
    found: dict[int, str] = {}
    if not rows:
        return found
    accepted = AcceptedMonth.objects.filter(
        unit=OuterRef("unit_id"), month=OuterRef("booked_month")
    )
    told = RegisterEvent.objects.filter(
        Exists(accepted), student__in=[row.holder_id for row in rows]
    ).values_list("student", "number", "booked_month")
    months = {(student, number): month for student, number, month in told}
    cases = _others(rows)
    for row in rows:
        if month := months.get((row.holder_id, row.number)):
            found[row.pk] = f"末号 {row.number} 已列入 {month:%Y 年 %-m 月}已接受的月报，不能再改"
        elif number := cases.get(row.pk):
            found[row.pk] = f"末号 {row.number} 的学生另有业务件 {number}，号码已用在上面，不能再改"
    return found


def _others(rows: Sequence[RegisterNumber]) -> dict[int, str]:
    """Numbers of cases that are under way or ended while a number was in use."""
    since = Q()
    for row in rows:
        later = Q(state__in=ALIVE) | Q(
            state__in=(State.DONE, State.REVERSED), closed_at__date__gte=row.starts
        )
        since |= Q(later, student=row.holder_id) & ~Q(pk=row.case_id or 0)
    cases = Case.objects.filter(since).order_by("pk").values_list(F("student"), "number")
    by_student = dict(cases)
    return {row.pk: by_student[row.holder_id] for row in rows if row.holder_id in by_student}


def pairs(series: Series) -> list[Renumbered]:
    """Every number of a series that was given back, newest act first, with what was taken."""
    found = Renumbered.objects.filter(act__series=series).select_related(
        "act__post__user",
        "given_back__holder__school_class",
        "taken",
    )
    return list(found.order_by("-act", "taken__serial", "given_back__serial"))
