"""Sessions that know whose they are: one can list them, and end them from the very next request."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db

from xueji.accounts.models import UserSession


class SessionStore(db.SessionStore):
    """Django's database store with a row of our own; what the row says comes from the data."""

    @classmethod
    def get_model_class(cls) -> type[UserSession]:
        return UserSession

    def create_model_instance(self, data: dict[str, Any]) -> UserSession:
        row = cast(UserSession, super().create_model_instance(data))
        row.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        row.started_at, row.seen_at = _moment(data.get("started")), _moment(data.get("seen"))
        row.address, row.agent = data.get("address", ""), data.get("agent", "")
        return row


def _moment(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, tz=UTC) if seconds else None


def end(user_ids: Iterable[int], *, but: str | None = None) -> int:
    """End the sessions of these people, all but the one of that key; how many there were."""
    ended, _ = UserSession.objects.filter(user__in=user_ids).exclude(session_key=but).delete()
    return ended
