"""Reading enrollments: the lists of a school, the counts of offices above it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet

from enrollment.models import Enrollment
from numbering import queries as numbering
from xueji.accounts.access import Acting
from xueji.cases.models import Case, CaseForm, CaseQuerySet, Decision, State, Step
from xueji.cases.todos import Todo
from xueji.organisations.models import Level, Organisation, SchoolClass, StageName
from xueji.students.models import Status, Student, StudentQuerySet

KIND = "enrollment"


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
    counts = of_school(school_id).aggregate(
        returned=Count("pk", filter=Q(state=State.RETURNED)),
        draft=Count("pk", filter=Q(state=State.DRAFT, opened_post__role=role)),
        open=Count("pk", filter=Q(state=State.OPEN)),
    )
    return {**counts, "unplaced": without_class(school_id).count()}


def in_state(school_id: int, state: str, role: str) -> CaseQuerySet:
    rows = of_school(school_id).filter(state=state)
    if state == State.DRAFT:
        rows = rows.filter(opened_post__role=role)
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


def classes(school_id: int, entry_year: int) -> list[tuple[SchoolClass, int]]:
    """The classes of an intake with the heads in them, in two queries."""
    rows = SchoolClass.objects.filter(
        school=school_id,
        stage=StageName.PRIMARY,
        entry_year=entry_year,
        closed_on__isnull=True,
    ).order_by("number")
    heads = dict(
        Student.objects.filter(school_class__in=rows, status=Status.ENROLLED)
        .values_list("school_class")
        .annotate(Count("pk"))
    )
    return [(row, heads.get(row.pk, 0)) for row in rows]


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
