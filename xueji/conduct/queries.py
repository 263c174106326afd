"""Questions about rewards and sanctions, for workflows and pages."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from xueji.conduct.models import Conduct, ConductQuerySet, Kind


def open_sanctions(student_ids: Iterable[int], *, on: date) -> ConductQuerySet:
    """Sanctions in force on a day, of any of the pupils: given by then, and not revoked by then."""
    return (
        Conduct.objects.standing()
        .filter(Q(revoked_on__isnull=True) | Q(revoked_on__gt=on))
        .filter(student__in=student_ids, kind=Kind.SANCTION, given_on__lte=on)
        .order_by("given_on", "pk")
    )
