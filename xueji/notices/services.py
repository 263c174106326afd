"""Telling the holders of posts what concerns them, in the transaction of the act itself."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.timezone import localdate

from xueji.accounts.access import Acting, posts_in_force
from xueji.notices.models import Notice, Subject
from xueji.rows import one_of


@dataclass(frozen=True, kw_only=True)
class News:
    """What the holders of one post are told: of one case, or of ``count`` together."""

    organisation_id: int
    role: str
    subject: Subject
    case_id: int | None = None
    count: int = 1
    key: str = ""


def tell(news: Iterable[News], *, at: datetime, by_id: int | None = None) -> None:
    """Tell everybody who holds such a post now, but not whoever did it; two queries for any number.

    News with a ``key`` that a post was told before are passed over.
    """
    news = list(news)
    if not news:
        return
    holders: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
    posts = posts_in_force(on=localdate(at)).filter(
        organisation__in={one.organisation_id for one in news}, role__in={one.role for one in news}
    )
    for pk, place, role in posts.exclude(user=by_id).values_list("pk", "organisation", "role"):
        holders[place, role].append(pk)
    Notice.objects.bulk_create(
        (
            Notice(
                post_id=post_id,
                subject=one.subject,
                case_id=one.case_id,
                count=one.count,
                key=one.key,
                at=at,
            )
            for one in news
            for post_id in holders[one.organisation_id, one.role]
        ),
        ignore_conflicts=True,
    )


def settle(case_ids: Iterable[int], *, at: datetime) -> None:
    """What was told of these cases is over: they have moved on."""
    Notice.objects.filter(one_of("case", case_ids), read_at__isnull=True).update(read_at=at)


def read(*, acting: Acting, notice_id: int | None = None) -> int:
    """Mark one notice of this post, or all of them, as read; return how many were not before."""
    unread = Notice.objects.filter(post=acting.post, read_at__isnull=True)
    if notice_id is not None:
        unread = unread.filter(pk=notice_id)
    return unread.update(read_at=acting.at)


def forget(*, before: datetime) -> None:
    """Remove what was told long ago, read or not."""
    Notice.objects.filter(at__lt=before).delete()
