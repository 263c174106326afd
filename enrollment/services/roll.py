"""新生花名册 of an intake: who stands on it, in which copies, on which sheets of paper.

A roll is whole: it is made from one reading of the pupils, or refused.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from django.db.models import Count, F, Prefetch

from enrollment.models import Enrollment
from xueji.cases.kinds import Refused
from xueji.cases.models import ALIVE
from xueji.identity.codes import BOY
from xueji.organisations.models import Level, Organisation, SchoolClass, StageName
from xueji.organisations.queries import Lineage
from xueji.printing.sheets import lines_of, packed
from xueji.rules.engine import Rules
from xueji.students.models import FamilyMember, RegisterType, Status, Student, StudentQuerySet
from xueji.students.queries import NAME_ORDERS

MOST = 1500  # pupils at once; an intake of more is printed class by class
SHEET, LINE, EDGE, LEAST = 150.0, 4.0, 1.7, 6.5  # mm: room for rows, a line, its edges, a row
NO_CLASS = "未分班"

FIELDS = (
    "name sex nation number birth_date entered_on address_text status register_type "
    "sheet__native_place school_class__number school_class__grade"
).split()


@dataclass(frozen=True, kw_only=True)
class Line:
    """One pupil on the roll, with what is computed for the paper."""

    order: int
    student: Student
    native_place: str
    guardian: str
    remark: str

    @property
    def height(self) -> float:
        """Millimetres, by the widths of the columns in templates/print/_roll.html."""
        student = self.student
        most = max(
            lines_of(student.name, 8),
            lines_of(student.get_nation_display(), 4),
            lines_of(self.native_place, 7),
            lines_of(self.guardian, 8),
            lines_of(student.address_text, 16),
            lines_of(self.remark, 5),
        )
        return max(LEAST, most * LINE + EDGE)


@dataclass(frozen=True)
class Tally:
    boys: int = 0
    girls: int = 0

    @property
    def all(self) -> int:
        return self.boys + self.girls


@dataclass(frozen=True, kw_only=True)
class Group:
    """A class of the intake, or those who are in none yet."""

    title: str
    lines: list[Line]

    @property
    def tally(self) -> Tally:
        boys = sum(line.student.sex == BOY for line in self.lines)
        return Tally(boys=boys, girls=len(self.lines) - boys)


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One sheet of a class; the last one carries the tally."""

    number: int
    group: Group
    lines: list[Line]
    is_last: bool


@dataclass(frozen=True, kw_only=True)
class Roll:
    """Everybody, by class; the cover is sheet 1 of ``of``."""

    groups: list[Group]
    sheets: list[Sheet] = field(default_factory=list)

    @property
    def of(self) -> int:
        return len(self.sheets) + 1

    @property
    def tally(self) -> Tally:
        tallies = [group.tally for group in self.groups]
        return Tally(sum(one.boys for one in tallies), sum(one.girls for one in tallies))

    @property
    def students(self) -> list[int]:
        return [line.student.pk for group in self.groups for line in group.lines]


def intake(school_id: int, entry_year: int) -> StudentQuerySet:
    """The pupils of an intake whose registers stand at the school now."""
    return Student.objects.filter(
        school=school_id, stage=StageName.PRIMARY, entry_year=entry_year, merged_into=None
    )


def years(school_id: int) -> list[int]:
    """The intakes of which somebody is at the school, newest first."""
    rows = Student.objects.filter(school=school_id, stage=StageName.PRIMARY, merged_into=None)
    return list(rows.order_by("-entry_year").values_list("entry_year", flat=True).distinct())


def classes(school_id: int, entry_year: int) -> list[tuple[SchoolClass | None, int]]:
    """The classes of an intake with the pupils of each, in two queries; None: not yet in one."""
    counted = dict(
        intake(school_id, entry_year)
        .order_by()
        .values("school_class")
        .annotate(Count("pk"))
        .values_list("school_class", "pk__count")
    )
    rows = SchoolClass.objects.filter(pk__in=[pk for pk in counted if pk]).order_by("number")
    found: list[tuple[SchoolClass | None, int]] = [(row, counted[row.pk]) for row in rows]
    return [*found, (None, counted[None])] if None in counted else found


def on_the_way(school_id: int, entry_year: int) -> int:
    """How many of an intake are submitted and not yet in the register, so on no roll."""
    rows = Enrollment.objects.filter(case__school=school_id, entry_year=entry_year)
    return rows.filter(case__state__in=ALIVE).count()


def holders(school: Lineage, rules: Rules) -> list[Organisation]:
    """Who keeps a copy: the offices that the rule names and this school has."""
    offices = {
        "school": school.school.organisation,
        "centre": school.at(Level.CENTRE),
        "county": school.county,
    }
    named = [offices[code] for code in rules.value("print.roll_copies")]
    return [office for office in named if office]


def roll(pupils: StudentQuerySet, *, order: str = "") -> Roll:
    """The roll of these pupils in three queries, by class and number, or by a NAME_ORDERS.

    Raises Refused where they are too many to be printed at once: nobody is left out.
    """
    keys = [NAME_ORDERS[order][1]] if order else [F("number").asc(nulls_last=True), "name_order"]
    rows = list(_printed(pupils, keys)[: MOST + 1])
    if len(rows) > MOST:
        raise Refused(f"超过 {MOST} 名，一次印不下，没有打印。请选一个班，逐班打印。")
    groups = [
        Group(title=title, lines=[_line(order, one) for order, one in enumerate(found, start=1)])
        for title, found in groupby(rows, key=lambda one: str(one.school_class or NO_CLASS))
    ]
    return Roll(groups=groups, sheets=list(_sheets(groups)))


def _printed(pupils: StudentQuerySet, keys: list) -> StudentQuerySet:
    """What the roll prints, and nothing of what it does not: no number of a document is read."""
    family = FamilyMember.objects.order_by("position").only("student", "name", "is_guardian")
    return (
        pupils.select_related("sheet", "school_class")
        .prefetch_related(Prefetch("family", queryset=family))
        .only(*FIELDS)
        .order_by(F("school_class__number").asc(nulls_last=True), *keys, "pk")
    )


def _line(order: int, student: Student) -> Line:
    more, family = getattr(student, "sheet", None), list(student.family.all())
    guardian = next((one for one in family if one.is_guardian), family[0] if family else None)
    said = [
        student.get_status_display() if student.status != Status.ENROLLED else "",
        "临时借读" if student.register_type == RegisterType.BORROWED_TEMP else "",
    ]
    return Line(
        order=order,
        student=student,
        native_place=more.native_place if more else "",
        guardian=guardian.name if guardian else "",
        remark="，".join(filter(None, said)),
    )


def _sheets(groups: Sequence[Group]) -> Iterator[Sheet]:
    number = 1  # the cover
    for group in groups:
        parts = packed(group.lines, [line.height for line in group.lines], room=SHEET)
        for place, lines in enumerate(parts, start=1):
            number += 1
            yield Sheet(number=number, group=group, lines=lines, is_last=place == len(parts))
