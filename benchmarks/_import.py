"""The workbook and the school of the import benchmark, and how the peers take the workbook in."""

import io
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from import_export import fields, resources
from openpyxl import Workbook, load_workbook
from simple_history.utils import bulk_create_with_history
from tablib import Dataset

from enrollment.excel.columns import of_template
from enrollment.services.submit import SHEET_FIELDS, STUDENT_FIELDS
from tests import pupils
from tests.world import World
from xueji.students import services as students
from xueji.students.models import FamilyMember, Student, StudentSheet

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"
GIVEN = "梓浩子一若宇欣俊诗雨思佳文嘉明晓海天志国"
FIRST_BIRTH = date(2019, 9, 10)
VALUES = {
    "m1_guardian": "是",
    "migrant": "否",
    "paper_household_book": "是",
    "paper_property_proof": "是",
    "verified_by": "李老师",
}


def children(count: int) -> list[dict[str, str]]:
    """So many different children in whom nothing is wrong; no two share name and birth date."""
    made = []
    for n in range(count):
        born = FIRST_BIRTH + timedelta(days=n % 340)
        turn = n // 340
        name = SURNAMES[n % 20] + GIVEN[turn % 20] + GIVEN[(turn // 20 + n) % 20]
        number = pupils.id_number(born=born, order=turn + 1)
        made.append(pupils.row(name=name, id_number=number, **VALUES))
    return made


def columns(world: World, rules) -> list[tuple[str, str]]:
    """Key and header of the columns that the children fill."""
    filled = children(1)[0]
    return [(c.key, c.label) for c in of_template(rules) if filled.get(c.key)]


def workbook(header: list[tuple[str, str]], lines: list[dict[str, str]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("新生")
    sheet.append([label for _, label in header])
    for line in lines:
        sheet.append([line[key] for key, _ in header])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# -- the peers: pupil, sheet and one member of the family, each with its history row ---------------
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


def plain(data: bytes, header: list[tuple[str, str]]) -> None:
    """openpyxl, full_clean and save, row by row, in one transaction."""
    with transaction.atomic():
        for row in _read(data, header):
            student = _student(row)
            _clean(student)
            student.save()
            for part in (_sheet(student, row), _member(student, row)):
                _clean(part)
                part.save()


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


def import_export(data: bytes, header: list[tuple[str, str]]) -> None:
    """django-import-export in bulk for the pupils; sheets, families and histories in bulk too.

    Only the pupils go through its dry run, and sheets and families are cleaned once.
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
