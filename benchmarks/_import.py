"""The workbook of the import benchmark: children in whom nothing is wrong."""

import io
from datetime import date, timedelta

from openpyxl import Workbook

from enrollment.excel.columns import of_template
from tests import pupils
from tests.world import World

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
