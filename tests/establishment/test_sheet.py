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
