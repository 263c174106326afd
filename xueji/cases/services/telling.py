"""Who is told when cases move: the post whose turn it is, or the maker how it ended."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from xueji.cases.models import Case, State
from xueji.notices import services as notices
from xueji.notices.models import Subject
from xueji.notices.services import News


def tell_of(cases: Iterable[Case], *, at: datetime, by_id: int | None) -> None:
    """Tell of cases that have just moved, in their transaction. ``opened_post`` is at hand.

    Several that go the same way are told together, so that a batch rings once.
    """
    ways: defaultdict[tuple[int, str, Subject], list[int]] = defaultdict(list)
    for case in cases:
        ways[_way(case)].append(case.pk)
    notices.settle([pk for together in ways.values() for pk in together], at=at)
    notices.tell(
        (
            News(
                organisation_id=organisation_id,
                role=role,
                subject=subject,
                case_id=together[0] if len(together) == 1 else None,
                count=len(together),
            )
            for (organisation_id, role, subject), together in ways.items()
        ),
        at=at,
        by_id=by_id,
    )


def _way(case: Case) -> tuple[int, str, Subject]:
    if case.waiting_at_id:
        subject = Subject.RETURNED if case.state == State.RETURNED else Subject.TURN
        return case.waiting_at_id, case.waiting_role, subject
    subject = Subject.DONE if case.state == State.DONE else Subject.ENDED
    return case.opened_post.organisation_id, case.opened_post.role, subject
