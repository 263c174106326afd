"""A roster of ours, sent back as the workbook of an intake, changes nothing."""

from datetime import date
from uuid import uuid4

import pytest
from openpyxl import load_workbook

from enrollment.models import BatchState, TakeoverState
from enrollment.services.takeover import keeping
from reports.queries.columns import PRESETS, every
from tests import pupils
from tests.enrollment import takeovers, workbooks
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
    [new] = workbooks.rows(1, m1_phone="13900000077")
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


def taken_over(world, data: bytes):
    """What the takeover of the school says of the file."""
    found = takeovers.opened(world)
    acting = world.acting("county")
    keeping.take(
        takeover_id=found.pk, name="名册.xlsx", data=data, is_xls=False, key=uuid4(), acting=acting
    )
    workbooks.run(takeovers.again(found).job)
    return takeovers.again(found)


def test_masked_numbers_are_told_as_such_wherever_they_are_sent(world, ask):
    pupils.enrolled(world)
    before = everything()
    data = documents.open_bytes(ask("clerk", columns=tuple(every()), whole=False).document)

    batch, takeover = workbooks.checked(world, data), taken_over(world, data)

    masked = "这个号码中间是星号，不是完整的号码。"
    for found in (batch, takeover):
        told = {f["label"] for f in found.summary["faults"] if f["message"] == masked}
        assert told == {"身份证件号", "联系电话", "成员1联系电话"}
    assert (batch.state, takeover.state) == (BatchState.FAULTY, TakeoverState.FAULTY)
    assert everything() == before


@pytest.mark.parametrize(
    ("preset", "lacking"),
    [("sheet", "年级、学籍号"), ("contact", "出生地、民族、国籍/地区、身份证件类型、身份证件号")],
)
def test_a_roster_that_lacks_columns_is_refused_by_name(world, ask, preset, lacking):
    pupils.enrolled(world)
    export = ask("clerk", columns=PRESETS[preset][1], whole=True)

    found = taken_over(world, documents.open_bytes(export.document))

    assert found.state == TakeoverState.REFUSED
    assert found.summary["refused"].startswith(f"表头里缺少这些必填的列：{lacking}")


def test_pupils_who_stand_in_the_register_are_not_taken_over_a_second_time(world, ask):
    pupils.enrolled(world)
    before = everything()
    export = ask("clerk", columns=tuple(every()), whole=True)

    found = taken_over(world, documents.open_bytes(export.document))

    told = [f["message"] for f in found.summary["faults"] if f["label"] == "身份证件号"]
    assert (found.state, told) == (
        TakeoverState.FAULTY,
        ["该身份证件号已建有学籍，不得重复建立。"],
    )
    assert everything() == before


def test_a_roster_of_all_columns_from_elsewhere_is_understood_by_a_takeover(world, ask):
    """Of other children: what stands in the file but who they are is as our export wrote it."""
    own_class = world.school_of("clerk").classes.filter(grade=1)[0]
    pupils.enrolled(world, **FILLED, school_class=str(own_class.pk))
    older = pupils.enrolled(world, name="李二年")
    grown_up(older)
    book = load_workbook(
        workbooks.io.BytesIO(
            documents.open_bytes(ask("clerk", columns=tuple(every()), whole=True).document)
        )
    )
    header = next(row for row in book.active.iter_rows() if row[0].value == "序号")
    place = {cell.value: cell.column for cell in header}
    for row in range(header[0].row + 1, book.active.max_row + 1):
        born = date.fromisoformat(book.active.cell(row, place["出生日期"]).value)
        sex = book.active.cell(row, place["性别"]).value
        number = pupils.id_number(born=born, order=800 + row * 2 + (sex == "男"))
        book.active.cell(row, place["身份证件号"]).value = number
        book.active.cell(row, place["姓名"]).value = f"赵{'一二三四五六七'[row]}"
        if book.active.cell(row, place["年级"]).value == "二年级":
            book.active.cell(row, place["学籍号"]).value = "02262501700001"

    found = taken_over(world, workbooks.saved(book))

    assert found.summary["faults"] == []
    assert (found.state, found.rows) == (TakeoverState.READY, 2)
    assert found.summary["unknown"] == ["学校", "学校标识码", "学籍类别", "姓名拼音"]
