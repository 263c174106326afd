"""Keeping columns under a name: a person's own, a bounded number, the same name anew."""

from collections.abc import Sequence

from django.db import transaction

from reports.models import RosterChoice
from xueji.accounts.access import Acting
from xueji.cases.kinds import Refused

MOST = 20
FULL = f"常用的列最多存 {MOST} 套，没有存。请先删去不用的。"


@transaction.atomic
def keep(*, name: str, columns: Sequence[str], acting: Acting) -> RosterChoice:
    """Keep the columns; what had the name before is replaced."""
    own = RosterChoice.objects.filter(user=acting.user)
    if not own.filter(name=name).exists() and own.count() >= MOST:
        raise Refused(FULL)
    choice, _ = RosterChoice.objects.update_or_create(
        user=acting.user, name=name, defaults={"columns": list(columns)}
    )
    return choice


@transaction.atomic
def forget(*, choice_id: int, acting: Acting) -> bool:
    """Remove one's own choice, if it is still there; another's is left alone."""
    gone, _ = RosterChoice.objects.filter(user=acting.user, pk=choice_id).delete()
    return gone > 0
