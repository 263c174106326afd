"""The second factor of a person: enrolled with a code, asked at each log-in, taken off by others.

Changes are made under a lock of the row, so that one code never lets two in.
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from xueji.accounts import log, sessions, totp
from xueji.accounts.models import Happened, Post, Role, SecondFactor, User
from xueji.organisations.models import Level

CODES, CODE_LETTERS = 8, "abcdefghjkmnpqrstuvwxyz23456789"
ADMINISTRATION = frozenset({Role.ADMINISTRATOR, Role.SECURITY, Role.AUDITOR})


def is_demanded(posts: Iterable[Post]) -> bool:
    """Whether who holds these posts must have a second factor."""
    if settings.SECOND_FACTOR == "county":
        return any(
            post.organisation.level <= Level.COUNTY or post.role in ADMINISTRATION for post in posts
        )
    return settings.SECOND_FACTOR == "all"


def demanding(posts: QuerySet[Post]) -> QuerySet[Post]:
    """Those of the posts for each of which ``is_demanded``."""
    if settings.SECOND_FACTOR == "county":
        return posts.filter(Q(organisation__level__lte=Level.COUNTY) | Q(role__in=ADMINISTRATION))
    return posts if settings.SECOND_FACTOR == "all" else posts.none()


@transaction.atomic
def enrol(user: User, *, secret: str, typed: str, at: datetime, address: str) -> list[str] | None:
    """Take ``secret`` for good once its code was typed; the recovery codes, or None if wrong."""
    step = totp.matching_step(secret, typed, at=at)
    if step is None:
        return None
    codes = [_recovery_code() for _ in range(CODES)]
    SecondFactor.objects.update_or_create(
        user=user,
        defaults={"secret": secret, "last_step": step, "codes": [_digest(c) for c in codes]},
    )
    user.factor_at = at
    user.save(update_fields=["factor_at"])
    log.note(Happened.FACTOR, user, at=at, address=address)
    return codes


@transaction.atomic
def passes(user: User, typed: str, *, at: datetime, address: str) -> bool:
    """Whether the code is right and was not used before; it is used now."""
    factor = SecondFactor.objects.select_for_update(of=("self",)).filter(user=user).first()
    if factor is None:  # taken off while the code was typed
        return False
    typed = "".join(typed.split()).lower()
    step = totp.matching_step(factor.secret, typed, at=at, after=factor.last_step)
    if step is not None:
        factor.last_step = step
        factor.save(update_fields=["last_step"])
        return True
    if _digest(typed) not in factor.codes:
        return False
    factor.codes = [kept for kept in factor.codes if kept != _digest(typed)]
    factor.save(update_fields=["codes"])
    log.note(Happened.RECOVERED, user, at=at, address=address, note=f"还剩 {len(factor.codes)} 个")
    return True


def codes_left(user: User) -> int:
    """Recovery codes that were not used yet."""
    factor = SecondFactor.objects.filter(user=user).first()
    return len(factor.codes) if factor else 0


def take_off(user: User) -> None:
    """Forget the key and the codes; all sessions end, whoever comes next enrols again."""
    SecondFactor.objects.filter(user=user).delete()
    user.factor_at = None
    user.save(update_fields=["factor_at"])
    sessions.end([user.pk])


def _recovery_code() -> str:
    letters = "".join(secrets.choice(CODE_LETTERS) for _ in range(12))
    return "-".join(letters[start : start + 4] for start in range(0, 12, 4))


def _digest(code: str) -> str:
    """Twelve letters drawn at random need no slow hash."""
    return hashlib.sha256(code.replace("-", "").encode()).hexdigest()
