"""Who else may be the child of a case, for the post that decides whether it is.

Inside the acting post's reach the other pupil is named with school and number. Of those outside
it is only told that they exist, and which office above reaches both.
"""

from dataclasses import dataclass

from enrollment.services.check import on_their_way
from enrollment.services.doubles import likeness, schools_of
from xueji.accounts.access import Acting
from xueji.cases.models import ALIVE, Case
from xueji.organisations.models import Organisation
from xueji.students import duplicates
from xueji.students.models import Status, Student


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


def compare(case: Case, acting: Acting) -> Alike:
    """Whom to compare with while the case can be decided, as they are in the register now."""
    if case.state not in ALIVE:
        return Alike()
    child = case.student
    person = duplicates.Person(
        name=child.name,
        sex=child.sex,
        birth_date=child.birth_date,
        id_number=child.id_number or "",
        student_id=child.pk,
    )
    found = [match.student for match in duplicates.near(person)]
    alive = on_their_way(student.pk for student in found if student.status == Status.PENDING)
    found = [row for row in found if row.status != Status.PENDING or row.pk in alive]
    if not found:
        return Alike()
    schools = schools_of(found)
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


def _above(acting: Acting) -> Organisation | None:
    """The office next above the acting post's; it follows from the post, not from the child."""
    place = acting.post.organisation
    above = Organisation.objects.above(place.path).exclude(pk=place.pk)
    return above.order_by("-path").first()
