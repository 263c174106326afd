"""Ending a case outside its route: withdrawn, lapsed, closed from above, undone."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

from django.db import transaction

from xueji.accounts.access import Acting
from xueji.cases import acts, kinds, queries, veil
from xueji.cases.acts import Act
from xueji.cases.kinds import Refused
from xueji.cases.models import Case, Decision, State
from xueji.cases.services.common import end, end_all, require
from xueji.notices import services as notices
from xueji.notices.models import Subject
from xueji.notices.services import News
from xueji.organisations.queries import working_days_after

REMINDED = 2  # working days before a returned case lapses


@transaction.atomic
def withdraw(*, case_id: int, note: str, acting: Acting) -> None:
    """Take back an open or returned case; only the post that opened it may."""
    case = queries.lock([case_id])[case_id]
    require(case, Act.WITHDRAW, acting)
    end(case, Decision.WITHDRAWN, State.WITHDRAWN, note=note, acting=acting, at=acting.at)


@transaction.atomic
def close(*, case_id: int, note: str, acting: Acting) -> None:
    """End a stuck case from the county, with a reason."""
    case = queries.lock([case_id])[case_id]
    require(case, Act.CLOSE, acting)
    end(case, Decision.CLOSED, State.WITHDRAWN, note=note, acting=acting, at=acting.at)


@transaction.atomic
def reverse(*, case_id: int, note: str, acting: Acting) -> None:
    """Undo a done case: pupil, place, live number and counts become what they were.

    Raises Refused when the kind's effect can no longer be undone, with the reason.
    """
    case = queries.lock([case_id])[case_id]
    require(case, Act.REVERSE, acting)
    kinds.get(case.kind).reverse(case, acting, note)
    end(case, Decision.REVERSED, State.REVERSED, note=note, acting=acting, at=acting.at)


@transaction.atomic
def withdraw_all(*, case_ids: Iterable[int], note: str, acting: Acting) -> None:
    """Take back open and returned cases of one maker, all or none, in a bounded number of queries.

    Raises Refused when one of them is not to be taken back any more.
    """
    cases = _locked(case_ids, Act.WITHDRAW, acting)
    end_all(cases, Decision.WITHDRAWN, State.WITHDRAWN, note=note, acting=acting)


@transaction.atomic
def reverse_all(
    *,
    case_ids: Iterable[int],
    note: str,
    acting: Acting,
    undo: Callable[[Sequence[Case], Acting, str], None],
) -> None:
    """Undo done cases of one kind, all or none, by the set-based ``undo`` of that kind."""
    cases = _locked(case_ids, Act.REVERSE, acting)
    undo(cases, acting, note)
    end_all(cases, Decision.REVERSED, State.REVERSED, note=note, acting=acting)


def _locked(case_ids: Iterable[int], act: Act, acting: Acting) -> list[Case]:
    cases = queries.lock(case_ids)
    steps = queries.steps_of(cases)
    for pk, case in cases.items():
        if act not in acts.allowed(case, steps[pk], acting):
            veil.draw([case], acting, steps)
            raise Refused(f"业务件 {case.number}：{queries.why_not(case, steps[pk], acting)}")
    return list(cases.values())


def remind(*, today: date, at: datetime) -> None:
    """Tell makers of returned cases that lapse within two working days, of each return once."""
    until = working_days_after(today, REMINDED)
    soon = Case.objects.filter(state=State.RETURNED, due_on__gte=today, due_on__lte=until)
    notices.tell(
        (
            News(
                organisation_id=case.waiting_at_id,
                role=case.waiting_role,
                subject=Subject.LAPSING,
                case_id=case.pk,
                key=f"lapsing {case.pk}.{case.round}",
            )
            for case in soon
        ),
        at=at,
    )


def lapse(*, today: date, at: datetime) -> int:
    """End every returned case whose time to mend has passed; return how many."""
    overdue = Case.objects.filter(state=State.RETURNED, due_on__lt=today).values_list(
        "pk", flat=True
    )
    ended = 0
    for pk in list(overdue):
        with transaction.atomic():
            case = queries.lock([pk])[pk]
            if case.state == State.RETURNED and case.due_on < today:
                note = f"退回后未在 {case.due_on:%Y-%m-%d} 前重新提交，自动失效。"
                end(case, Decision.LAPSED, State.WITHDRAWN, note=note, acting=None, at=at)
                ended += 1
    return ended
