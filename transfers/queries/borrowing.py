"""Reading borrowed study: who is a guest where, who is away, what is under way."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import OuterRef, Q, QuerySet, Subquery

from transfers.models import Borrowing, BorrowingChange
from xueji.accounts.access import Acting
from xueji.cases.models import ALIVE, Case, State
from xueji.cases.todos import Todo
from xueji.organisations.models import School, within
from xueji.students.guests import guests
from xueji.students.models import Placement, PlacementKind, PlacementQuerySet, Student

KIND, OUT = "borrowing", "borrowing_out"
END, CONVERSION = "borrowing_end", "borrowing_regular"
KINDS = (KIND, OUT, END, CONVERSION)

# what the list of cases may be narrowed to → its word and condition
STATES = {
    "alive": ("办理中", Q(state__in=ALIVE)),
    "done": ("已办结", Q(state=State.DONE)),
    "ended": ("不同意、撤回、撤销", Q(state__in=(State.REFUSED, State.WITHDRAWN, State.REVERSED))),
}


@dataclass(frozen=True, kw_only=True)
class Guest:
    """One who borrows studies, as lists and the roll show."""

    placement: Placement
    student: Student
    home: str  # the school that keeps the register, with its office where it is outside
    host: str  # likewise
    until: date | None
    number: str  # of the case, "" where the register came by another

    @property
    def is_temporary(self) -> bool:
        return self.placement.kind == PlacementKind.HOME


def here(acting: Acting) -> PlacementQuerySet:
    """Guests of the schools in reach (借入)."""
    return _loaded(guests().within(acting.post.organisation.path))


def away(acting: Acting) -> PlacementQuerySet:
    """Pupils of the schools in reach who are guests of another (借出)."""
    path = acting.post.organisation.path
    return _loaded(guests().filter(within(path, "student__org_path"), kind=PlacementKind.BORROWED))


def to_see_to(acting: Acting) -> Todo | None:
    """For the desk of a host school's clerk: guests past the day they were expected to leave."""
    if not acting.may("borrowing.start"):
        return None
    own, today = acting.post.organisation_id, acting.today
    count = guests().filter(school=own, case__borrowing__until__lt=today).count()
    if not count:
        return None
    return Todo(
        label="借读已过预计日期",
        count=count,
        help="回原学校的，办借读结束；继续借读的不用另办",
        url="borrowing",
    )


def _loaded(rows: PlacementQuerySet) -> PlacementQuerySet:
    """With all a line shows; ``under_way`` is the number of the case that is to end it."""
    under_way = Case.objects.filter(
        student=OuterRef("student"), kind__in=(END, CONVERSION), state__in=ALIVE
    )
    return rows.annotate(under_way=Subquery(under_way.values("number")[:1])).select_related(
        "school__organisation",
        "school_class",
        "student__school__organisation",
        "student__school_class",
        "case__borrowing",
    )


def lines(rows: Iterable[Placement]) -> list[Guest]:
    """What to show of loaded places, without a query."""
    found = []
    for place in rows:
        borrowing = _borrowing(place.case)
        home = str(place.student.school.organisation)
        if place.kind == PlacementKind.HOME:
            home = "未登记" if borrowing is None else outside(borrowing)
        found.append(
            Guest(
                placement=place,
                student=place.student,
                home=home,
                host=place.where if place.school_id or borrowing is None else outside(borrowing),
                until=borrowing.until if borrowing else None,
                number=place.case.number if place.case and borrowing else "",
            )
        )
    return found


def outside(borrowing: Borrowing) -> str:
    return f"{borrowing.outside_school}（{borrowing.outside_office}）"


def _borrowing(case: Case | None) -> Borrowing | None:
    try:
        return case.borrowing if case else None
    except ObjectDoesNotExist:
        return None


def cases(acting: Acting) -> QuerySet[Case]:
    """What was submitted of borrowed study, to which the post is a party."""
    return (
        Case.objects.visible_to(acting.post)
        .filter(kind__in=KINDS)
        .exclude(state=State.DRAFT)
        .select_related("waiting_at", "school__organisation")
    )


def of_case(case: Case) -> Borrowing:
    return (
        Borrowing.objects.select_related(
            "case",
            "home_school__organisation",
            "home_school__county",
            "host_school__organisation",
            "home__school_class",
            "school_class",
        )
        .filter(pk=case.pk)
        .get()
    )


def change_of(case: Case) -> BorrowingChange:
    return (
        BorrowingChange.objects.select_related(
            "placement__school__organisation",
            "placement__school_class",
            "placement__student__school__organisation",
            "placement__case__borrowing__home_school__organisation",
        )
        .filter(pk=case.pk)
        .get()
    )


def asked(cases: Sequence[Case]) -> dict[int, School]:
    """The home school of each, which has to agree (`cases.veil`)."""
    rows = Borrowing.objects.filter(case__in=cases, home_school__isnull=False)
    rows = rows.exclude(case__state__in=(State.DONE, State.REVERSED))
    return {
        row.pk: row.home_school
        for row in rows.select_related("home_school__organisation", "home_school__county")
    }


def guest(acting: Acting, pk: int) -> Placement | None:
    """A guest of the acting school, or one of its pupils who is a guest outside the register."""
    own = acting.post.organisation_id
    lent = away(acting).filter(pk=pk, school__isnull=True, student__school=own)
    return here(acting).filter(pk=pk, school=own).first() or lent.first()


def is_guest_here(case: Case, acting: Acting) -> bool:
    """Whether the pupil of the case is a guest in the reach of this post now."""
    return here(acting).filter(student=case.student_id).exists()


def school(acting: Acting, pk: int) -> School | None:
    """A school in reach, whose roll may be printed."""
    path = acting.post.organisation.path
    return (
        School.objects.filter(within(path, "organisation__path"), pk=pk)
        .select_related("organisation", "county")
        .first()
    )


def roll(one: School) -> list[Guest]:
    """The guests of a school, by class and name."""
    rows = _loaded(guests().filter(school=one.pk))
    return lines(rows.order_by("grade", "school_class__number", "student__name_order", "pk"))
