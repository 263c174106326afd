"""Who else may be the child of a case, for the post that decides whether it is.

Inside the acting post's reach the other pupil is named with school and number. Of those outside
it is only told that they exist, and which office above reaches both.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from xueji.accounts.access import Acting
from xueji.cases.models import ALIVE, Case, State
from xueji.organisations.models import Organisation
from xueji.organisations.queries import Lineage, lineages
from xueji.students import duplicates
from xueji.students.models import Placement, Status, Student


@dataclass(frozen=True, kw_only=True)
class Other:
    """A pupil in reach who looks like the child; ``case`` is the live one that registers it."""

    student: Student
    school: Organisation
    likeness: str
    case: Case | None


@dataclass(frozen=True, kw_only=True)
class Alike:
    """Those in reach, how many there are ``elsewhere``, and whom to ``ask`` about them."""

    named: tuple[Other, ...] = ()
    elsewhere: int = 0
    ask: Organisation | None = None


def who_may_be(child: Student) -> list[Student]:
    """Pupils who may be the child, best first; an entry that came to nothing is none."""
    person = duplicates.Person(
        name=child.name,
        sex=child.sex,
        birth_date=child.birth_date,
        id_number=child.id_number or "",
        student_id=child.pk,
    )
    found = [match.student for match in duplicates.near(person)]
    alive = on_their_way(student.pk for student in found if student.status == Status.PENDING)
    return [row for row in found if row.status != Status.PENDING or row.pk in alive]


def compare(case: Case, acting: Acting) -> Alike:
    """Whom to compare with while the case can be decided, as they are in the register now."""
    if case.state not in ALIVE:
        return Alike()
    child = case.student
    found = who_may_be(child)
    if not found:
        return Alike()
    schools = schools_of(found)
    alive = on_their_way(student.pk for student in found if student.status == Status.PENDING)
    looks = {"name": child.name, "sex": child.sex, "birth_date": child.birth_date}
    named = tuple(
        Other(
            student=student,
            school=schools[student.pk].school.organisation,
            likeness=likeness(student, looks),
            case=alive.get(student.pk),
        )
        for student in found
        if student.pk in schools and acting.reaches(schools[student.pk].school.organisation.path)
    )
    elsewhere = len(found) - len(named)
    return Alike(named=named, elsewhere=elsewhere, ask=_above(acting) if elsewhere else None)


def on_their_way(student_ids: Iterable[int]) -> dict[int, Case]:
    """Pupil → the live case that is about to register it."""
    rows = Case.objects.filter(student__in=list(student_ids), state__in=ALIVE)
    return {case.student_id: case for case in rows.select_related("school__organisation")}


def schools_of(found: Iterable[Student]) -> dict[int, Lineage]:
    """The school of each pupil: of the register, of the case that makes or defers it, the last."""
    schools = {student.pk: student.school_id for student in found if student.school_id}
    rest = [student.pk for student in found if not student.school_id]
    if rest:
        places = Placement.objects.filter(student__in=rest, school__isnull=False)
        schools |= dict(places.order_by("starts", "pk").values_list("student", "school"))
        granted = Q(state=State.DONE, student__status=Status.DEFERRED)
        cases = Case.objects.filter(granted | Q(state__in=ALIVE), student__in=rest)
        schools |= dict(cases.order_by("pk").values_list("student", "school"))
    loaded = lineages(set(schools.values()))
    return {student: loaded[school] for student, school in schools.items()}


def likeness(student: Student, typed: Mapping[str, Any]) -> str:
    """How the pupil compares with what was typed; tells nothing that was not."""
    name = "同名" if student.name == typed["name"] else "姓名同音"
    born = "相同" if student.birth_date == typed["birth_date"] else "月日颠倒"
    sex = "同性别" if student.sex == typed["sex"] else "性别不同"
    return f"{name}，{sex}，出生日期{born}，证件号不同"


def _above(acting: Acting) -> Organisation | None:
    """The office next above the acting post's; it follows from the post, not from the child."""
    place = acting.post.organisation
    above = Organisation.objects.above(place.path).exclude(pk=place.pk)
    return above.order_by("-path").first()
