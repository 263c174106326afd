"""Who holds or held a number, present or past."""

from numbering.models import RegisterNumber
from xueji.identity import idnumbers
from xueji.organisations.models import within

LONGEST = 40


def holders(typed: str, *, path: str) -> list[RegisterNumber]:
    """Every issue of the number as typed, oldest first; [] for one that is out of reach.

    In reach is what a school at or below ``path`` issued, and every number, wherever issued, of
    a pupil who is there now.
    """
    number = idnumbers.normalise(typed[:LONGEST])
    if not number:
        return []
    return list(
        RegisterNumber.objects.filter(number=number)
        .filter(within(path, "series__unit__organisation__path") | within(path, "holder__org_path"))
        .select_related("holder", "series__unit__organisation", "ended_case", "renumbered__taken")
        .order_by("starts", "pk")
    )
