"""What an order (建制调整) would meet at a school, and what a rule set reaches at an office."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from xueji.accounts.access import Acting
from xueji.cases.models import ALIVE, Case, State, Step
from xueji.cases.todos import Todo
from xueji.establishment.models import Order, OrderKind, OrderState
from xueji.organisations.models import (
    Level,
    Organisation,
    School,
    SchoolClass,
    StageName,
    within,
)
from xueji.organisations.queries import school_year
from xueji.rules.engine import RuleSet, rule_set
from xueji.students.models import Placement, PlacementKind, Student

SHOWN = 20  # open cases listed


def open_cases(school: School, school_class: SchoolClass | None = None) -> QuerySet[Case]:
    """Cases that still wait and touch the school: its own, its pupils', and those it must sign.

    Of one class those of its pupils.
    """
    if school_class:
        own = Case.objects.filter(state__in=ALIVE, student__school_class=school_class)
        return own.order_by("due_on", "pk")
    unsigned = Step.objects.filter(
        case=OuterRef("pk"), decision__isnull=True, organisation=school.pk
    )
    return (
        Case.objects.filter(state__in=ALIVE)
        .filter(Q(school=school) | Q(student__school=school) | Exists(unsigned))
        .order_by("due_on", "pk")
    )


def entangled(school: School) -> QuerySet[Case]:
    """Of these the ones that another school has a part in: a move cannot take them along."""
    elsewhere = Step.objects.filter(case=OuterRef("pk"), organisation__level=Level.SCHOOL).exclude(
        organisation=school.pk
    )
    return open_cases(school).filter(
        ~Q(school=school)
        | Q(student__school__isnull=False) & ~Q(student__school=school)
        | Exists(elsewhere)
    )


def borrowed(school: School, school_class: SchoolClass | None = None) -> QuerySet[Placement]:
    """Pupils of other schools who borrow their studies here.

    Of one class its guests, and who of it borrows them elsewhere.
    """
    rows = Placement.objects.filter(kind=PlacementKind.BORROWED, ends__isnull=True).order_by("pk")
    if school_class:
        return rows.filter(Q(school_class=school_class) | Q(student__school_class=school_class))
    return rows.filter(school=school)


def pupils(school: School, school_class: SchoolClass | None = None) -> QuerySet[Student]:
    """Everybody whose register is kept at the school, whatever the state of the register."""
    rows = Student.objects.filter(school=school)
    return rows.filter(school_class=school_class) if school_class else rows


def open_classes(school_id: int) -> QuerySet[SchoolClass]:
    rows = SchoolClass.objects.filter(school=school_id, closed_on=None)
    return rows.order_by("grade", "number")


@dataclass(frozen=True, kw_only=True)
class Present:
    """What stands at the school, or in the class, now."""

    school_class: SchoolClass | None
    pupils: int
    by_grade: list[tuple[str, int, int]]  # stage, grade, heads
    classes: list[SchoolClass]
    cases: list[Case]
    cases_count: int
    entangled: int
    borrowed: int


def present(school: School, school_class: SchoolClass | None = None) -> Present:
    """At the school, or in one class of it; in a fixed number of queries."""
    grades = list(
        pupils(school, school_class)
        .values_list("stage", "grade")
        .annotate(heads=Count("pk"))
        .order_by("grade", "stage")
    )
    classes = open_classes(school.pk)
    found = open_cases(school, school_class)
    return Present(
        school_class=school_class,
        pupils=sum(heads for *_, heads in grades),
        by_grade=[(StageName(stage).label, grade, heads) for stage, grade, heads in grades],
        classes=list(classes.filter(pk=school_class.pk) if school_class else classes),
        cases=list(found.select_related("waiting_at")[:SHOWN]),
        cases_count=found.count(),
        entangled=0 if school_class else entangled(school).count(),
        borrowed=borrowed(school, school_class).count(),
    )


def orders_in_the_way(school: School, into: Organisation | None) -> QuerySet[Order]:
    """Waiting orders after which this one would find a school gone, or elsewhere.

    A common destination is none: any number of schools come to one centre, or into one school.
    """
    ends = [school.pk, into.pk] if into else [school.pk]
    return Order.objects.filter(state=OrderState.WAITING).filter(
        Q(school__in=ends) | Q(into=school.pk)
    )


def ending(school_id: int) -> Order | None:
    """The waiting order by which the school is to be merged or closed."""
    kinds = (OrderKind.MERGE, OrderKind.CLOSE)
    return Order.objects.filter(state=OrderState.WAITING, school=school_id, kind__in=kinds).first()


def comers(into: Organisation, name: str) -> QuerySet[Order]:
    """Waiting orders that bring a school of this name below the office."""
    return Order.objects.filter(
        state=OrderState.WAITING, kind=OrderKind.MOVE, into=into, school__organisation__name=name
    )


def paths_of(office: Organisation) -> list[str]:
    """Where the office is in the tree, and where it was before each order that moved it."""
    moves = Order.objects.filter(school=office.pk, kind=OrderKind.MOVE, state=OrderState.DONE)
    return [office.path, *moves.order_by("pk").values_list("from_path", flat=True)]


def stuck(acting: Acting) -> Todo | None:
    """Orders whose day has come and that something stands in the way of, for their county."""
    if not acting.may("organisations.order"):
        return None
    rows = Order.objects.filter(county=acting.post.organisation_id, state=OrderState.WAITING)
    count = rows.exclude(problem="").count()
    if not count:
        return None
    return Todo(
        label="建制调整没有执行成",
        count=count,
        help="到了生效的日子，学校还有在办的业务或学生；文件页写明还差什么",
        url="orders",
        query="?state=waiting",
        unit="个",
    )


def unconnected(acting: Acting) -> Todo | None:
    """Schools that wait for the county's 入网 act."""
    if not acting.may("organisations.keep"):
        return None
    count = School.objects.filter(
        within(acting.post.organisation.path, "organisation__path"),
        organisation__closed_on__isnull=True,
        connected_on__isnull=True,
    ).count()
    if not count:
        return None
    return Todo(
        label="还没有入网的学校",
        count=count,
        help="核对资料，核准入网以后才能办理业务",
        url="organisations",
        query="?unconnected=1",
        unit="所",
    )


