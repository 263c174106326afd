"""Is this child in the register already? Exact by document number, near by name and birth."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from django.db import connection

from xueji.identity import pinyin
from xueji.organisations.models import StageName
from xueji.organisations.queries import Lineage
from xueji.rows import array, one_of
from xueji.students.identity_documents import id_index
from xueji.students.models import LIVE, UNREGISTERED, IdentityDocument, Student

NEAR = 75  # points from which a person has to compare
MOST = 20  # the likeliest ones; nobody compares more


@dataclass(frozen=True, kw_only=True)
class Person:
    """What is typed about a child before it is a Student."""

    name: str
    sex: str
    birth_date: date
    id_number: str = ""
    student_id: int | None = None  # the pupil this row already is, never its own duplicate
    guardian: str = ""  # by what a guardian is known: the number of a document, or name and phone


@dataclass(frozen=True)
class Match:
    student: Student
    score: int


def exact(people: Iterable[Person]) -> dict[str, Student]:
    """Document number → the pupil who has it, else who had it, over the whole tree.

    Two queries whatever the number of people, none where nobody has a number.
    """
    wanted = {id_index(person.id_number): person.id_number for person in people if person.id_number}
    if not wanted:
        return {}
    rows = Student.objects.filter(one_of("id_index", wanted)).select_related("school__organisation")
    found = {wanted[bytes(student.id_index)]: student for student in rows}
    former = (
        IdentityDocument.objects.filter(one_of("id_index", wanted), used_until__isnull=False)
        .select_related("student__school__organisation")
        .order_by("-used_until", "-pk")
    )
    for row in former:
        found.setdefault(wanted[bytes(row.id_index)], row.student)
    return found


def is_registered(student: Student) -> bool:
    """Whether a second register would be a double one."""
    return student.status in LIVE


def near(person: Person) -> list[Match]:
    """Pupils who may be the same child, best first; the same document number is not near."""
    return near_each([person])[0]


# for each person on each day, by the index of birth dates; of equals the first entered
_ALIKE = """
SELECT person.place, alike.id
FROM unnest(%s::int[], %s::date[], %s::text[], %s::text[]) AS person (place, day, name, sound)
CROSS JOIN LATERAL (
    SELECT id FROM xueji_student
    WHERE birth_date = person.day AND merged_into_id IS NULL
        AND (name_full = person.sound OR name = person.name)
    ORDER BY (name = person.name) DESC, id LIMIT %s
) AS alike
"""


def near_each(people: Sequence[Person]) -> list[list[Match]]:
    """What ``near`` finds for each of many, in two queries."""
    if not people:
        return []
    sounds = [pinyin.full(person.name) for person in people]
    asked = [
        (place, day, person.name, sound)
        for place, (person, sound) in enumerate(zip(people, sounds, strict=True))
        for day in _dates(person.birth_date)
    ]
    with connection.cursor() as cursor:
        cursor.execute(_ALIKE, [*map(array, zip(*asked, strict=True)), MOST])
        pairs = cursor.fetchall()
    rows = Student.objects.select_related("school__organisation").in_bulk({pk for _, pk in pairs})
    found: list[list[Student]] = [[] for _ in people]
    for place, pk in pairs:
        found[place].append(rows[pk])
    return [
        _matches(person, sound, alike)
        for person, sound, alike in zip(people, sounds, found, strict=True)
    ]


def _matches(person: Person, sound: str, alike: Sequence[Student]) -> list[Match]:
    own = id_index(person.id_number) if alike and person.id_number else None
    matches = [
        Match(row, _score(person, sound, row))
        for row in alike
        if row.pk != person.student_id
        and (own is None or row.id_index is None or bytes(row.id_index) != own)
    ]
    return sorted((m for m in matches if m.score >= NEAR), key=lambda m: (-m.score, m.student.pk))[
        :MOST
    ]


def among(people: Sequence[Person]) -> dict[int, list[int]]:
    """Of people typed together the places of those who may be the same child as others.

    Who is near by ``NEAR`` points is so here; and so is the same name under the same guardian,
    whatever the birth date. Doubles, who have one ``_identity``, are not near. At most ``MOST``
    others each. Linear: of equal keys, never of pairs.
    """
    identities = [_identity(person) for person in people]
    groups: defaultdict[Hashable, list[int]] = defaultdict(list)
    for place, person in enumerate(people):
        for key in _likenesses(person):
            groups[key].append(place)
    found: defaultdict[int, set[int]] = defaultdict(set)
    for alike in groups.values():
        doubles: defaultdict[Hashable, list[int]] = defaultdict(list)
        for place in alike:
            doubles[identities[place]].append(place)
        for identity, places in doubles.items():
            # passes by the doubles alone before it has enough
            others = list(islice((at for at in alike if identities[at] != identity), MOST))
            for place in places if others else ():
                found[place].update(others)
    return {place: sorted(others)[:MOST] for place, others in found.items()}


def _likenesses(person: Person) -> Iterator[Hashable]:
    """Keys of which two near people share one: what the points of ``_score`` come to."""
    name, day = person.name, person.birth_date
    yield name, day
    yield pinyin.full(name), day, person.sex
    if len(_dates(day)) > 1:
        yield name, day.year, *sorted((day.month, day.day)), person.sex
    if person.guardian:
        yield name, person.guardian


def _identity(person: Person) -> Hashable:
    """What doubles share: the number, or without one the name, sex and birth date."""
    return person.id_number or (person.name, person.sex, person.birth_date)


def abroad(student: Student, at: Lineage | None) -> str:
    """What is told of the holder of a number outside one's reach, never the school.

    County, supervising office and the first character of the name.
    """
    office = "主管部门未登记"
    if at:
        authority = at.authority(student.stage or StageName.PRIMARY)
        office = f"{at.county}所辖，主管部门 {authority}"
    doing = "正在别处办理入学" if student.status in UNREGISTERED else "已在别处建有学籍"
    return f"这个证件号{doing}（{office}），学生姓名的首字是“{student.name[:1]}”。"


def _dates(day: date) -> list[date]:
    """The day itself, and day and month swapped where that is a date."""
    dates = [day]
    if day.day <= 12 and day.day != day.month:
        dates.append(date(day.year, day.day, day.month))
    return dates


def _score(person: Person, full: str, row: Student) -> int:
    score = 50 if row.name == person.name else 40 if row.name_full == full else 0
    score += 30 if row.birth_date == person.birth_date else 15
    return score + (10 if row.sex == person.sex else 0)
