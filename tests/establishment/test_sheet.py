"""Schools and places as a sheet, all or none."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from tests.establishment.asking import send
from xueji.organisations.models import (
    Division,
    Organisation,
    School,
)

SHEET = (
    "级别,名称,上级,学校代码,学校标识码,学段学制\n"
    "中心校,新集镇中心校,,,,\n"
    "学校,新集小学,新集镇中心校,045,3130283045,小学5\n"
)


def test_a_sheet_is_judged_row_by_row_and_added_as_a_whole_or_not_at_all(world, client_of):
    client, before = client_of("county"), Organisation.objects.count()
    wrong = SHEET.replace("中心校,新集镇中心校,,,,", "中心校,新集镇中心校,,,,") + (
        "学校,另一小学,没有的中心校,045,3130283046,小学6\n"
    )

    refused = send(client, "organisations_import", what="offices", text=wrong)

    rows = [[problem.field for problem in line.problems] for line in refused.context["lines"]]
    assert rows == [["division_code"], [], ["parent", "code"]]
    assert Organisation.objects.count() == before
    right = SHEET.replace("级别,", "乡镇代码,级别,").replace("中心校,新", "130283104,中心校,新")
    right = right.replace("学校,新集小学", ",学校,新集小学")
    file = SimpleUploadedFile("a.csv", right.encode("gb18030"), content_type="text/csv")
    send(client, "organisations_import", what="offices", file=file, reason="批文")
    school = School.objects.get(code="045")
    assert (str(school.organisation.parent), school.area) == ("新集镇中心校", "township")
    assert [(s.first_grade, s.years) for s in school.stages.all()] == [(1, 5)]


def test_a_row_is_told_by_the_place_at_which_the_page_shows_it(world, client_of):
    rows = (
        SHEET.splitlines()[0]
        + "\n学校,甲小学,,091,3130283091,小学6\n学校,乙小学,,091,3130283092,小学6\n"
    )
    refused = send(client_of("county"), "organisations_import", what="offices", text=rows)
    first, second = refused.context["lines"]
    assert (first.place, [str(p) for p in first.problems]) == (2, [])
    assert "学校代码 091 是本表第 2 行的" in str(second.problems[0])


@pytest.mark.parametrize(
    ("stages", "told"), [("小学7", []), ("小学9", ["小学学制 9 年太长，最多 7 年"])]
)
def test_a_stage_that_is_longer_than_any_is_refused(world, client_of, stages, told):
    rows = SHEET.splitlines()[0] + f"\n学校,甲小学,,091,3130283091,{stages}\n"
    sheet = {"what": "offices", "text": rows, "check": "1"}
    shown = send(client_of("county"), "organisations_import", **sheet)
    problems = [str(p).partition("。")[0] for p in shown.context["lines"][0].problems]
    assert [p for p in problems if "学制" in p] == told


def test_a_workbook_stands_in_the_field_as_it_would_be_pasted(world, client_of):
    """Codes as numbers and as text, a title above the heads, a line break in a cell."""
    book = Workbook()
    book.active.append(["迁安市新设村"])
    book.active.append(["名称", "代码"])
    book.active.append(["东村\n村民委员会", 130283104201])
    book.active.append([" 西村", "130283104202"])
    data = BytesIO()
    book.save(data)
    file = SimpleUploadedFile("村.xlsx", data.getvalue())
    client = client_of("county")
    shown = send(client, "organisations_import", what="divisions", check="1", file=file)
    assert shown.context["form"].data["text"] == (
        "名称\t代码\n东村 村民委员会\t130283104201\n西村\t130283104202"
    )
    broken = SimpleUploadedFile("村.xlsx", data.getvalue()[:-30])
    refused = send(client, "organisations_import", what="divisions", file=broken)
    assert (refused.status_code, len(refused.context["form"].errors["text"])) == (422, 1)


def test_villages_are_added_from_a_list(world, client_of):
    client = client_of("county")
    rows = "代码,名称\n130283104000,新集镇\n130283104201,东村村民委员会\n130284104201,西村\n"

    refused = send(client, "organisations_import", what="divisions", text=rows)
    assert [bool(line.problems) for line in refused.context["lines"]] == [False, False, True]
    good = rows.replace("130284104201,西村\n", "")
    send(client, "organisations_import", what="divisions", text=good)

    place = Division.objects.get(pk="130283104201")
    assert (place.name, place.full_name.split()[-2:], place.level) == (
        "东村",
        ["新集镇", "东村"],
        "village",
    )


@pytest.mark.parametrize("who", ["clerk", "centre", "city"])
def test_nobody_but_the_county_has_the_forms(world, client_of, who):
    pk, client = world.schools["清泉小学"].pk, client_of(who)
    for name in ("organisation_new", "organisations_import", "calendar_edit", "order_new"):
        assert client.get(reverse(name)).status_code == 404
    for name in ("organisation_edit", "organisation_stages", "organisation_catchment"):
        assert client.get(reverse(name, args=[pk])).status_code == 404
    assert send(client, "organisation_connect", pk).status_code == 404


HEADS = "名称,上级,学校代码,学校标识码,学段学制"


def judged(client, text: str) -> list[list[str]]:
    """Of each row of a list of schools what is wrong with it."""
    shown = send(client, "organisations_import", what="offices", text=text, check="1")
    return [[str(problem) for problem in line.problems] for line in shown.context["lines"]]


def unread(client, text: str) -> list[str]:
    """Why a list is not read at all."""
    refused = send(client, "organisations_import", what="offices", text=text, check="1")
    assert (refused.status_code, refused.context["lines"]) == (422, None)
    return refused.context["form"].errors["text"]


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("小学六年", "小学 6 年"),
        ("小学 5", "小学 5 年"),
        ("小学５年制", "小学 5 年"),
        ("小学五年、初中四年", "小学 5 年、初中 4 年（6 年级起）"),
        ("小学5 + 初中4", "小学 5 年、初中 4 年（6 年级起）"),
        ("初中", "初中 3 年"),
    ],
)
def test_the_years_of_a_stage_are_read_as_they_are_written(world, client_of, typed, understood):
    text = f"{HEADS}\n甲小学,建昌营镇中心校,091,3130283091,{typed}\n"
    sheet = {"what": "offices", "text": text, "check": "1"}
    (line,) = send(client_of("county"), "organisations_import", **sheet).context["lines"]
    assert ("、".join(map(str, line.row.stages)), line.problems) == (understood, [])


@pytest.mark.parametrize(
    "typed", ["小学6+幼儿园3", "小学0", "小学六十年", "小学6年级", "九年一贯制", "6"]
)
def test_years_that_cannot_be_read_are_never_guessed(world, client_of, typed):
    text = f"{HEADS}\n甲小学,建昌营镇中心校,091,3130283091,{typed}\n"
    told = "学段学制读不懂。请写成 小学6、小学5+初中4 这样；一贯制学校分学段写。"
    assert judged(client_of("county"), text) == [[told]]


@pytest.mark.parametrize(("typed", "designated"), [("是", True), ("否", False), ("", False)])
def test_whether_guests_are_designated_is_read(world, client_of, typed, designated):
    text = f"{HEADS},指定借读\n甲小学,建昌营镇中心校,091,3130283091,小学6,{typed}\n"
    sheet = {"what": "offices", "text": text, "check": "1"}
    (line,) = send(client_of("county"), "organisations_import", **sheet).context["lines"]
    assert (line.row.designated, line.problems) == (designated, [])


def test_what_is_neither_yes_nor_no_is_not_taken_for_a_no(world, client_of):
    text = f"{HEADS},指定借读\n甲小学,建昌营镇中心校,091,3130283091,小学6,指定\n"
    told = [["指定借读只能填是或否。请填「是」或「否」。"]]
    assert judged(client_of("county"), text) == told


def test_cells_beyond_the_heads_are_not_dropped_unseen(world, client_of):
    rows = (
        "甲小学,建昌营镇中心校,091,3130283091,小学6,",
        "乙小学,建昌营镇中心校,092,3130283092,小学6,,甲",
    )
    text = "\n".join([HEADS, *rows])
    told = "这一行比列名多出内容。请核对是不是错了列，或补上列名。"
    assert judged(client_of("county"), text) == [[], [told]]


def test_a_head_that_stands_twice_is_named(world, client_of):
    text = "名称,学校代码,学校代码\n甲小学,091,092\n"
    assert unread(client_of("county"), text) == [
        "列名「学校代码」出现了两次，不知道读哪一列。请删去一列。"
    ]


@pytest.mark.parametrize("name", ['"甲小学', "甲" * 140_000], ids=["quote", "long"])
def test_a_row_that_swallows_what_follows_is_named(world, client_of, name):
    row = "建昌营镇中心校,091,3130283091,小学6"
    text = f"{HEADS}\n乙小学,{row}\n{name},{row}\n丙小学,{row}\n"
    assert unread(client_of("county"), text) == [
        "第 3 行读不懂：引号没有成对、引号后面还有字，或一格太长。请改正这一行，再核对。"
    ]


def test_rows_are_counted_as_the_table_counts_them_with_its_blank_ones(world, client_of):
    rows = "甲小学,建昌营镇中心校,091,3130283091,小学6\n"
    text = f"{HEADS}\n{rows}\n,,,,\n{rows}"
    sheet = {"what": "offices", "text": text, "check": "1"}
    lines = send(client_of("county"), "organisations_import", **sheet).context["lines"]
    assert [line.place for line in lines] == [2, 5]
    assert "学校代码 091 是本表第 2 行的" in str(lines[1].problems[1])


def test_a_row_is_told_by_its_place_where_blank_ones_stand_before_it(world, client_of):
    row = "小学,建昌营镇中心校,091,3130283091,小学6"
    first, second = judged(client_of("county"), f"{HEADS}\n\n甲{row}\n\n乙{row}\n")
    assert (first, second[0].partition("。")[0]) == ([], "学校代码 091 是本表第 3 行的")


def test_a_centre_that_only_its_first_school_names_is_asked_for(world, client_of):
    """As it comes from a table whose cells were merged: the school would become an urban one."""
    text = (
        f"{HEADS}\n甲小学,建昌营镇中心校,091,3130283091,小学6\n乙小学,,092,3130283092,小学6\n"
        "丙小学,迁安市教育局,093,3130283093,小学6\n丁小学,,094,3130283094,小学6\n"
    )
    told = (
        "上级是空的，前面的行写着；合并过的单元格只有第一行有内容。"
        "请逐行填写；县直属的填 迁安市教育局。"
    )
    assert judged(client_of("county"), text) == [[], [told], [], []]
    sheet = {"what": "offices", "text": f"{HEADS}\n{text.splitlines()[3]}\n", "reason": "批文"}
    send(client_of("county"), "organisations_import", **sheet)
    school = School.objects.get(code="093")
    assert (str(school.organisation.parent), school.area) == ("迁安市教育局", "urban")


def test_full_width_digits_and_commas_are_read(world, client_of):
    text = f"{HEADS}\n甲小学,建昌营镇中心校,０９１,３１３０２８３０９１,小学６\n".replace(",", "，")
    sheet = {"what": "offices", "text": text, "check": "1"}
    (line,) = send(client_of("county"), "organisations_import", **sheet).context["lines"]
    assert (line.row.code, line.row.identifier, line.problems) == ("091", "3130283091", [])


def test_the_wrong_rows_of_a_long_list_stand_first(world, client_of):
    text = "\n".join(
        [HEADS, *(f"校{n},建昌营镇中心校,9{n},31302839{n},小学6" for n in range(10, 14))]
    )
    text = text.replace("912,", "12,")
    sheet = {"what": "offices", "text": text, "check": "1"}
    shown = send(client_of("county"), "organisations_import", **sheet).context["shown"]
    assert [line.place for line in shown] == [4, 2, 3, 5]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (
            b"%PDF-1.4 x",
            "这是图片或 PDF，不是 Excel 工作簿。请选 xlsx、xls 或 csv，或直接复制、粘贴。",
        ),
        (b"<html><table>", "这是网页改成的表格，不是真正的 Excel 工作簿。"),
        (b"PK\x03\x04x", "文件不完整或已损坏，打不开。"),
    ],
)
def test_a_file_that_is_no_table_is_told_what_it_is(world, client_of, data, told):
    file = SimpleUploadedFile("表.csv", data)
    sheet = {"what": "offices", "file": file, "check": "1"}
    (said,) = (
        send(client_of("county"), "organisations_import", **sheet).context["form"].errors["text"]
    )
    assert (said[: len(told)], "模板" in said) == (told, False)


@pytest.mark.parametrize("hidden", ["\u200b", "\u202e", "\ufeff", "\u2800", "\ufe00"])
def test_a_name_with_something_that_nobody_sees_is_refused(world, client_of, hidden):
    """It would look like the school there is, and nobody who types its name would find it."""
    heads = SHEET.splitlines()[0]
    text = heads + f"\n学校,清泉{hidden}小学,建昌营镇中心校,091,3130283091,小学6\n"
    sheet = {"what": "offices", "text": text, "check": "1"}

    (line,) = send(client_of("county"), "organisations_import", **sheet).context["lines"]

    assert [str(problem) for problem in line.problems] == [
        "名称第 3 个字符是看不见的字符，多半是从别处复制时带来的。请删去整个名称后重新输入。"
    ]


def test_so_is_a_village_with_such_a_name(world, client_of):
    text = "代码,名称\n130283103299,军\u200b屯二村\n"
    sheet = {"what": "divisions", "text": text, "check": "1"}
    (line,) = send(client_of("county"), "organisations_import", **sheet).context["lines"]
    assert "名称第 2 个字符是看不见的字符" in str(line.problems[0])
