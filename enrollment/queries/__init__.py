"""Reading enrollments: the lists of a school, the counts of offices above it."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet

from enrollment.models import ClassMove, Draw, Enrollment, Excess
from numbering import queries as numbering
from xueji.accounts.access import Acting
from xueji.cases.models import Case, CaseForm, CaseQuerySet, Decision, State, Step
from xueji.cases.todos import Todo
from xueji.organisations.models import Level, Organisation, School, SchoolClass, StageName
from xueji.students.models import (
    Attendance,
    Placement,
    PlacementKind,
    Status,
    Student,
    StudentQuerySet,
)

KIND = "enrollment"
BOY = "1"


def of_school(school_id: int) -> CaseQuerySet:
    return Case.objects.filter(kind=KIND, school=school_id)


def own(acting: Acting, number: str) -> Case | None:
    """A case of this very post, in whatever state; what another post opened is not found."""
    post = acting.post
    return (
        of_school(post.organisation_id)
        .filter(number=number, opened_post__role=post.role)
        .select_related("opened_post", "waiting_at", "school__organisation", "student")
        .first()
    )


def typed(case: Case) -> CaseForm | None:
    """What was typed last, while the case can still be edited."""
    return CaseForm.objects.filter(case=case).first()


def last_row(acting: Acting, case_id: object) -> tuple[Case | None, Mapping[str, str]]:
    """The pupil whom this post entered before, with what was typed; (None, {}) without one."""
    if not isinstance(case_id, int):
        return None, {}
    form = (
        CaseForm.objects.filter(
            case=case_id,
            case__kind=KIND,
            case__school=acting.post.organisation_id,
            case__opened_post__role=acting.post.role,
        )
        .select_related("case")
        .first()
    )
    return (form.case, form.values.get("row", {})) if form else (None, {})


def return_step(case: Case) -> Step | None:
    """Who sent the case back last, and why."""
    if case.state != State.RETURNED:
        return None
    return returns([case]).get(case.pk)


def returns(cases: Iterable[Case]) -> dict[int, Step]:
    """The last return of each case, in one query."""
    steps = Step.objects.filter(case__in=list(cases), decision=Decision.RETURNED)
    ordered = steps.select_related("organisation", "decided_by").order_by("round")
    return {step.case_id: step for step in ordered}


def entered(school_id: int, entry_year: int) -> int:
    """How many pupils of an intake the school has submitted and not taken back."""
    gone = (State.REFUSED, State.WITHDRAWN, State.REVERSED)
    rows = Enrollment.objects.filter(case__school=school_id, entry_year=entry_year)
    return rows.exclude(case__state__in=gone).count()


# -- a school's own list --------------------------------------------------------------------------
def tallies(school_id: int, role: str) -> dict[str, int]:
    """How many stand in each list of the school, in two queries; drafts only of the own post."""
    own = Q(state=State.DRAFT, opened_post__role=role)
    counts = of_school(school_id).aggregate(
        returned=Count("pk", filter=Q(state=State.RETURNED)),
        draft=Count("pk", filter=own & Q(imported__isnull=True)),
        papers=Count("pk", filter=own & Q(imported__isnull=False)),
        open=Count("pk", filter=Q(state=State.OPEN)),
    )
    return {**counts, "unplaced": without_class(school_id).count()}


def in_list(school_id: int, name: str, role: str) -> CaseQuerySet:
    """Cases of one list; drafts only of the own post, those of an intake (待补材料) apart."""
    is_draft = name in (State.DRAFT, "papers")
    rows = of_school(school_id).filter(state=State.DRAFT if is_draft else name)
    if is_draft:
        rows = rows.filter(opened_post__role=role, imported__isnull=name != "papers")
    return rows.select_related("waiting_at").annotate(saved_at=F("form__saved_at"))


def without_class(school_id: int) -> StudentQuerySet:
    """Approved pupils of the primary stage who wait for a class."""
    return Student.objects.filter(
        school=school_id,
        stage=StageName.PRIMARY,
        school_class__isnull=True,
        status=Status.ENROLLED,
    )


def to_place(acting: Acting) -> Todo | None:
    """待分班 in the school of a post that assigns classes, for its desk."""
    if not acting.may("enrollment.assign"):
        return None
    count = without_class(acting.post.organisation_id).count()
    return (
        Todo(label="待分班", count=count, help="已核准，分班后才能编号", url="enrollment_classes")
        if count
        else None
    )


def years_without_class(school_id: int) -> list[int]:
    """The intakes of which somebody waits for a class."""
    years = without_class(school_id).order_by("entry_year").values_list("entry_year", flat=True)
    return list(years.distinct())


def years_with_classes(school_id: int) -> list[int]:
    """The intakes that have a class, newest first."""
    rows = SchoolClass.objects.filter(
        school=school_id, stage=StageName.PRIMARY, closed_on__isnull=True
    )
    return list(rows.order_by("-entry_year").values_list("entry_year", flat=True).distinct())


def classes(
    school_id: int, entry_year: int, *, stage: str = StageName.PRIMARY
) -> list[tuple[SchoolClass, int]]:
    """The open classes of an intake with the heads in them, in three queries."""
    rows = SchoolClass.objects.filter(
        school=school_id,
        stage=stage,
        entry_year=entry_year,
        closed_on__isnull=True,
    ).order_by("number")
    sizes = heads([row.pk for row in rows])
    return [(row, sizes[row.pk].all) for row in rows]


@dataclass(frozen=True)
class Heads:
    """The size of a class (在校): borrowed-in pupils counted, borrowed-out and 送教上门 not."""

    boys: int = 0
    girls: int = 0

    @property
    def all(self) -> int:
        return self.boys + self.girls


def heads(class_ids: Collection[int]) -> dict[int, Heads]:
    """The size of each class, in two queries."""
    borrowed = Placement.objects.filter(kind=PlacementKind.BORROWED, ends__isnull=True)
    seated = Student.objects.in_class_size()
    own = seated.filter(school_class__in=class_ids).exclude(pk__in=borrowed.values("student"))
    guests = borrowed.filter(school_class__in=class_ids, student__in=seated)
    counted: Counter[tuple[int, bool]] = Counter()
    for rows, sex in ((own, "sex"), (guests, "student__sex")):
        for pk, found, count in (
            rows.order_by()
            .values("school_class")
            .annotate(Count("pk"))
            .values_list("school_class", sex, "pk__count")
        ):
            counted[pk, found == BOY] += count
    return {pk: Heads(boys=counted[pk, True], girls=counted[pk, False]) for pk in class_ids}


def pupils_of(school_class: SchoolClass) -> StudentQuerySet:
    """The pupils 在读 in a class, as far as it is their home."""
    return Student.objects.filter(school_class=school_class, status=Status.ENROLLED)


def home_taught(school_class: SchoolClass) -> int:
    """How many pupils of a class are taught at home and take no seat (NATFULL-6.3)."""
    return pupils_of(school_class).filter(attendance=Attendance.HOME_TAUGHT).count()


def moves_of(school_class: SchoolClass, *, most: int = 50) -> QuerySet[ClassMove]:
    """Who came into or left a class by changing class, the last first."""
    rows = ClassMove.objects.filter(Q(out_of=school_class) | Q(into=school_class))
    rows = rows.select_related("student", "out_of", "into", "moved_by__user")
    return rows.order_by("-pk")[:most]


def granted(class_ids: Collection[int]) -> dict[int, Excess]:
    """The latest consent to a larger class, of each class that has one."""
    rows = Excess.objects.filter(school_class__in=class_ids).order_by("pk")
    return {row.school_class_id: row for row in rows.select_related("granted_by__user")}


def draws(school_id: int, entry_year: int) -> QuerySet[Draw]:
    """The balanced assignments of an intake, the last first."""
    rows = Draw.objects.filter(school=school_id, entry_year=entry_year)
    return rows.select_related("drawn_by__user").order_by("-pk")


# -- what offices above see -----------------------------------------------------------------------
@dataclass(frozen=True)
class SchoolLine:
    """One school: cases on their way by whose turn it is, and pupils who wait."""

    school: Organisation
    at_school: int
    at_centre: int
    at_county: int
    returned: int
    unplaced: int
    unnumbered: int


def schools(path: str) -> QuerySet[Organisation]:
    """Schools with a primary stage at or below ``path``."""
    return Organisation.objects.below(path).filter(
        level=Level.SCHOOL, closed_on__isnull=True, school__stages__stage=StageName.PRIMARY
    )


def by_school(found: Iterable[Organisation]) -> list[SchoolLine]:
    """The lines of some schools, in three queries whatever their number."""
    found = list(found)
    schools = [row.pk for row in found]
    cases = _counted(
        Case.objects.filter(kind=KIND, school__in=schools),
        at_school=Q(state=State.OPEN, waiting_at__level=Level.SCHOOL),
        at_centre=Q(state=State.OPEN, waiting_at__level=Level.CENTRE),
        at_county=Q(state=State.OPEN, waiting_at__level__lt=Level.CENTRE),
        returned=Q(state=State.RETURNED),
    )
    pupils = _counted(
        Student.objects.filter(school__in=schools, stage=StageName.PRIMARY, status=Status.ENROLLED),
        unplaced=Q(school_class__isnull=True),
    )
    ready: Counter[int] = Counter()
    for group in numbering.awaiting(schools):
        if group.stage == StageName.PRIMARY:
            ready[group.school_id] += group.ready
    return [
        SchoolLine(school=row, **cases[row.pk], **pupils[row.pk], unnumbered=ready[row.pk])
        for row in found
    ]


@dataclass(frozen=True)
class Serving:
    """Which places a school serves, and which schools a home or a migrant child may go to."""

    catchment: Sequence[str]  # villages and communities of the school asked about
    schools: Sequence[str]  # whose catchment the home lies in
    designated: Sequence[str]  # of the county, for migrant children


def serving(school: School, address_code: str) -> Serving:
    own = school.catchments.order_by("code").values_list("name", flat=True)
    open_schools = School.objects.filter(county=school.county_id, organisation__closed_on=None)
    named = open_schools.order_by("organisation__path").values_list("organisation__name", flat=True)
    home = named.filter(catchments__code=address_code) if address_code else named.none()
    return Serving(list(own), list(home), list(named.filter(designated_for_borrowed=True)))


def _counted(rows: QuerySet, **conditions: Q) -> Mapping[int, dict[str, int]]:
    """School → how many of its rows fulfil each condition; zeros for a school without rows."""
    none = dict.fromkeys(conditions, 0)
    counted: defaultdict[int, dict[str, int]] = defaultdict(lambda: none)
    counts = {name: Count("pk", filter=condition) for name, condition in conditions.items()}
    for school, *values in (
        rows.order_by().values("school").annotate(**counts).values_list("school", *conditions)
    ):
        counted[school] = dict(zip(conditions, values, strict=True))
    return counted
