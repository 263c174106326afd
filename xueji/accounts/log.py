"""What happens to accounts is written down in the transaction of the act, and never changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from xueji.accounts.models import AccountEvent, Happened, User
from xueji.organisations.models import Organisation


def note(
    kind: Happened,
    account: User | None,
    *,
    at: datetime,
    acting: Any = None,
    address: str = "",
    note: str = "",
) -> None:
    """One event; without ``acting`` it is the account's own, without an account nobody's."""
    AccountEvent.objects.create(
        at=at,
        kind=kind,
        account_id=account.pk if account else None,
        user_id=acting.user.pk if acting else account.pk if account else None,
        post_id=acting.post.pk if acting else None,
        organisation_path=account.home.path if account and account.home_id else "",
        address=address,
        note=note[:200],
    )


def note_all(kind: Happened, accounts: Sequence[User], *, at: datetime) -> None:
    """The same event for many accounts, by nobody."""
    homes = Organisation.objects.filter(pk__in={account.home_id for account in accounts})
    paths = dict(homes.values_list("pk", "path"))
    AccountEvent.objects.bulk_create(
        AccountEvent(
            at=at,
            kind=kind,
            account_id=account.pk,
            organisation_path=paths.get(account.home_id, ""),
        )
        for account in accounts
    )
