"""Accounts that nobody has used for half a year are closed until the level above opens them."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce, Greatest

from xueji.accounts import log, sessions
from xueji.accounts.models import Happened, User

BATCH = 500


def is_sealed(user: User, *, at: datetime) -> bool:
    """Sealed, or unused so long that tonight's job will seal it."""
    if user.sealed_at is not None:
        return True
    used = max(user.last_login or user.opened_at, user.opened_at)
    return bool(settings.SEALED_AFTER) and at - used > settings.SEALED_AFTER


@transaction.atomic
def seal_some(*, at: datetime) -> int:
    """Seal up to BATCH accounts that are due; how many there were."""
    if not settings.SEALED_AFTER:
        return 0
    used = Greatest("opened_at", Coalesce("last_login", "opened_at"))
    due = User.objects.annotate(used=used).filter(
        Q(used__lt=at - settings.SEALED_AFTER), is_active=True, sealed_at__isnull=True
    )
    found = list(due.order_by("pk").select_for_update(of=("self",))[:BATCH])
    User.objects.filter(pk__in=[user.pk for user in found]).update(sealed_at=at)
    sessions.end(user.pk for user in found)
    log.note_all(Happened.SEALED, found, at=at)
    return len(found)
