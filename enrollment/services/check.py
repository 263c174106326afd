"""Checking rows of new pupils. The form is a batch of one; an Excel sheet will be many.

``check_rows`` takes what was typed, as text, and returns cleaned values with everything that is
wrong or remarkable. It writes nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from enrollment.models import Deferral
from enrollment.queries import deferrals
from enrollment.rules import EntryFacts, Late, Parent, is_disabled, register_type
from xueji.cases.alike import on_their_way
from xueji.cases.models import Case
from xueji.identity import codes, idnumbers
from xueji.identity.papers import RESIDENT
from xueji.identity.problems import Problem
from xueji.organisations.addresses import known_part
from xueji.organisations.models import SchoolClass, SchoolKind, SchoolYear, StageName, grade_name
from xueji.organisations.queries import Lineage
from xueji.rules.engine import Finding, Rules, judge
from xueji.rules.papers import PAPERS
from xueji.students import duplicates, items, places
from xueji.students.models import UNREGISTERED, Attendance, Status, Student
from xueji.students.reading import EARLIEST, FLAGS, PupilReader
from xueji.students.sheet import MEMBERS

Row = Mapping[str, str]
FIRST_GRADE = 1
LONGEST_REASON = 200
PAPER_KEYS = {f"paper_{code}": code for code in PAPERS}


@dataclass(frozen=True, kw_only=True)
class Context:
    """What rows are checked against: the school, its rules and the intake."""

    lineage: Lineage
    rules: Rules
    today: date
    year: SchoolYear
    term_starts: date
    catchment: frozenset[str]
    classes: Mapping[str, SchoolClass]
    grades: range = range(FIRST_GRADE, FIRST_GRADE + 1)
    student_id: int | None = None

    @property
    def entry_year(self) -> int:
        return self.year.year

    def cohort(self, grade: int) -> int:
        """The year in which those entered who are in the grade now: 级 and number follow it."""
        return self.year.year - (grade - self.grades[0])

    def classes_of(self, grade: int) -> dict[str, SchoolClass]:
        year = self.cohort(grade)
        return {pk: row for pk, row in self.classes.items() if row.entry_year == year}


@dataclass
class Checked:
    """One row after checking. ``values`` holds what could be understood.

    ``known`` holds the same document number; ``known_case`` is the live case that is about to
    register it. Without such a case a pupil 待建籍 is left over from an earlier try, and one in
    缓学 comes now; ``deferral`` is what was granted to that one.
    """

    values: dict[str, Any] = field(default_factory=dict)
    members: list[dict[str, Any]] = field(default_factory=list)
    papers: frozenset[str] = frozenset()
    problems: list[Problem] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    known: Student | None = None
    known_case: Case | None = None
    deferral: Deferral | None = None
    near: list[duplicates.Match] = field(default_factory=list)
    facts: EntryFacts | None = None

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.severity == "error"]

    @property
    def blocked(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.effect == "block"]

    @property
    def warnings(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.effect == "warn"]

    @property
    def is_double(self) -> bool:
        """Whether the number belongs to a register, or to one that is being made."""
        return self.known is not None and (
            self.known.status not in UNREGISTERED or self.known_case is not None
        )


def check_rows(
    rows: Sequence[Row], context: Context, alike: Sequence[Sequence[int]] = ()
) -> list[Checked]:
    """Check every row, in a number of queries that does not grow with the rows.

    ``alike``: for each row of a workbook the lines of those that may be the same child.
    """
    checked = [read(row, context) for row in rows]
    county = context.lineage.county.division_code
    divisions = places.settle([row.values for row in checked], county)
    find_doubles(checked, context.student_id)
    for row, lines in zip(checked, alike or [()] * len(rows), strict=True):
        settle_members(row)
        row.facts = facts_of(row, context, lines=lines)
        if row.facts:
            found = judge("entry", row.facts, context.rules)
            row.findings = [places.named(finding, divisions) for finding in found]
    return checked


def understood(row: Row, context: Context) -> Checked:
    """One row as far as it can be read; nothing is judged."""
    checked = read(row, context)
    places.settle([checked.values], context.lineage.county.division_code)
    settle_members(checked)
    return checked


def read(row: Row, context: Context) -> Checked:
    """Clean every field by itself, without a query; fill what follows from the number."""
    reader = PupilReader(row)
    reader.person(context.today)
    reader.place("guardian_hukou", "监护人户口所在地", required=False)
    reader.family()
    reader.contact()
    reader.values["entered_on"] = context.term_starts
    reader.day(
        "entered_on", "入学日期", context.year.starts_on, context.year.ends_on, required=False
    )
    reader.attending()
    grade = _grade(reader, context)
    reader.school_class(context.classes_of(grade))
    reader.flag("migrant", "是否进城务工人员随迁子女")
    items.read(reader, context.today)
    reader.identity_is_whole()
    named = reader.row.keys() & PAPER_KEYS.keys()
    return Checked(
        values=reader.values,
        members=reader.members,
        papers=frozenset(PAPER_KEYS[key] for key in named if FLAGS.get(reader.text(key).lower())),
        problems=reader.problems,
    )


def _grade(reader: PupilReader, context: Context) -> int:
    """The grade to enter; whoever is late says why no register was built before."""
    grade = grade_of(reader.text("into_grade"), context)
    if grade is None:
        known = "、".join(grade_name(one) for one in context.grades)
        reader.tell("grade", "into_grade", "本校没有所选的年级。", f"请从{known}中选一个。")
        grade = context.grades[0]
    reader.values["into_grade"] = grade
    is_late = grade != FIRST_GRADE
    reader.words("into_reason", "没有建立学籍的原因", LONGEST_REASON, required=is_late)
    if not is_late:
        reader.values["into_reason"] = ""
    return grade


def grade_of(text: str, context: Context) -> int | None:
    """What is chosen, the first grade where nothing is; None for none of the school's."""
    known = {str(grade): grade for grade in context.grades}
    return known.get(text) if text else context.grades[0]


