"""What is wrong with an order as it is typed, and what may have become wrong until its day."""

from dataclasses import dataclass
from datetime import date

from xueji.establishment import order_rules, queries
from xueji.establishment.models import Order, OrderKind, OrderState
from xueji.identity.problems import Problem
from xueji.organisations.models import Organisation, School, SchoolClass


@dataclass(frozen=True, kw_only=True)
class NewOrder:
    """An order as it is typed."""

    kind: OrderKind
    school_id: int
    into_id: int | None
    school_class_id: int | None = None
    number: str
    decided_on: date
    effective_on: date


def order_problems(
    typed: NewOrder,
    *,
    county: Organisation,
    school: School,
    into: Organisation | None,
    school_class: SchoolClass | None = None,
    today: date,
) -> list[Problem]:
    """Everything that is wrong with an order; a fixed number of queries."""
    found = list(
        order_rules.judge(
            typed.kind,
            typed.effective_on,
            typed.decided_on,
            school=school,
            into=into,
            school_class=school_class,
            waiting=list(queries.orders_in_the_way(school, into)),
            today=today,
        )
    )
    same = Order.objects.filter(
        county=county, school=school, number=typed.number, school_class=school_class
    )
    if same.exclude(state=OrderState.WITHDRAWN).exists():
        what = f"「{school.organisation}」{school_class or ''}"
        message = f"{what}已经登记过文号 {typed.number}。"
        found.append(Problem("taken", message, "请到建制调整列表里核对。", field="number"))
    if found or into is None:
        return found
    return [
        *_of_comers(typed.kind, school, into),
        *_of_destination(typed.kind, school, into, school_class),
    ]


def problems_on_the_day(
    kind: OrderKind,
    school: School,
    into: Organisation | None,
    school_class: SchoolClass | None = None,
) -> list[Problem]:
    """What has come to stand in the way since the order was entered."""
    found = list(order_rules.standing(kind, school=school, into=into, school_class=school_class))
    if found or into is None:
        return found
    return _of_destination(kind, school, into, school_class)


def _of_comers(kind: OrderKind, school: School, into: Organisation) -> list[Problem]:
    name = school.organisation.name
    other = queries.comers(into, name).first() if kind == OrderKind.MOVE else None
    if other is None:
        return []
    message = f"另一所「{name}」将随 {other.number} 在 {other.effective_on} 调整到{into}。"
    return [Problem("taken", message, "请先给其中一所改名。", field="into")]


def _of_destination(
    kind: OrderKind, school: School, into: Organisation, school_class: SchoolClass | None
) -> list[Problem]:
    if kind == OrderKind.MOVE:
        name = school.organisation.name
        if Organisation.objects.filter(parent=into, name=name).exists():
            message = f"{into}之下已有叫「{name}」的机构。"
            return [Problem("taken", message, "请先给其中一所改名。", field="into")]
        return []
    taught = {row.stage: row.grades for row in into.school.stages.all()}
    needed = set(queries.pupils(school, school_class).values_list("stage", "grade").distinct())
    if school_class:
        needed.add((school_class.stage, school_class.grade))
    lacking = sorted(
        (grade, stage) for stage, grade in needed if grade not in taught.get(stage, ())
    )
    if not lacking:
        return []
    words = "、".join(f"{grade} 年级" for grade, _ in lacking)
    return [
        Problem(
            "stages",
            f"{into}没有开设 {words}，学生没有地方去。",
            "请先在该校的学段里补上，或换一所学校。",
            field="into",
        )
    ]
