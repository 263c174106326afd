"""A roster of ours, sent back as the workbook of an intake, changes nothing."""

from datetime import date

import pytest
from openpyxl import load_workbook

from enrollment.models import BatchState
from reports.queries.columns import PRESETS
from tests import pupils
from tests.enrollment import workbooks
from xueji.cases.kinds import Refused
from xueji.cases.models import Case
from xueji.documents import services as documents
from xueji.organisations.models import SchoolClass
from xueji.students.models import Placement, Student, StudentSheet

pytestmark = pytest.mark.usefixtures("noon")
WITHOUT_NUMBER = {
    "id_type": "Z",
    "id_number": "",
    "no_id_reason": "出生医学证明在补办",
    "sex": "1",
    "birth_date": "2020-03-09",
    "m1_id_number": pupils.id_number(born=date(1990, 1, 1), order=1),
}
SHEET = PRESETS["sheet"][1]
FILLED = {
    "former_name": "王小涵",
    "specialty": "书法、=1+1",
    "political": "13",
    "blood_type": "1",
    "email": "wang@example.com",
    "mail_address": "建昌营镇 军屯村 １２号",
    "id_valid": "2024.09.01-2029.09.01",
    "m2_name": "李·娜",
    "m2_relation": "2",
    "m2_phone": "13931520019",
    "m2_nation": "11",
    "m2_address_text": "外省某地",
}


def roster(ask, username="clerk", **more) -> bytes:
    export = ask(username, columns=SHEET, whole=True, **more)
    return documents.open_bytes(export.document)


def grown_up(student: Student) -> None:
    """Let the pupil be in a class of the second grade, as a year later."""
    school_class = SchoolClass.objects.create(
        school=student.school, stage="primary", entry_year=2025, grade=2, number=1, capacity=45
    )
    for model, where in ((Student, {"pk": student.pk}), (Placement, {"student": student})):
        model.objects.filter(**where).update(school_class=school_class, entry_year=2025, grade=2)


def counted(batch) -> tuple[str, int, int, int, int, int]:
    return batch.state, batch.rows, batch.same, batch.fresh, batch.drafts, batch.faulty


def everything() -> list[list[tuple]]:
    models = (Student, StudentSheet, Student.history.model, Case)
    return [list(model.objects.order_by("pk").values_list()) for model in models]


def test_a_roster_in_the_columns_of_an_intake_comes_back_with_nothing_to_do(world, ask):
    own_class = world.school_of("clerk").classes.filter(grade=1)[0]
    pupils.enrolled(world, **FILLED, school_class=str(own_class.pk))
    pupils.enrolled(world, name="欧阳·若曦", m1_hukou_text="没有这个地方")
    pupils.enrolled(world, name="王无号", **WITHOUT_NUMBER)
    older = pupils.enrolled(world, name="李二年")
    grown_up(older)
    before = everything()

    batch = workbooks.checked(world, roster(ask))

    assert batch.summary["faults"] == []
    assert counted(batch) == (BatchState.READY, 4, 4, 0, 0, 0)
    with pytest.raises(Refused) as refused:
        workbooks.stored(world, batch)
    assert str(refused.value) == "表里的学生都已经在册或在办，没有要导入的。"
    assert everything() == before


def test_a_cell_that_says_something_else_is_not_passed_over(world, ask):
    pupils.enrolled(world)
    book = load_workbook(workbooks.io.BytesIO(roster(ask)))
    header = next(row for row in book.active.iter_rows() if row[0].value == "序号")
    [phone] = [cell for cell in header if cell.value == "联系电话"]
    book.active.cell(header[0].row + 1, phone.column).value = "13900000000"

    batch = workbooks.checked(world, workbooks.saved(book))

    assert counted(batch) == (BatchState.FAULTY, 1, 0, 0, 0, 1)


def test_a_new_child_below_them_is_the_only_one_to_come(world, ask):
    pupils.enrolled(world)
    book = load_workbook(workbooks.io.BytesIO(roster(ask)))
    header = next(row for row in book.active.iter_rows() if row[0].value == "序号")
    known = dict(workbooks.columns(world))
    labels = {label: key for key, label in known.items()}
    [new] = workbooks.rows(1)
    book.active.append([new.get(labels.get(cell.value, ""), "") for cell in header])

    batch = workbooks.checked(world, workbooks.saved(book))

    assert counted(batch) == (BatchState.READY, 2, 1, 0, 1, 0)


def test_a_pupil_of_another_school_is_no_pupil_of_ones_own(world, ask):
    pupils.enrolled(world, "clerk2", **pupils.SHANGZHUANG)

    batch = workbooks.checked(world, roster(ask, "clerk2"))

    assert batch.faulty == 1


def test_the_columns_of_the_preset_are_all_that_an_intake_reads_of_a_pupil(world):
    assert {"number", "school", "status", "grade", "name_full"} & set(SHEET) == set()
    assert {"name", "id_number", "m2_address_text", "distance"} <= set(SHEET)
