"""The tree as a list: one level at a time, or whatever a search finds; bounded at any size."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Substr

from xueji.accounts.access import Acting
from xueji.organisations.models import LABEL, Level, Organisation, School

ORDER = ("level", "initials", "id")
WORDS, LETTERS = 4, 20  # of what was typed, so much is looked at


@dataclass(frozen=True)
class Line:
    """One row: an office with the number of working schools below it."""

    office: Organisation
    schools: int

    @property
    def school(self) -> School | None:
        return getattr(self.office, "school", None)


def rows(
    acting: Acting, at: Organisation, typed: str, *, closed: bool, unconnected: bool = False
) -> QuerySet[Organisation]:
    """What stands directly below ``at``; with words, whatever below it they mean.

    ``unconnected``: the schools anywhere below that wait for the county's 入网 act.
    """
    found = Organisation.objects.below(at.path).exclude(pk=at.pk)
    words = [word[:LETTERS] for word in typed.split()[:WORDS]]
    if unconnected:
        found = found.filter(school__isnull=False, school__connected_on=None)
    elif not words:
        found = found.filter(parent=at)
    for word in words:
        found = found.filter(_meant(word))
    if not closed:
        found = found.filter(closed_on=None)
    return found.select_related("school", "parent").prefetch_related("school__stages")


def _meant(word: str) -> Q:
    """A name, the initials of one, a school code, a school id, the beginning of a division."""
    if word.isascii() and word.isalpha():
        return Q(initials__contains=word.lower())
    if word.isascii() and word.isdigit():
        return (
            Q(school__code=word)
            | Q(school__identifier=word)
            | Q(division_code__startswith=word)
            | Q(name__contains=word)
        )
    return Q(name__contains=word)


def lines(found: list[Organisation], at: Organisation) -> list[Line]:
    """The rows with their schools counted, in one query over the range of ``at``."""
    counts: dict[str, int] = {}
    for level in {office.level for office in found if office.level < Level.SCHOOL}:
        length = next(len(office.path) for office in found if office.level == level)
        counts |= dict(
            Organisation.objects.below(at.path)
            .filter(level=Level.SCHOOL, closed_on=None)
            .annotate(top=Substr("path", 1, length))
            .order_by()
            .values_list("top")
            .annotate(Count("pk"))
        )
    return [
        Line(office, counts.get(office.path, 0) if office.level < Level.SCHOOL else 0)
        for office in found
    ]


def above(acting: Acting, office: Organisation) -> list[tuple[Organisation, bool]]:
    """The line of offices down to this one, and whether the post reaches each."""
    line = Organisation.objects.above(office.path)
    return [(one, len(one.path) >= _reach(acting)) for one in line]


def _reach(acting: Acting) -> int:
    return max(len(acting.post.organisation.path), LABEL)
