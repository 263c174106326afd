"""Reading enrollments: a case as its maker sees it, the lists of a school, and what lies beside."""

from collections.abc import Iterable, Mapping

from django.db.models import Count, F, Q

from enrollment.models import Enrollment
from enrollment.queries.offices import SchoolLine, Serving, by_school, schools, serving
from enrollment.queries.placing import (
    Heads,
    classes,
    draws,
    granted,
    heads,
    home_taught,
    moves_of,
    pupils_of,
    to_place,
    without_class,
    years_with_classes,
    years_without_class,
)
from xueji.accounts.access import Acting
from xueji.cases.models import Case, CaseForm, CaseQuerySet, Decision, State, Step

__all__ = [
    "Heads",
    "SchoolLine",
    "Serving",
    "by_school",
    "classes",
    "draws",
    "entered",
    "granted",
    "heads",
    "home_taught",
    "in_list",
    "last_row",
    "moves_of",
    "of_school",
    "pupils_of",
    "return_step",
    "returns",
    "schools",
    "serving",
    "tallies",
    "to_place",
    "typed",
    "without_class",
    "years_with_classes",
    "years_without_class",
]


def of_school(school_id: int) -> CaseQuerySet:
    return Case.objects.filter(kind=Enrollment.KIND, school=school_id)


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
            case__kind=Enrollment.KIND,
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
