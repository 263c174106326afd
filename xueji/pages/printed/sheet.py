"""学生基本信息表: the national sheet of one pupil, item by item, as rows of a paper form.

It shows what the page of the pupil shows: medical items to the same posts, numbers masked unless
they were asked for with a purpose.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from xueji.organisations.models import School
from xueji.printing import grid
from xueji.printing.sheets import lines_of
from xueji.students import sheet as national
from xueji.students.models import FamilyMember, Student, StudentSheet
from xueji.students.showing import Line, shown

PLACES = 3  # in a row, each a label and a value
BESIDE_PHOTO = 5
SPANS = {
    "hukou_text": 2,
    "specialty": 2,
    "address_text": 3,
    "mail_address": 3,
    "family_address": 2,
    "email": 2,
    "homepage": 3,
    "workplace": 2,
    "position_held": 3,
}
NARROW = 9  # Chinese characters on a line of one place; more than two lines of it take two places
SHORT = {"上下学交通": "交通"}  # a title of one row stands upright in it
MEMBERS = 2  # on the sheet; one who is not known is written in by hand


class Block(NamedTuple):
    """A group of the sheet with its title and rows."""

    title: str
    rows: list[list[grid.Cell[Line]]]


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The paper of one pupil."""

    student: Student
    school: School
    blocks: list[Block]


def sheet(
    student: Student,
    more: StudentSheet | None,
    family: Sequence[FamilyMember],
    *,
    school: School,
    medical: bool,
    whole: bool,
) -> Sheet:
    """The sheet as it is printed; without queries once ``school`` has its organisation."""
    groups = [
        (group.title, group.lines)
        for group in shown(student, more, family, medical=medical, whole=whole)
    ]
    groups += [(f"家庭成员{place}", _blank()) for place in range(len(family) + 1, MEMBERS + 1)]
    blocks = [
        Block(SHORT.get(title, title), rows(lines, beside=0 if place else BESIDE_PHOTO))
        for place, (title, lines) in enumerate(groups)
    ]
    return Sheet(student=student, school=school, blocks=blocks)


def rows(lines: Sequence[Line], *, beside: int = 0) -> list[list[grid.Cell[Line]]]:
    """Lines as rows of the form; the first ``beside`` leave room for the photo."""
    wanted = [(line, SPANS.get(line.field) or _places(line.text)) for line in lines]
    return grid.rows(wanted, places=PLACES, beside=beside)


def _places(text: str) -> int:
    """A long name or birth place is not broken into a column of short lines."""
    return 2 if lines_of(text, NARROW) > 2 else 1


def _blank() -> list[Line]:
    return [
        Line(item.number, item.label, "", item.data_class, item.field, item.required)
        for item in national.FAMILY
    ]
