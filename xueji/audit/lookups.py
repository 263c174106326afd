"""How often somebody may ask for children outside the own reach: counted over all pages."""

from collections.abc import Collection
from datetime import timedelta

from django.db.models import F, Func

from xueji.accounts.access import Acting
from xueji.audit.models import Access, AccessKind


def too_many(foreign: Collection[int], *, limit: int, acting: Acting) -> str:
    """Why no more foreign children are told now, or ""; those told within the hour still are."""
    if not foreign:
        return ""
    told = (
        Access.objects.filter(
            user_id=acting.user.pk,
            kind=AccessKind.LOOKUP,
            at__gt=acting.at - timedelta(hours=1),
        )
        .annotate(student=_Each(F("students")))
        .values_list("student", flat=True)
        .distinct()
    )
    before: set[int] = set(told[: 10 * limit])
    if set(foreign) <= before or len(before) < limit:
        return ""
    return (
        f"一小时内查到外单位学生已达 {limit} 名，暂不再答复。"
        "请过一小时再试；急需核对的，请与教育局联系。"
    )


class _Each(Func):
    """One row per element of an array."""

    function = "unnest"
    set_returning = True
