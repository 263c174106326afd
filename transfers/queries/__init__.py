"""Reading transfers: who goes, who comes, who waits for a place or for the receipt."""

from collections.abc import Sequence
from functools import reduce
from operator import or_

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from transfers.models import Transfer
from xueji.accounts.access import Acting
from xueji.cases import queries as cases
from xueji.cases.models import ALIVE, Case, CaseForm, Decision, State, Step
from xueji.organisations.models import (
    Level,
    Organisation,
    School,
    SchoolClass,
    Stage,
    within,
)
from xueji.students.models import Placement, PlacementKind, Status, Student, StudentQuerySet
from xueji.students.queries import visible
from xueji.students.search import search

KIND = "transfer"
MOST_FOUND = 20  # pupils or schools offered for what was typed

TO_PLACE = Q(case__approved=True)  # only the receiving school's own signatures are missing
# who has come back waits for nothing any more, also when gone again since
_SINCE = Placement.objects.filter(
    student=OuterRef("case__student"), kind=PlacementKind.HOME, pk__gt=OuterRef("former")
).exclude(case__state=State.REVERSED)
HOLDING = Q(receipt_open=True, case__student__status=Status.TRANSFERRED) & ~Exists(_SINCE)

# what a list may be narrowed to → its word and condition
STATES = {
    "alive": ("办理中", Q(case__state__in=ALIVE)),
    "to_place": ("已核准待接收", TO_PLACE),
    "done": ("已办结", Q(case__state=State.DONE)),
    "ended": (
        "不同意、撤回、撤销",
        Q(case__state__in=(State.REFUSED, State.WITHDRAWN, State.REVERSED)),
    ),
}


def rows() -> QuerySet[Transfer]:
    """Transfers with all a line of a list shows; whether the approval is through."""
    return Transfer.objects.select_related(
        "case__waiting_at",
        "from_school__organisation",
        "from_school__county",
        "to_school__organisation",
    ).annotate(
        to_place=TO_PLACE,
        file_sent=F("paper_file__sent_on"),
        file_received=F("paper_file__received_on"),
    )


def of_sides(acting: Acting, *sides: str) -> Q:
    """One of these schools is in reach.

    Up to a county its schools are named one by one: their indexes answer, where a path would join
    every transfer there is.
    """
    office = acting.post.organisation
    if office.level < Level.COUNTY:
        asked = [within(office.path, f"{side}__organisation__path") for side in sides]
    elif office.level == Level.SCHOOL:
        asked = [Q(**{side: office.pk}) for side in sides]
    else:
        here = Organisation.objects.below(office.path).filter(level=Level.SCHOOL)
        schools = list(here.values_list("pk", flat=True))
        asked = [Q(**{f"{side}__in": schools}) for side in sides]
    return reduce(or_, asked)


def went(acting: Acting) -> QuerySet[Transfer]:
    """Transfers out of the schools in reach."""
    return rows().filter(of_sides(acting, "from_school"))


def came(acting: Acting) -> QuerySet[Transfer]:
    """Transfers into the schools in reach."""
    return rows().filter(of_sides(acting, "to_school"))


def holding(acting: Acting) -> QuerySet[Transfer]:
    """Pupils who left the register from the schools in reach, until the receipt is recorded."""
    return went(acting).filter(HOLDING)


def is_held(row: Transfer) -> bool:
    """Whether the pupil of this transfer is on the holding list."""
    return row.receipt_open and Transfer.objects.filter(HOLDING, pk=row.pk).exists()


def drafts(acting: Acting, kinds: Sequence[str] = (KIND,)) -> QuerySet[Case]:
    """Drafts of this very post."""
    post = acting.post
    return Case.objects.filter(
        kind__in=kinds, school=post.organisation_id, opened_post__role=post.role, state=State.DRAFT
    )


def own(acting: Acting, number: str, kinds: Sequence[str] = (KIND,)) -> Case | None:
    """A case of this very post, a transfer unless said otherwise."""
    return cases.own(acting, number, *kinds)


def of_case(case: Case) -> Transfer:
    return (
        Transfer.objects.select_related(
            "case",
            "from_school__organisation",
            "from_school__county",
            "to_school__organisation",
            "former__school_class",
            "school_class",
            "certifier",
            "receipt_by__user",
            "paper_file__sent_by__user",
            "paper_file__received_by__user",
        )
        .filter(pk=case.pk)
        .get()
    )


def typed(case: Case) -> CaseForm | None:
    """What was typed last, while the case can still be edited."""
    return CaseForm.objects.filter(case=case).first()


def return_step(case: Case) -> Step | None:
    """The step that sent a returned case back."""
    if case.state != State.RETURNED:
        return None
    return (
        Step.objects.filter(case=case, decision=Decision.RETURNED)
        .select_related("organisation", "decided_by")
        .order_by("-decided_at", "-pk")
        .first()
    )


def asked(cases: Sequence[Case]) -> dict[int, School]:
    """The former school of each that another school began, which has to agree (`cases.veil`)."""
    rows = Transfer.objects.filter(case__in=cases, from_school__isnull=False)
    rows = rows.exclude(case__school=F("from_school"))
    return {
        row.pk: row.from_school
        for row in rows.select_related("from_school__organisation", "from_school__county")
    }


def teaches(school: School, stage: str, grade: int) -> bool:
    stages = Stage.objects.filter(school=school, stage=stage)
    return any(grade in row.grades for row in stages)


def grades(school: School) -> list[int]:
    """Every grade that the school teaches."""
    rows = Stage.objects.filter(school=school)
    return sorted(grade for row in rows for grade in row.grades)


def stage_of(school: School, grade: int | None) -> Stage | None:
    """The stage of the school that teaches the grade."""
    rows = Stage.objects.filter(school=school).order_by("first_grade")
    return next((row for row in rows if grade in row.grades), None)


def classes(row: Transfer) -> QuerySet[SchoolClass]:
    """The open classes of the receiving school that the pupil may sit in."""
    return SchoolClass.objects.filter(
        school=row.to_school_id, stage=row.stage, grade=row.grade, closed_on__isnull=True
    ).order_by("number")


def find_pupils(acting: Acting, typed: str) -> StudentQuerySet:
    """Pupils of the acting school whom the typed name, number or document number means."""
    at_school = visible(acting).filter(school=acting.post.organisation_id)
    return (
        search(at_school, typed)
        .select_related("school_class")
        .order_by("grade", "name_order", "pk")[:MOST_FOUND]
    )


def pupil(acting: Acting, pk: int) -> Student | None:
    """A pupil of the acting school."""
    at_school = visible(acting).filter(school=acting.post.organisation_id)
    return at_school.select_related("school_class").filter(pk=pk).first()


def schools_named(acting: Acting, typed: str) -> list[School]:
    """Schools that the typed name or 标识码 means: in the own county first, then anywhere."""
    text = typed.replace("\0", "").strip()
    if not text:
        return []
    open_schools = School.objects.select_related("organisation", "county").filter(
        organisation__closed_on__isnull=True
    )
    if text.isascii() and text.isdigit():
        return list(open_schools.filter(identifier=text))
    own = open_schools.filter(county__in=_county(acting))
    for found in (
        own.filter(organisation__name=text),
        open_schools.filter(organisation__name=text),
        own.filter(organisation__name__contains=text),
    ):
        if schools := list(found.order_by("organisation__path")[:MOST_FOUND]):
            return schools
    return []


def _county(acting: Acting) -> QuerySet:
    return School.objects.filter(pk=acting.post.organisation_id).values("county")
