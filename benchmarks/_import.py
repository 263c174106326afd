"""The workbook of the import benchmark: children in whom nothing is wrong."""

import io

from openpyxl import Workbook

from enrollment.excel.columns import of_template
from tests import pupils
from tests.strangers import strangers
from tests.world import World

VALUES = {
    "m1_guardian": "是",
    "migrant": "否",
    "paper_household_book": "是",
    "paper_property_proof": "是",
    "verified_by": "李老师",
}


def children(count: int) -> list[dict[str, str]]:
    return [
        pupils.row(name=name, id_number=number, m1_phone=pupils.phone(n), **VALUES)
        for n, (name, number) in enumerate(strangers(count))
    ]


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
