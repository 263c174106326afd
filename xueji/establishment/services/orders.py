"""Orders (建制调整): entered with their paper, carried out on the day, withdrawn before it.

Every act locks first the county, then the order; carrying out then the cases by id, the pupils by
id, and last the place of the school in the tree, or the class that goes to another school. Who
signs a case meanwhile waits, and then finds the school where it is now.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import IO

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate

from xueji.accounts.access import Acting
from xueji.cases.kinds import Refused
from xueji.documents import services as documents
from xueji.establishment.models import ActKind, Order, OrderKind, OrderState
from xueji.establishment.services.common import (
    BUSY,
    LONGEST_REASON,
    ORDER,
    Unfit,
    county_of,
    keep,
    locked,
    school_of,
)
from xueji.establishment.services.effect import Changes, close, hand_over, merge, move
from xueji.establishment.services.judging import NewOrder, order_problems, problems_on_the_day
from xueji.identity.problems import Problem
from xueji.organisations.models import Level, Organisation, School, SchoolClass

log = logging.getLogger(__name__)

EFFECTS: Mapping[OrderKind, Callable[..., tuple[int, Changes]]] = {
    OrderKind.MOVE: move,
    OrderKind.MERGE: merge,
    OrderKind.CLOSE: close,
    OrderKind.CLASS: hand_over,
}


@transaction.atomic
def enter(*, typed: NewOrder, file_name: str, data: IO[bytes], acting: Acting) -> Order:
    """Keep an order with its paper; one whose day has come is carried out at once.

    Raises PermissionDenied, Unfit, BadFile, and Refused when it is due and cannot be carried out.
    """
    county = county_of(acting, ORDER)
    school = school_of(county, typed.school_id)
    into = _into(county, typed.into_id)
    school_class = _class(school, typed.school_class_id)
    problems = order_problems(
        typed,
        county=county,
        school=school,
        into=into,
        school_class=school_class,
        today=acting.today,
    )
    if problems:
        raise Unfit(problems)
    parent = school.organisation.parent
    order = Order.objects.create(
        county=county,
        kind=typed.kind,
        school=school,
        into=into,
        number=typed.number,
        decided_on=typed.decided_on,
        effective_on=typed.effective_on,
        document=documents.store(name=file_name, data=data, acting=acting),
        school_name=school.organisation.name,
        former_id=parent.pk,
        from_name=parent.name,
        from_path=school.organisation.path,
        into_name=into.name if into else "",
        school_class=school_class,
        class_name=str(school_class or ""),
        entered_by=acting.post,
        entered_at=acting.at,
    )
    changes = [("事项", "", order.sentence), ("生效日期", "", typed.effective_on.isoformat())]
    keep(
        school.organisation,
        ActKind.ORDERED,
        acting=acting,
        changes=changes,
        reason=order.number,
        order=order,
    )
    if order.effective_on <= acting.today:
        return _carry_out(order, county, acting)
    return order


@transaction.atomic
def withdraw(*, order_id: int, reason: str, acting: Acting) -> Order:
    """Take back an order that waits for its day. Raises PermissionDenied, Unfit, Refused."""
    county = county_of(acting, ORDER)
    order = _locked(county, order_id)
    _require_waiting(order)
    why = reason.strip()
    if not why or len(why) > LONGEST_REASON:
        message = "还没有写撤回的原因。" if not why else f"原因超过 {LONGEST_REASON} 个字。"
        raise Unfit([Problem("reason", message, "请写明为什么撤回。", field="reason")])
    _end(order, OrderState.WITHDRAWN, acting)
    order.reason = why
    order.save(update_fields=["state", "ended_by", "ended_at", "problem", "reason"])
    keep(
        order.school.organisation,
        ActKind.WITHDRAWN,
        acting=acting,
        changes=[("事项", order.sentence, "")],
        reason=why,
        order=order,
    )
    return order


@transaction.atomic
def carry_out(*, order_id: int, acting: Acting) -> Order:
    """Carry out an order whose day has come; the county's act where the daily job could not.

    Raises PermissionDenied, and Refused while something stands in the way.
    """
    county = county_of(acting, ORDER)
    return _carry_out(_locked(county, order_id), county, acting)


def carry_out_due(*, at: datetime) -> int:
    """Carry out every order whose day has come, each for itself; return how many.

    Acts for the post that entered it. What stands in the way is written on the order, which then
    waits for the next day's job or the county's act.
    """
    done = 0
    due = Order.objects.filter(state=OrderState.WAITING, effective_on__lte=localdate(at))
    for pk, county_id in list(due.order_by("effective_on", "pk").values_list("pk", "county")):
        try:
            with transaction.atomic():
                county = locked(county_id)
                order = _all().get(pk=pk)
                if order.state != OrderState.WAITING:
                    continue
                post = order.entered_by
                _carry_out(order, county, Acting(user=post.user, post=post, at=at))
                done += 1
        except Refused as refusal:
            Order.objects.filter(pk=pk, state=OrderState.WAITING).update(problem=str(refusal)[:300])
            log.warning("order %s waits: something is open at the school", pk)
    return done


def _carry_out(order: Order, county: Organisation, acting: Acting) -> Order:
    """The effect of a locked order, in the transaction of whoever asks."""
    _require_waiting(order)
    if order.effective_on > acting.today:
        raise Refused(f"这个文件 {order.effective_on} 才生效，到那天由系统执行。")
    school = school_of(county, order.school_id)
    into = _into(county, order.into_id)
    order.former_id = school.organisation.parent_id
    order.from_name = school.organisation.parent.name
    order.from_path = school.organisation.path
    order.class_name = str(order.school_class or "")
    kind = OrderKind(order.kind)
    for problem in problems_on_the_day(kind, school, into, order.school_class):
        raise Refused(str(problem))
    try:
        with transaction.atomic():
            order.pupils, changes = EFFECTS[kind](
                order=order, school=school, into=into, acting=acting
            )
    except (IntegrityError, OperationalError) as error:
        log.warning("order %s met another act: %s", order.pk, type(error).__name__)
        raise Refused(BUSY) from None
    _end(order, OrderState.DONE, acting)
    order.save()
    keep(
        school.organisation,
        ActKind.CARRIED_OUT,
        acting=acting,
        changes=changes,
        reason=order.number,
        order=order,
    )
    if into and into.level == Level.SCHOOL:
        label = "划入的班级" if kind == OrderKind.CLASS else "并入的学校"
        what = f"{order.school_name}{order.class_name}"
        joined = [(label, "", f"{what}，学生 {order.pupils} 名")]
        keep(
            into,
            ActKind.CARRIED_OUT,
            acting=acting,
            changes=joined,
            reason=order.number,
            order=order,
        )
    return order


def _end(order: Order, state: OrderState, acting: Acting) -> None:
    order.state, order.problem = state, ""
    order.ended_by, order.ended_at = acting.post, acting.at


def _require_waiting(order: Order) -> None:
    if order.state != OrderState.WAITING:
        raise Refused(f"这个文件{order.get_state_display()}，不能再办。")


def _all() -> QuerySet[Order]:
    return Order.objects.select_for_update(of=("self",)).select_related(
        "school__organisation", "school_class", "entered_by__user", "entered_by__organisation"
    )


def _locked(county: Organisation, order_id: int) -> Order:
    order = _all().filter(pk=order_id, county=county).first()
    if order is None:
        raise PermissionDenied(f"order {order_id}")
    return order


def _into(county: Organisation, pk: int | None) -> Organisation | None:
    """Where an order leads: the county itself, or a centre or school of it."""
    if pk is None:
        return None
    found = Organisation.objects.below(county.path).filter(pk=pk).first()
    if found is None:
        raise PermissionDenied(f"organisation {pk}")
    return found


def _class(school: School, pk: int | None) -> SchoolClass | None:
    """A class of the school; whether it is still open the rules say."""
    return school.classes.filter(pk=pk).first() if pk else None
