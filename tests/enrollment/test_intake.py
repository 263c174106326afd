"""What cells say: every common spelling is understood, what Excel has spoilt is refused."""

from pathlib import Path
from uuid import uuid4

import pytest
from django.utils.timezone import now

from enrollment.excel.columns import KNOWN_HEADERS, REQUIRED, plain
from enrollment.excel.intake import LOST, letter, text_of
from enrollment.models import BatchState
from enrollment.services.batch import keeping
from tests import pupils
from tests.enrollment import workbooks
from xueji.documents import services as documents
from xueji.excel.cells import DAY, FAULT, FORMULA, NUMBER, TEXT, TRUTH
from xueji.jobs import registry
from xueji.jobs.leases import LEASE, Lease, LeaseLost
from xueji.jobs.models import Job, JobState
from xueji.students import sheet
from xueji.students.models import Student

BY_KEY = {column.key: column for column in KNOWN_HEADERS.values()}


@pytest.mark.parametrize(
    ("key", "cell", "text"),
    [
        ("birth_date", (TEXT, "2019-9-1"), "2019-09-01"),
        ("birth_date", (TEXT, "2019.9.1"), "2019-09-01"),
        ("birth_date", (TEXT, "2019/9/1"), "2019-09-01"),
        ("birth_date", (TEXT, "20190901"), "2019-09-01"),
        ("birth_date", (TEXT, "2019年9月1日"), "2019-09-01"),
        ("birth_date", (TEXT, "２０１９年９月１日"), "2019-09-01"),
        ("birth_date", (TEXT, "2019-09-01 00:00:00"), "2019-09-01"),
        ("birth_date", (NUMBER, "43709"), "2019-09-01"),
        ("birth_date", (TEXT, "43709"), "2019-09-01"),
        ("birth_date", (NUMBER, "20190901"), "2019-09-01"),
        ("birth_date", (DAY, "2019-09-01"), "2019-09-01"),
        ("birth_date", (TEXT, "19-9-1"), "19-9-1"),
        ("entered_on", (TEXT, "202609"), "2026-09-01"),
        ("entered_on", (TEXT, "2026年9月"), "2026-09-01"),
        ("entered_on", (NUMBER, "202609"), "2026-09-01"),
        ("id_number", (TEXT, " 13028320200317001Ｘ "), "13028320200317001X"),
        ("id_number", (TEXT, "'130283202003170014"), "130283202003170014"),
        ("phone", (NUMBER, "13931520018"), "13931520018"),
        ("phone", (NUMBER, "1.3931520018E10"), "13931520018"),
        ("postcode", (TEXT, "０６４４００"), "064400"),
        ("distance", (NUMBER, "0.80000000000000004"), "0.8"),
        ("nation", (NUMBER, "1"), "1"),
        ("nation", (TEXT, "汉族\u200b"), "汉族"),
        ("name", (TEXT, "\u00a0王\u200b小\ufeff明\u3000"), "王小明"),
        ("name", (TEXT, "　王小明\xa0"), "王小明"),
        ("name", (TEXT, "买买提·艾力（大）"), "买买提·艾力（大）"),
        ("m1_guardian", (TRUTH, "1"), "1"),
        ("paper_household_book", (TEXT, "√"), "1"),
        ("paper_household_book", (TEXT, "已核验"), "1"),
        ("paper_household_book", (TEXT, "否"), ""),
        ("paper_household_book", (NUMBER, "1"), "1"),
    ],
)
def test_a_common_spelling_is_understood(key, cell, text):
    assert text_of(cell, BY_KEY[key]) == (text, None)


def test_days_are_counted_from_1904_where_the_workbook_says_so():
    assert text_of((NUMBER, "42247"), BY_KEY["birth_date"], epoch_1904=True)[0] == "2019-09-01"


@pytest.mark.parametrize(
    "cell",
    [
        (NUMBER, "1.302832019010199e+17"),
        (NUMBER, "130283202003170000"),
        (TEXT, "1.30283E+17"),
    ],
)
def test_a_number_that_excel_has_cut_is_refused_with_the_remedy(cell):
    text, fault = text_of(cell, BY_KEY["id_number"])
    assert (text, fault) == ("", LOST)
    assert "文本" in fault.remedy


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ((FAULT, "#N/A"), "单元格是错误值 #N/A。"),
        ((FORMULA, "="), "单元格里的公式没有算出结果。"),
    ],
)
def test_what_is_no_value_is_a_fault(cell, says):
    assert text_of(cell, BY_KEY["name"])[1].message == says


