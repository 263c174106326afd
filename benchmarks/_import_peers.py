"""How the peers of the import benchmark take the workbook in.

Pupil, sheet and member of the family with their histories, then case, steps, papers and what was
typed, each by the means of its library.
"""

import io
from datetime import date

from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from import_export import fields, resources
from openpyxl import load_workbook
from simple_history.utils import bulk_create_with_history
from tablib import Dataset

from enrollment.models import Enrollment
from enrollment.rules import EntryFacts
from enrollment.services.check import FIRST_GRADE, Context
from enrollment.services.context import route
from enrollment.services.submit import SHEET_FIELDS, STUDENT_FIELDS
from xueji.accounts.access import Acting
from xueji.cases.models import Case, CaseForm, Decision, Paper, State, Step
from xueji.cases.services import new_cases
from xueji.organisations.models import StageName
from xueji.rules.engine import judge
from xueji.students import duplicates
from xueji.students import services as students
from xueji.students.models import FamilyMember, Student, StudentSheet


def _read(data: bytes, header: list[tuple[str, str]]) -> list[dict[str, str]]:
    keys = [key for key, _ in header]
    sheet = load_workbook(io.BytesIO(data), read_only=True).active
    return [
        dict(zip(keys, values, strict=True))
        for values in sheet.iter_rows(min_row=2, values_only=True)
    ]


def _student(row: dict[str, str]) -> Student:
    student = Student(register_type="regular", status="pending", merged_into=None)
    for name in STUDENT_FIELDS:
        if name in row:
            setattr(student, name, row[name])
    number = row["id_number"]
    student.sex = "1" if int(number[16]) % 2 else "2"
    student.birth_date = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    student.migrant, student.entered_on = False, date(2026, 9, 1)
    student.hukou_code = student.address_code = "130283103227"
    students.derive(student)
    return student


def _sheet(student: Student, row: dict[str, str]) -> StudentSheet:
    sheet = StudentSheet(student=student)
    for name in SHEET_FIELDS:
        if name in row:
            field = StudentSheet._meta.get_field(name)
            is_flag = field.get_internal_type() == "BooleanField"
            setattr(sheet, name, row[name] == "1" if is_flag else row[name])
    return sheet


def _member(student: Student, row: dict[str, str]) -> FamilyMember:
    return FamilyMember(
        student=student,
        position=1,
        name=row["m1_name"],
        relation=row["m1_relation"],
        phone=row["m1_phone"],
        is_guardian=True,
    )


def _clean(row) -> None:
    """Everything that Django itself checks of a row: fields, uniqueness, constraints."""
    blank = [
        f.name for f in row._meta.fields if not f.blank and getattr(row, f.attname) in ("", None)
    ]
    row.full_clean(exclude=[*blank, "id_index"])


def _judge(
    student: Student, row: dict[str, str], near: int, context: Context
) -> list[dict[str, str]]:
    """What the rules of an entry say, as the case keeps it; nothing blocks these children."""
    school = context.lineage.school
    facts = EntryFacts(
        birth_date=student.birth_date,
        entry_year=context.entry_year,
        grade=FIRST_GRADE,
        stage=StageName.PRIMARY,
        school_kind=school.kind,
        designated_for_borrowed=school.designated_for_borrowed,
        has_catchment=bool(context.catchment),
        catchment=context.catchment,
        hukou_code=student.hukou_code,
        guardian_hukou_code=student.hukou_code,
        address_code=student.address_code,
        migrant=student.migrant,
        register_type=student.register_type,
        papers=frozenset(_papers(row)),
        id_missing=False,
        same_id=0,  # full_clean has asked
        same_person_near=near,
        live_elsewhere=False,
    )
    found = judge("entry", facts, context.rules)
    assert not any(finding.effect in ("block", "warn") for finding in found), found
    return [{"key": one.key, "message": one.message, "citation": one.citation} for one in found]


def _papers(row: dict[str, str]) -> list[str]:
    return [key.removeprefix("paper_") for key in row if key.startswith("paper_")]


def _person(student: Student) -> duplicates.Person:
    return duplicates.Person(
        name=student.name,
        sex=student.sex,
        birth_date=student.birth_date,
        id_number=student.id_number,
    )


def _sent(case: Case, student: Student, told: list[dict[str, str]], context: Context) -> Case:
    """The new case, open at the first post of its route."""
    first = route(context)[0]
    case.student, case.title, case.state, case.round = student, student.name, State.OPEN, 1
    case.findings, case.rule_set, case.rule_date = told, context.rules.name, context.rules.on
    case.rule_digest, case.due_on = context.rules.digest, context.today
    case.waiting_at_id, case.waiting_role = first.organisation_id, first.role
    case.waiting_since = case.opened_at
    return case


