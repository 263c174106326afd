"""The days of a calendar year that differ from their weekday: one list for the whole tree."""

from collections.abc import Sequence

from django.db import transaction

from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.establishment import rules
from xueji.establishment.models import ActKind
from xueji.establishment.rules import Day
from xueji.establishment.services.common import (
    Unchanged,
    Unfit,
    compare,
    keep,
    of_reason,
    require_latest,
)
from xueji.organisations.models import Holiday, Organisation

ACT = "organisations.holidays"


@transaction.atomic
def set_holidays(*, year: int, days: Sequence[Day], seen: int, reason: str, acting: Acting) -> int:
    """Make the special days of a year exactly these; return how many there are.

    Deadlines that were set already stay. Raises PermissionDenied, Outdated, Unfit and Unchanged.
    """
    access.require(acting, ACT, acting.post.organisation_id)
    office = Organisation.objects.select_for_update(no_key=True, of=("self",)).get(
        pk=acting.post.organisation_id
    )
    require_latest(office.pk, seen)
    rows = Holiday.objects.filter(date__year=year)
    before = {row.date.isoformat(): str(Day(row.date, row.working, row.name)) for row in rows}
    after = {day.date.isoformat(): str(day) for day in days}
    changes = compare(before, after, {})
    if not changes:
        raise Unchanged
    problems = [*rules.of_days(year, days), *of_reason(reason)]
    if problems:
        raise Unfit(problems)
    rows.delete()
    Holiday.objects.bulk_create(
        Holiday(date=day.date, working=day.working, name=day.name) for day in days
    )
    keep(office, ActKind.CALENDAR, acting=acting, changes=changes, reason=reason)
    return len(days)
