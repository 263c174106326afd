"""A pupil from outside the register, entered with the whole sheet by the school that takes him."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from xueji.accounts.access import Acting
from xueji.audit import history
from xueji.cases.kinds import Refused
from xueji.cases.models import Case
from xueji.identity.papers import RESIDENT
from xueji.identity.problems import Problem
from xueji.organisations.queries import Lineage
from xueji.students import items, places, sheet
from xueji.students import services as students
from xueji.students.editing import empty
from xueji.students.models import RegisterType, Status, Student, StudentSheet
from xueji.students.reading import PupilReader

MEMBERS = ("m1", "m2")
PLACES = ("hukou", "address", "birth_place")
STUDENT_FIELDS = (
    "name sex birth_date nation country id_type id_number no_id_reason hukou_kind hukou_code "
    "hukou_text address_code address_text phone boarding attendance entry_mode migrant"
).split()
SHEET_FIELDS = [
    field.name for field in StudentSheet._meta.concrete_fields if field.name != "student"
]
TAKEN = "这个证件号刚由另一处录入，不能重复建籍。请重新查找，按查到的办理。"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """The typed sheet; number and name stand apart, as the pupil is looked for by them."""

    row: Mapping[str, str]
    id_number: str
    name: str


def read(entry: Entry, *, county: str, acting: Acting) -> PupilReader:
    """Everything that is typed, understood as far as can be; ``problems`` says what is not."""
    typed = {"id_type": RESIDENT, **entry.row, "id_number": entry.id_number, "name": entry.name}
    reader = PupilReader(typed, MEMBERS)
    reader.person(acting.today)
    reader.family()
    reader.contact()
    reader.attending()
    reader.flag("migrant", "是否进城务工人员随迁子女")
    items.read(reader, acting.today)
    reader.identity_is_whole()
    places.settle([reader.values], county, (*PLACES, *sheet.member_places(MEMBERS)))
    return reader


def enter(
    entry: Entry,
    *,
    case: Case,
    left: Student | None,
    into: Lineage,
    acting: Acting,
    register_type: RegisterType = RegisterType.REGULAR,
    why: str = "外地转入",
) -> tuple[Student | None, Sequence[Problem]]:
    """The pupil of the case with what was typed, 待建籍 until the case is done.

    ``left`` is a row left over from an earlier try. Returns what is wrong instead of a pupil;
    raises Refused where the case is already that of another child.
    """
    reader = read(entry, county=into.county.division_code, acting=acting)
    wrong = [problem for problem in reader.problems if problem.severity == "error"]
    if wrong:
        return None, wrong
    reason = f"{why} {case.number}"
    pk = case.student_id or (left.pk if left else None)
    student = students.lock([pk])[pk] if pk else Student(status=Status.PENDING)
    if student.status != Status.PENDING or (left and left.pk != pk):
        raise Refused("本件是另一名学生的。请撤回本件，为这名学生另办一件。")
    for name in STUDENT_FIELDS:
        setattr(student, name, reader.values.get(name) or empty(name, Student))
    student.register_type = register_type
    students.derive(student)
    if student.pk:
        fields = (*STUDENT_FIELDS, *students.DERIVED, "register_type")
        students.write([student], fields=fields, acting=acting, reason=reason)
    else:
        try:
            with transaction.atomic():
                (student,) = history.create([student], acting=acting, reason=reason)
        except IntegrityError as error:
            if "id_index" not in str(error):
                raise
            raise Refused(TAKEN) from error
    further = {name: reader.values.get(name, empty(name, StudentSheet)) for name in SHEET_FIELDS}
    students.write_sheet(student=student, values=further, acting=acting, reason=reason)
    members = [
        {**{c: reader.values[f"{prefix}_{c}"] for c in ("hukou_code", "address_code")}, **member}
        for prefix, member in zip(reader.there, reader.members, strict=True)
    ]
    students.write_family(student=student, members=members, acting=acting, reason=reason)
    return student, []