def without_calendar(acting: Acting) -> Todo | None:
    """The county's school year of today, while its calendar is not typed."""
    county = acting.post.organisation
    if not acting.may("organisations.keep") or county.level != Level.COUNTY:
        return None
    year = school_year(county, acting.today)
    if year and year.ends_on >= acting.today:
        return None
    return Todo(
        label="本学年的校历还没有填",
        count=1,
        help="学年、学期和入学年龄按校历算；没有填的，先填起止日期",
        url="calendar",
        unit="个学年",
    )


def orders_of(office: Organisation) -> QuerySet[Order]:
    """Orders by which a school left or joined this office, or was changed itself."""
    own = Q(school=office.pk) | Q(into=office.pk) | Q(former_id=office.pk)
    rows = Order.objects.filter(Q(county=office.pk) if office.level == Level.COUNTY else own)
    return rows.select_related("entered_by__user", "ended_by__user").order_by("-pk")


@dataclass(frozen=True)
class InForce:
    """The rule set of an office, and the office that names it."""

    rules: RuleSet
    named_by: Organisation


def rules_of(offices: Sequence[Organisation]) -> InForce | None:
    """Of the nearest office of the line that names a set; the line comes top first."""
    named_by = next((office for office in reversed(offices) if office.rule_set), None)
    return InForce(rule_set(named_by.rule_set), named_by) if named_by else None


@dataclass(frozen=True, kw_only=True)
class Reached:
    """Who works by what an office names: all below it, but for offices that name their own."""

    schools: list[Organisation]  # the first of them
    schools_count: int
    own: list[InForce]  # offices below that name their own
    open: int  # cases that keep the rules of their submission
    unsent: int  # drafts and returned cases, judged anew when they are sent


def reached(office: Organisation) -> Reached:
    """Of the offices and schools that are not closed; a fixed number of queries."""
    below = Organisation.objects.below(office.path).filter(closed_on=None)
    own = list(below.exclude(pk=office.pk).exclude(rule_set="").order_by("path"))
    schools = below.filter(level=Level.SCHOOL)
    for one in own:
        schools = schools.exclude(within(one.path, "path"))
    unsent = (State.DRAFT, State.RETURNED)
    cases = Case.objects.filter(school__in=schools.values("pk"), state__in=(State.OPEN, *unsent))
    heads = cases.aggregate(
        open=Count("pk", filter=Q(state=State.OPEN)),
        unsent=Count("pk", filter=Q(state__in=unsent)),
    )
    return Reached(
        schools=list(schools.order_by("path")[:SHOWN]),
        schools_count=schools.count(),
        own=[InForce(rule_set(one.rule_set), one) for one in own],
        **heads,
    )