def settle_members(row: Checked) -> None:
    """The codes of the members' places; a guardian's household is the guardians' unless typed."""
    for prefix, member in zip(MEMBERS, row.members, strict=False):
        of_guardian = row.values["guardian_hukou_code"] if member["is_guardian"] else ""
        own = row.values[f"{prefix}_hukou_text"]
        member["hukou_code"] = row.values[f"{prefix}_hukou_code"] if own else of_guardian
        member["address_code"] = row.values[f"{prefix}_address_code"]


def find_doubles(rows: Sequence[Checked], student_id: int | None = None) -> None:
    """Who has the same number, and who may be the same child; leftovers of earlier tries are not.

    A pupil 待建籍 counts only while a case is on its way to register it.
    """
    people = [_person(row, student_id) for row in rows]
    deferred: dict[int, Checked] = {}
    known = duplicates.exact(
        person
        for row, person in zip(rows, people, strict=True)
        if not any(problem.field == "id_number" for problem in row.errors)
    )
    for row, person in zip(rows, people, strict=True):
        holder = known.get(person.id_number)
        row.known = holder if holder and holder.pk != student_id else None
        if holder and holder.status == Status.DEFERRED:
            deferred[holder.pk] = row
    pairs = zip(rows, people, strict=True)
    whole = [pair for pair in pairs if {"name", "sex", "birth_date"} <= pair[0].values.keys()]
    alike = duplicates.near_each([person for _, person in whole])
    for (row, _), near in zip(whole, alike, strict=True):
        row.near = [match for match in near if match.student != row.known]
    pending = {
        student.pk
        for row in rows
        for student in (row.known, *(match.student for match in row.near))
        if student and student.status in UNREGISTERED
    }
    alive = on_their_way(pending)
    for pk, granted in deferrals.standing(deferred).items():
        deferred[pk].deferral = granted
    for row in rows:
        row.known_case = alive.get(row.known.pk) if row.known else None
        row.near = [
            match
            for match in row.near
            if match.student.status != Status.PENDING or match.student.pk in alive
        ]


def _person(row: Checked, student_id: int | None) -> duplicates.Person:
    """Who was typed; while the form is unfinished perhaps nothing but a number."""
    return duplicates.Person(
        name=row.values.get("name", ""),
        sex=row.values.get("sex", ""),
        birth_date=row.values.get("birth_date", EARLIEST),
        id_number=row.values["id_number"],
        student_id=student_id,
    )


def facts_of(
    row: Checked, context: Context, late: Late | None = None, lines: Sequence[int] = ()
) -> EntryFacts | None:
    """What the rules judge; None while the birth date is not known."""
    values, school = row.values, context.lineage.school
    if "birth_date" not in values:
        return None
    known = row.known if row.known and duplicates.is_registered(row.known) else None
    return EntryFacts(
        birth_date=values["birth_date"],
        entry_year=context.cohort(values.get("into_grade", FIRST_GRADE)),
        grade=values.get("into_grade", FIRST_GRADE),
        stage=StageName.PRIMARY,
        school_kind=school.kind,
        designated_for_borrowed=school.designated_for_borrowed,
        has_catchment=bool(context.catchment),
        catchment=context.catchment,
        hukou_code=known_part(values["hukou_code"]),
        guardian_hukou_code=known_part(values["guardian_hukou_code"]),
        address_code=known_part(values["address_code"]),
        address_choices=values["address_choices"],
        has_address=bool(values["address_text"]),
        migrant=values["migrant"],
        register_type=register_type(migrant=values["migrant"], rules=context.rules),
        papers=row.papers,
        id_missing=not values["id_number"],
        same_id=int(row.is_double),
        same_id_pending=row.known_case is not None,
        same_person_near=len(row.near),
        same_person_lines=tuple(lines),
        live_elsewhere=known is not None and known.school_id != school.pk,
        parents=tuple(_parents(row)),
        foreign=values.get("country", "CHN") != "CHN",
        from_special_school=known is not None and _is_special(known),
        home_taught=values.get("attendance") == Attendance.HOME_TAUGHT,
        disabled=is_disabled(values.get("disability")),
        late=late,
        deferred_until=row.deferral.until if row.deferral else None,
    )


def _is_special(student: Student) -> bool:
    return student.school is not None and student.school.kind == SchoolKind.SPECIAL


def _parents(row: Checked) -> Iterator[Parent]:
    """Father and mother, as far as their ID numbers are right."""
    wrong = {problem.field for problem in row.errors}
    for position, member in enumerate(row.members, start=1):
        field = f"m{position}_id_number"
        said = idnumbers.facts(RESIDENT, member["id_number"] or "")
        if said and field not in wrong and member["relation"] in codes.PARENTS:
            yield Parent(
                field=field,
                relation=member["relation"],
                sex=said.sex,
                birth_date=said.birth_date,
            )
