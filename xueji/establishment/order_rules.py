"""What an order (建制调整) must be like: values in, problems out, no queries of its own."""

from collections.abc import Iterable, Sequence
from datetime import date

from xueji.establishment.models import Order, OrderKind
from xueji.identity.problems import Problem
from xueji.organisations.models import Level, Organisation, School, SchoolClass

MOST_MONTHS = 24  # ahead


def judge(
    kind: OrderKind,
    effective_on: date,
    decided_on: date,
    *,
    school: School,
    into: Organisation | None,
    school_class: SchoolClass | None = None,
    waiting: Sequence[Order],
    today: date,
) -> Iterable[Problem]:
    """Everything that is wrong with an order that is about to be entered."""
    yield from _of_days(effective_on, decided_on, today)
    for other in waiting:
        yield Problem(
            "waiting",
            f"「{other.school_name}」有待执行的文件：{other.number}，"
            f"{other.effective_on} {other.sentence}。",
            "请等它执行，或先撤回它。",
            field="school",
        )
    yield from standing(kind, school=school, into=into, school_class=school_class)


def _of_days(effective_on: date, decided_on: date, today: date) -> Iterable[Problem]:
    first = today.replace(day=1)
    ahead = (effective_on.year - today.year) * 12 + effective_on.month - today.month
    if effective_on.day != 1:
        yield Problem(
            "day",
            "建制调整从某月 1 日起生效，月报才接得上。",
            "请填生效月份的 1 日。",
            field="effective_on",
        )
    elif effective_on < first:
        yield Problem(
            "past",
            f"{effective_on} 已经过去，那时的月报不能再变。",
            f"最早填本月 1 日（{first}）。",
            field="effective_on",
        )
    elif ahead > MOST_MONTHS:
        yield Problem(
            "far", f"生效日期在 {MOST_MONTHS} 个月以后。", "请核对年份。", field="effective_on"
        )
    if decided_on > today:
        yield Problem("future", "文件日期还没有到。", "请照文件上的日期填写。", field="decided_on")


def standing(
    kind: OrderKind,
    *,
    school: School,
    into: Organisation | None,
    school_class: SchoolClass | None = None,
) -> Iterable[Problem]:
    """What must hold when an order is entered, and still when it is carried out."""
    name = school.organisation.name
    if school.organisation.closed_on:
        yield Problem(
            "closed",
            f"「{name}」已于 {school.organisation.closed_on} 撤销。",
            "请核对学校。",
            field="school",
        )
    if kind == OrderKind.CLASS:
        yield from _of_class(school, school_class)
    if kind == OrderKind.CLOSE:
        return
    if into is None:
        yield Problem("missing", "还没有选去向。", "请选新的隶属单位，或接收的学校。", field="into")
        return
    if into.closed_on:
        yield Problem(
            "closed", f"「{into.name}」已于 {into.closed_on} 撤销。", "请另选。", field="into"
        )
    if kind == OrderKind.MOVE:
        yield from _of_move(school, into)
    else:
        yield from _of_receiving(kind, school, into)


def _of_class(school: School, school_class: SchoolClass | None) -> Iterable[Problem]:
    name = school.organisation.name
    if school_class is None:
        yield Problem("missing", "还没有填要划转的班。", "请照文件填写班级。", field="school_class")
    elif school_class.school_id != school.pk:
        yield Problem(
            "class",
            f"{school_class}不是「{name}」的班。",
            "请核对学校和班级。",
            field="school_class",
        )
    elif school_class.closed_on:
        yield Problem(
            "closed",
            f"「{name}」{school_class}已于 {school_class.closed_on} 撤班。",
            "请核对班级。",
            field="school_class",
        )


def _of_move(school: School, into: Organisation) -> Iterable[Problem]:
    if into.level not in (Level.CENTRE, Level.COUNTY):
        yield Problem(
            "level", f"「{into.name}」是学校。", "请选中心校，或教育局（直属）。", field="into"
        )
    elif into.pk == school.organisation.parent_id:
        yield Problem("same", f"该校现在就隶属{into.name}。", "请核对学校和去向。", field="into")
    if school.run_by_id:
        yield Problem(
            "run_by",
            "市、省直接管理的学校不由县调整隶属。",
            "请报其主管部门办理。",
            field="school",
        )


def _of_receiving(kind: OrderKind, school: School, into: Organisation) -> Iterable[Problem]:
    act = "划转到" if kind == OrderKind.CLASS else "并入"
    if into.level != Level.SCHOOL:
        yield Problem("level", f"「{into.name}」不是学校。", f"请选{act}哪一所学校。", field="into")
    elif into.pk == school.pk:
        own = "本校" if kind == OrderKind.CLASS else "自己"
        yield Problem("same", f"不能{act}{own}。", "请核对学校和去向。", field="into")
    elif into.school.connected_on is None:
        yield Problem(
            "idle", f"「{into.name}」还没有入网，接不了学生。", "请先核准它入网。", field="into"
        )
