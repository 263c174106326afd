"""What the preview and the signed list of a balanced assignment say of each class."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from enrollment.models import DrawClass, DrawPlace
from enrollment.services.draw import KEYS
from xueji.identity.codes import BOY
from xueji.organisations.models import SchoolClass

COLUMNS = 3  # pupils side by side on paper


@dataclass(frozen=True, kw_only=True)
class Line:
    """One class: who sat there, who comes, and the figures by which evenness is judged."""

    school_class: SchoolClass
    before: int
    places: Sequence[DrawPlace]
    boys: int
    girls: int
    months: float | None  # mean age of those who come, on 31 August
    migrants: int
    village: int  # most of them from one village or community

    @property
    def heads(self) -> int:
        return self.before + len(self.places)

    @property
    def rows(self) -> list[list[DrawPlace]]:
        """The list in columns read downwards, as it is printed."""
        height = -(-len(self.places) // COLUMNS)
        return [list(self.places[start::height]) for start in range(height)]


def lines(
    classes: Iterable[DrawClass], places: Iterable[DrawPlace], *, entry_year: int
) -> list[Line]:
    places = list(places)
    found = []
    for row in classes:
        own = [place for place in places if place.school_class_id == row.school_class_id]
        boys = sum(place.sex == BOY for place in own)
        villages = Counter(place.hukou for place in own if place.hukou)
        found.append(
            Line(
                school_class=row.school_class,
                before=row.boys + row.girls,
                places=own,
                boys=row.boys + boys,
                girls=row.girls + len(own) - boys,
                months=fmean(_months(place.birth, entry_year) for place in own) if own else None,
                migrants=sum(place.migrant for place in own),
                village=max(villages.values(), default=0),
            )
        )
    return found


def _months(birth: str, entry_year: int) -> int:
    year, month = birth.split("-")
    return (entry_year - int(year)) * 12 + 8 - int(month)


def key_labels(keys: Iterable[str]) -> str:
    """性别、出生月份: what was spread, in words."""
    return "、".join(["性别", *(KEYS[key][0] for key in KEYS if key in keys)])