def test_a_paper_that_is_neither_yes_nor_no_is_a_fault():
    assert text_of((TEXT, "大概"), BY_KEY["paper_household_book"])[1].kind == "unknown_code"


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("姓名", "name"),
        ("★姓 名*", "name"),
        ("身份证号", "id_number"),
        ("国籍／地区", "country"),
        ("户口所在地行政区划代码", "hukou_code"),
        ("成员1是否监护人", "m1_guardian"),
        ("户口簿已核验", "paper_household_book"),
    ],
)
def test_a_header_is_known_however_it_is_decorated(typed, key):
    assert KNOWN_HEADERS[plain(typed)].key == key


def test_every_item_of_the_sheet_that_is_typed_has_a_column_in_its_order():
    wanted = [item.key for item in sheet.items() if item.key]
    columns = list(dict.fromkeys(column.key for column in KNOWN_HEADERS.values()))
    assert [key for key in sorted(columns, key=columns.index) if key in wanted]
    assert set(wanted) <= set(columns)
    assert {column.key for column in REQUIRED} >= {"name", "id_number", "m1_name", "m1_phone"}


def test_letters_of_columns():
    assert [letter(n) for n in (1, 26, 27, 52, 703)] == ["A", "Z", "AA", "AZ", "AAA"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda header: header[1:], "表头里缺少这些必填的列：姓名。"),
        (lambda header: [*header, ("x", "姓名")], "表头里「姓名」出现了两次"),
    ],
)
@pytest.mark.usefixtures("noon")
def test_a_header_that_lacks_or_doubles_a_column_refuses_the_file(world, change, why):
    header = change(workbooks.columns(world))
    batch = workbooks.checked(world, workbooks.sheet(header, workbooks.rows(1)))
    assert batch.summary["refused"].startswith(why)


@pytest.mark.usefixtures("noon")
def test_columns_in_any_order_with_strange_ones_between_are_read_and_reported(world):
    header = [("", "备注"), *reversed(workbooks.columns(world)), ("", "座位")]
    data = workbooks.sheet(header, workbooks.rows(2), above=["迁安市", "新生名单"])
    batch = workbooks.checked(world, data)
    assert (batch.state, batch.rows, batch.summary["unknown"]) == (
        BatchState.READY,
        2,
        ["备注", "座位"],
    )


@pytest.mark.usefixtures("noon")
def test_names_and_codes_and_twelve_digits_mean_the_same(world):
    by_name = {"nation": "汉族", "health": "健康或良好", "travel": "5", "boarding": "走读"}
    lines = [
        {**workbooks.rows(1)[0], **by_name},
        {**workbooks.rows(1)[0], "hukou_text": "130283103227", "nation": "1", "name": "李雨桐"},
    ]
    workbooks.imported(world, lines)
    found = list(Student.objects.order_by("pk").values_list("nation", "boarding", "hukou_code"))
    assert found == [("01", "1", "130283103227")] * 2
    assert Student.objects.order_by("pk").last().hukou_text == "建昌营镇 军屯村"


@pytest.mark.usefixtures("noon")
def test_a_worker_that_lost_its_job_stores_nothing_and_the_next_one_stores_once(world):
    batch = workbooks.checked(world, workbooks.sheet(workbooks.columns(world), workbooks.rows(2)))
    job = keeping.confirm(batch_id=batch.pk, key=uuid4(), acting=world.acting("clerk")).job
    Job.objects.filter(pk=job.pk).update(
        state=JobState.RUNNING, lease=uuid4(), lease_until=now() + LEASE
    )
    with pytest.raises(LeaseLost):
        registry.get(job.kind).handler(job, Lease(job_id=job.pk, token=uuid4()))
    assert (Student.objects.count(), workbooks.again(batch).state) == (0, BatchState.STORING)

    workbooks.run(job)

    assert (Student.objects.count(), workbooks.again(batch).state) == (2, BatchState.STORED)


