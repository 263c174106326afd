"""Nothing we export is live: text that looks like a formula, in every text field of every model."""

import csv
from datetime import date
from io import BytesIO, StringIO

import pytest
from django.db import models
from openpyxl import load_workbook

from enrollment.excel import national_list
from enrollment.models import Enrollment
from reports.queries import sources
from reports.queries.columns import Column, every, speaker
from tests.excel.test_office import FIELDS
from xueji.cases.models import Case
from xueji.excel import delimited, marking, template, texts, writer
from xueji.identity.fields import EncryptedTextField
from xueji.organisations.models import Organisation, School
from xueji.students.models import FamilyMember, Student

LIVE = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "=cmd|' /C calc'!A0", "＝1+1", " =1+1")
WRITTEN = (models.CharField, models.TextField, EncryptedTextField)
COLUMNS = [*every().values(), *sources._of_leavers().values()]


def is_text(field: str, of: type[models.Model]) -> bool:
    """Whether the field at the end of a path holds what people write."""
    if field.startswith("left "):  # said already
        return True
    *path, last = field.split("__")
    for step in path:
        of = of._meta.get_field(step).related_model
    return isinstance(of._meta.get_field(last), WRITTEN)


def fields_of(column: Column) -> list[bool]:
    of = FamilyMember if column.member else Student
    return [is_text(field, of) for field in column.fields]


def row(text: str, *, whole: bool) -> list[str]:
    """A pupil of whom every text is ``text``."""
    own, say = speaker(COLUMNS, whole=whole)
    members = [field for column in COLUMNS if column.member for field in column.fields]
    values = [text if is_text(field, Student) else None for field in own]
    family = [text if is_text(field, FamilyMember) else None for field in dict.fromkeys(members)]
    return say(values, (family, family))


def filled(model: type[models.Model], text: str, **more) -> models.Model:
    """A row of a model with ``text`` in every field of text."""
    written = [f.name for f in model._meta.concrete_fields if isinstance(f, WRITTEN)]
    return model(**{**dict.fromkeys(written, text), **more})


def formulas(data: bytes) -> list[str]:
    return [
        cell.coordinate
        for sheet in load_workbook(BytesIO(data))
        for line in sheet.iter_rows()
        for cell in line
        if cell.data_type == "f"
    ]


def test_every_field_of_text_reaches_the_file_as_it_is():
    """Else the next tests would look for nothing."""
    said = dict(zip([c.key for c in COLUMNS], row("=1+1", whole=True), strict=True))
    silent = {c.key for c in COLUMNS if any(fields_of(c)) and "=1+1" not in said[c.key]}
    assert silent == {"attendance"}


@pytest.mark.parametrize("whole", [True, False])
def test_no_cell_of_a_roster_is_live(whole):
    rows = [row(text, whole=whole) for text in LIVE]
    headers = [column.label for column in COLUMNS]
    sheet = writer.Sheet(
        name=LIVE[0], headers=headers, widths=[9.0] * len(headers), title=LIVE[0], notes=LIVE
    )
    book, plain = BytesIO(), BytesIO()
    writer.write(book, sheet, rows)
    delimited.write(plain, headers, rows)

    cells = [cell for line in load_workbook(book).active.iter_rows() for cell in line]
    shown = [cell for cell in cells if cell.value and texts.is_live(cell.value)]
    assert len(shown) > len(LIVE)
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    assert [cell.coordinate for cell in shown if not cell.quotePrefix] == []
    said = csv.reader(StringIO(plain.getvalue().decode("utf-8-sig"), newline=""))
    assert [text for line in said for text in line if texts.is_live(text)] == []


@pytest.mark.parametrize("text", LIVE)
def test_no_cell_of_the_national_list_is_live(text):
    office = filled(Organisation, text)
    school = filled(School, text, organisation=office, county=office)
    student = filled(Student, text, birth_date=date(2019, 9, 10))
    case = filled(Case, text, student=student, school=school)
    entry = filled(Enrollment, text, case=case, grade=2, entry_year=2026)

    assert formulas(national_list.workbook([entry], title=text)) == []


@pytest.mark.parametrize("text", LIVE)
def test_no_cell_of_a_workbook_to_fill_or_to_mend_is_live(text):
    field = template.Field(label=text, options=[text], help=text, example=text)
    empty = template.workbook(
        [*FIELDS, field], sheet="新生", title=text, explained=[text], identifier="x"
    )
    assert formulas(empty) == []
    returned = marking.mark(
        empty,
        sheet="新生",
        marks=[(5, 1, text)],
        facts=[[text]],
        lines=[[text] * 7],
        labels=[one.label for one in FIELDS],
        in_place=True,
    )
    assert formulas(returned) == []
