"""Writing audited rows: every change is signed with person, post, time and reason.

Django's own bulk writes and ``QuerySet.update`` leave no history, so services write audited
models only through here.
"""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from django.db import models
from simple_history.utils import (
    bulk_create_with_history,
    bulk_update_with_history,
    get_history_model_for_model,
)

from xueji.accounts.access import Acting

Row = TypeVar("Row", bound=models.Model)
BATCH = 500


def create(rows: Iterable[Row], *, acting: Acting, reason: str) -> list[Row]:
    """Insert rows of one model with their history; return them with their ids."""
    rows = list(rows)
    if not rows:
        return []
    return bulk_create_with_history(
        rows,
        type(rows[0]),
        batch_size=BATCH,
        default_user=acting.user,
        default_change_reason=reason,
        default_date=acting.at,
        custom_historical_attrs={"history_post_id": acting.post.pk},
    )


def update(rows: Iterable[Row], *, fields: Sequence[str], acting: Acting, reason: str) -> None:
    """Write ``fields`` of already locked rows with their history."""
    rows = list(rows)
    if rows:
        bulk_update_with_history(
            rows,
            type(rows[0]),
            list(fields),
            batch_size=BATCH,
            default_user=acting.user,
            default_change_reason=reason,
            default_date=acting.at,
            custom_historical_attrs={"history_post_id": acting.post.pk},
        )


def delete(rows: Iterable[Row], *, acting: Acting, reason: str) -> None:
    """Remove rows on which nothing depends; their history ends with a signed row."""
    rows = list(rows)
    if not rows:
        return
    model = type(rows[0])
    record = get_history_model_for_model(model)
    record.objects.bulk_create(
        record(
            history_type="-",
            history_date=acting.at,
            history_user=acting.user,
            history_post=acting.post,
            history_change_reason=reason,
            **{field.attname: getattr(row, field.attname) for field in record.tracked_fields},
        )
        for row in rows
    )
    # not .delete(): the package would write a second, unsigned history row
    removed = model._default_manager.filter(pk__in=[row.pk for row in rows])
    removed._raw_delete(removed.db)
