"""Guessing is slow: few tries for one account from one address, and few for it from everywhere.

Every try is written down before the password is looked at, so that many at once count as many.
An address from which the account logged in lately is spared the second limit: whoever guesses
from elsewhere keeps nobody out. Not for codes: who guesses them has logged in from where he is.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q

from xueji.accounts.models import AccountEvent, Happened, LoginAttempt, User
from xueji.identity import crypto

PAIR, PAIR_WINDOW = 5, timedelta(minutes=15)
EVERYWHERE, WINDOW = 20, timedelta(hours=1)
KNOWN_FOR = timedelta(days=90)
KEPT = timedelta(days=1)
LOGIN, CODE = "accounts.login", "accounts.code"


@dataclass(frozen=True)
class Try:
    """One try: let through, or refused with the minutes to wait."""

    who: bytes
    address: str
    minutes: int = 0

    @property
    def wait(self) -> timedelta:
        return timedelta(minutes=self.minutes)

    @property
    def is_refused(self) -> bool:
        return self.minutes > 0

    def succeeded(self) -> None:
        """Forget the tries from here: the right person is in."""
        LoginAttempt.objects.filter(who=self.who, address=self.address).delete()


def begin(name: str, *, address: str, at: datetime, purpose: str = LOGIN) -> Try:
    """Count one more try of ``name``; the same for an account there is and one there is not."""
    who = crypto.blind_index(purpose, name)
    row = LoginAttempt.objects.create(who=who, address=address, at=at)
    here = Q(address=address, at__gt=at - PAIR_WINDOW)
    tries = LoginAttempt.objects.filter(who=who, at__gt=at - WINDOW).aggregate(
        pair=Count("pk", filter=here),
        pair_since=Min("at", filter=here),
        everywhere=Count("pk"),
        since=Min("at"),
    )
    ends = []
    if tries["pair"] > PAIR:
        ends.append(tries["pair_since"] + PAIR_WINDOW)
    if tries["everywhere"] > EVERYWHERE and (purpose == CODE or not _is_known(name, address, at)):
        ends.append(tries["since"] + WINDOW)
    if not ends:
        return Try(who=who, address=address)
    row.delete()  # whoever is refused waits no longer for having tried
    minutes = max(1, -((at - max(ends)) // timedelta(minutes=1)))
    return Try(who=who, address=address, minutes=minutes)


def _is_known(name: str, address: str, at: datetime) -> bool:
    accounts = User.objects.filter(username=name).values("pk")
    return AccountEvent.objects.filter(
        account_id__in=accounts, kind=Happened.LOGIN, address=address, at__gt=at - KNOWN_FOR
    ).exists()


def is_limited(name: str, *, at: datetime) -> bool:
    """Whether tries for this account are refused now, from some address or from unknown ones."""
    return name in limited([name], at=at)


def limited(names: Iterable[str], *, at: datetime) -> set[str]:
    """Those of the accounts whose passwords or codes are refused now, in one query."""
    whose = {crypto.blind_index(purpose, name): name for name in names for purpose in (LOGIN, CODE)}
    tries = LoginAttempt.objects.filter(who__in=whose, at__gt=at - WINDOW)
    counted = tries.values("who", "address").annotate(
        here=Count("pk", filter=Q(at__gt=at - PAIR_WINDOW)), everywhere=Count("pk")
    )
    found, everywhere = set(), Counter[bytes]()
    for row in counted.order_by():
        who = bytes(row["who"])
        everywhere[who] += row["everywhere"]
        if row["here"] >= PAIR or everywhere[who] >= EVERYWHERE:
            found.add(whose[who])
    return found


def unlock(name: str) -> None:
    """Let the account be tried again, by password and by code."""
    for purpose in (LOGIN, CODE):
        LoginAttempt.objects.filter(who=crypto.blind_index(purpose, name)).delete()


def forget(*, before: datetime) -> None:
    """Remove tries that count no more."""
    LoginAttempt.objects.filter(at__lt=before).delete()