@pytest.mark.usefixtures("noon")
def test_a_workbook_of_97_is_read_and_comes_back_as_a_new_one_of_its_values(world):
    """Made once by xlwt: numbers for telephones and postcode, a day for the birth date."""
    data = (Path(__file__).parent.parent / "excel" / "old.xls").read_bytes()
    good = workbooks.checked(world, data, name="新生.xls")
    assert (good.state, good.rows) == (BatchState.READY, 1), good.summary

    pupils.submitted(world, "clerk", id_number="130283202003170010", name="王若曦")
    batch = workbooks.checked(world, data, name="新生.xls")

    assert (batch.state, batch.summary["is_plain"], batch.marked.name) == (
        BatchState.FAULTY,
        False,
        "新生（已标注）.xlsx",
    )
    book = workbooks.opened(documents.open_bytes(batch.marked))
    header = [cell.value for cell in book["新生"][1]]
    cell = book["新生"].cell(2, header.index("身份证件号") + 1)
    assert (cell.value, cell.data_type) == ("130283202003170010", "s")
    assert "证件号" in cell.comment.text


@pytest.mark.usefixtures("noon")
@pytest.mark.parametrize("typed", ["一（2）班", "一年级2班", "2班", "2", "（2）班"])
def test_a_class_is_found_by_name_or_number(world, typed):
    batch = workbooks.imported(world, workbooks.rows(1, school_class=typed))
    (row,) = batch.imported.select_related("case__enrollment__school_class")
    assert row.case.enrollment.school_class.number == 2


@pytest.mark.usefixtures("noon")
def test_a_class_that_the_school_does_not_have_is_a_fault(world):
    data = workbooks.sheet(workbooks.columns(world), workbooks.rows(1, school_class="二（2）班"))
    assert workbooks.checked(world, data).summary["faults"][0]["label"] == "班级"


@pytest.mark.parametrize(
    ("said", "word"),
    [("合　计", "合　计"), ("填表人：某人", "填表"), ("备注：以上学生均已核验", "备注")],
)
def test_a_line_below_the_list_that_is_no_pupil_is_one_fault_not_thirty(world, noon, said, word):
    header = [("", "序号"), *workbooks.columns(world)]
    lines = [*workbooks.rows(1), {"": said, "name": "1 人"}]

    batch = workbooks.checked(world, workbooks.sheet(header, lines))

    assert (batch.state, batch.rows, batch.faulty) == (BatchState.FAULTY, 2, 1)
    [fault] = batch.summary["faults"]
    assert (fault["line"], fault["message"], fault["remedy"]) == (
        3,
        f"这一行以「{word}」开头，不是一名学生。",
        "合计、签名和说明请删去，或移到另一张工作表，再上传。",
    )


def test_headers_that_schools_use_in_their_own_lists_are_understood(world, noon):
    own = {"name": "学生姓名", "id_number": "身份证\n号码*", "m1_name": "家长姓名"}
    header = [(key, own.get(key, label)) for key, label in workbooks.columns(world)]

    batch = workbooks.checked(world, workbooks.sheet(header, workbooks.rows(1)))

    assert (batch.state, batch.fresh) == (BatchState.READY, 1)


def test_a_header_without_a_required_column_names_also_those_that_were_not_understood(world, noon):
    header = [(k, {"name": "娃儿"}.get(k, label)) for k, label in workbooks.columns(world)]

    batch = workbooks.checked(world, workbooks.sheet(header, workbooks.rows(1)))

    assert batch.summary["refused"] == (
        "表头里缺少这些必填的列：姓名。请用下载的模板填写，或补上这些列（列名照写），再上传。"
        "表里这些列没有认出来：娃儿。其中有的，把列名改得一样就行。"
    )


def test_the_page_shows_a_class_as_it_was_written(world, noon):
    data = workbooks.sheet(workbooks.columns(world), workbooks.rows(1, school_class="十五班"))

    batch = workbooks.checked(world, data)

    [fault] = batch.summary["faults"]
    assert (fault["label"], fault["value"]) == ("班级", "十五班")


def test_halves_of_characters_and_nothing_at_all_are_refused_at_their_cells(world, noon):
    """Excel's escapes can write what no text holds: in a cell, in a strange column's header."""
    [line] = workbooks.rows(1)
    line |= {"name": "王_xD800_小明", "hukou_text": "军屯_x0000_村"}
    header = [*workbooks.columns(world), ("strange", "备_xDFFF_注")]
    line["strange"] = "_x0000_"

    batch = workbooks.checked(world, workbooks.sheet(header, [line]))

    assert [(f["label"], f["value"], f["message"]) for f in batch.summary["faults"]] == [
        (label, "（读不出）", "这一格里有显示不出的字。") for label in ("姓名", "户口所在地")
    ]
    assert batch.summary["unknown"] == ["备�注"]
