"""Recording who was shown what, and acting once on a form however often it is sent."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models.expressions import RawSQL

from xueji.accounts.access import Acting
from xueji.audit.models import Access, Act, FormKey


class OtherContent(Exception):
    """A form key came back with other content than it was first acted on."""


def shown(
    *,
    acting: Acting,
    kind: str,
    page: str,
    students: Iterable[int],
    filter: str = "",
    field: str = "",
    reason: str = "",
    address: str = "",
) -> None:
    """Write one Access row for one answer. ``filter`` must already mask document numbers."""
    Access.objects.create(
        at=acting.at,
        user_id=acting.user.pk,
        post_id=acting.post.pk,
        organisation_path=acting.post.organisation.path,
        kind=kind,
        page=page,
        filter=filter[:200],
        # as one value: ArrayField would prepare each of a roster's 100,000 by itself
        students=RawSQL("%s::bigint[]", [list(students)]),
        field=field,
        reason=reason[:200],
        address=address,
    )


def acted(*, acting: Acting, act: str, page: str, target: str = "", address: str = "") -> None:
    """Write one Act row for a form that was acted on; ``target``: the ids in its address."""
    Act.objects.create(
        at=acting.at,
        user_id=acting.user.pk,
        post_id=acting.post.pk,
        organisation_path=acting.post.organisation.path,
        act=act,
        page=page,
        target=target[:60],
        address=address,
    )


def digest(values: Mapping[str, object]) -> str:
    """Fingerprint of what a form sent, for telling a repeat from a change."""
    text = "\n".join(f"{name}={values[name]}" for name in sorted(values))
    return hashlib.sha256(text.encode()).hexdigest()


def claim(*, key: UUID, user_id: int, content: str) -> str | None:
    """Take a form key inside the transaction of the effect.

    Returns None when this request is the first, else where the first one led. A second request
    waits here until the first has committed. Raises OtherContent when the key was used by
    another person or for other values.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO xueji_formkey (key, user_id, digest, location, at)"
            " VALUES (%s, %s, %s, '', now()) ON CONFLICT (key) DO NOTHING",
            [key, user_id, content],
        )
        if cursor.rowcount:
            return None
    used = FormKey.objects.get(pk=key)
    if (used.user_id, used.digest) != (user_id, content):
        raise OtherContent
    return used.location


def answer(*, key: UUID, location: str) -> None:
    """Remember where the answer to a claimed key led."""
    FormKey.objects.filter(pk=key).update(location=location)


def forget_keys(*, before: datetime) -> None:
    """Remove the keys of forms that were acted on so long ago that nobody sends them again."""
    FormKey.objects.filter(at__lt=before).delete()
