"""A workbook that we write names us as its author, and no program."""

import io

import pytest
from openpyxl import load_workbook

from xueji.excel import marking, template
from xueji.excel.template import Field

LABELS = ["身份证件号", "姓名"]


def empty() -> bytes:
    fields = [Field(label=label, must=True) for label in LABELS]
    return template.workbook(fields, sheet="新生", title="新生", explained=["说明"], identifier="x")


def marked(*, in_place: bool) -> bytes:
    return marking.mark(
        empty(), sheet="新生", marks=[], facts=[], lines=[], labels=LABELS, in_place=in_place
    )


@pytest.mark.parametrize(
    "write", [empty, lambda: marked(in_place=True), lambda: marked(in_place=False)]
)
def test_the_author_of_a_workbook_is_the_register(write):
    assert load_workbook(io.BytesIO(write())).properties.creator == "学籍系统"