def _parts(case: Case, row: dict[str, str], stops: list, context: Context) -> list[list[Model]]:
    """What stands beside a case: its facts, its steps, what was typed, the papers seen."""
    own = {"case": case, "round": 1}
    signed = Step(
        **own,
        position=0,
        organisation_id=case.opened_post.organisation_id,
        role=case.opened_post.role,
        decision=Decision.SUBMITTED,
        decided_by=case.opener,
        decided_post=case.opened_post,
        decided_at=case.opened_at,
    )
    asked = [
        Step(**own, position=n, organisation_id=stop.organisation_id, role=stop.role)
        for n, stop in enumerate(stops, start=1)
    ]
    facts = Enrollment(
        case=case,
        entry_year=context.entry_year,
        stage=StageName.PRIMARY,
        grade=FIRST_GRADE,
        register_type="regular",
        entry_on=context.term_starts,
    )
    form = CaseForm(case=case, values={"row": row}, saved_at=case.opened_at)
    papers = [
        Paper(case=case, kind=kind, seen_by=case.opened_post, seen_at=case.opened_at)
        for kind in _papers(row)
    ]
    return [[facts], [signed, *asked], [form], papers]


def plain(data: bytes, header: list[tuple[str, str]], context: Context, acting: Acting) -> None:
    """openpyxl, full_clean, the rules and save, row by row, in one transaction."""
    with transaction.atomic():
        stops = route(context)
        for row in _read(data, header):
            student = _student(row)
            _clean(student)
            told = _judge(student, row, len(duplicates.near(_person(student))), context)
            student.save()
            for part in (_sheet(student, row), _member(student, row)):
                _clean(part)
                part.save()
            [case] = new_cases(
                1, kind=Enrollment.KIND, school=context.lineage.school, acting=acting
            )
            _sent(case, student, told, context).save(force_insert=True)
            for parts in _parts(case, row, stops, context):
                for part in parts:
                    part.save(force_insert=True)


class StudentResource(resources.ModelResource):
    """django-import-export as its manual says for speed: bulk, nothing looked up, no diff."""

    id_number = fields.Field(attribute="id_number", column_name="id_number")

    class Meta:
        model = Student
        fields = ("id_number", *[name for name in STUDENT_FIELDS if name != "id_number"])
        import_id_fields = ("id_number",)
        force_init_instance = True
        use_bulk = True
        batch_size = 1000
        clean_model_instances = False
        skip_diff = True
        use_transactions = True

    def import_field(self, field, instance, row, is_m2m=False, **kwargs):
        if field.column_name in row:
            super().import_field(field, instance, row, is_m2m, **kwargs)

    def before_save_instance(self, instance, row, **kwargs):
        made = _student(row)
        for field in Student._meta.concrete_fields:
            if field.name != "id":
                setattr(instance, field.attname, getattr(made, field.attname))
        _clean(instance)


def import_export(
    data: bytes, header: list[tuple[str, str]], context: Context, acting: Acting
) -> None:
    """django-import-export in bulk for the pupils; everything that stands beside them in bulk too.

    Only the pupils go through its dry run. Rules are judged and likenesses looked for once, the
    latter for all pupils in two queries, which is kinder than its hooks for a row would be.
    """
    keys = [key for key, _ in header]
    with transaction.atomic():
        table = Dataset(headers=keys)
        rows = _read(data, header)
        for row in rows:
            table.append([row[key] for key in keys])
        for is_dry in (True, False):  # its pages show what will be imported, then import
            result = StudentResource().import_data(
                table, dry_run=is_dry, raise_errors=True, use_transactions=True
            )
            assert not result.has_errors()
        made = list(Student.objects.order_by("-pk")[: len(rows)])[::-1]
        history = Student.history.model
        history.objects.bulk_create(
            [
                history(
                    history_type="+",
                    history_date=timezone.now(),
                    **{f.attname: getattr(s, f.attname) for f in history.tracked_fields},
                )
                for s in made
            ],
            batch_size=1000,
        )
        pairs = list(zip(made, rows, strict=True))
        for maker in (_sheet, _member):
            parts = [maker(student, row) for student, row in pairs]
            for part in parts:
                _clean(part)
            bulk_create_with_history(parts, type(parts[0]), batch_size=1000)
        near = [len(found) for found in duplicates.near_each([_person(one) for one in made])]
        cases = new_cases(
            len(made), kind=Enrollment.KIND, school=context.lineage.school, acting=acting
        )
        stops = route(context)
        beside: list[list[Model]] = [[], [], [], []]
        for case, (student, row), alike in zip(cases, pairs, near, strict=True):
            _sent(case, student, _judge(student, row, alike, context), context)
            for all_parts, parts in zip(beside, _parts(case, row, stops, context), strict=True):
                all_parts += parts
        for parts in (cases, *beside):
            type(parts[0]).objects.bulk_create(parts, batch_size=1000)
