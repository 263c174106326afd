"""What we write, opened by LibreOffice: every text as it was, nothing calculated, and it prints.

Only with ``dev.py test --long``, and only where LibreOffice is installed: the product needs none.
"""

import csv
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.excel.test_writer import RARE, STARTS, book, sheet
from tests.jobs.processes import LONG
from xueji.excel import marking, template
from xueji.excel.template import Field

OFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(not (LONG and OFFICE), reason="dev.py test --long, LibreOffice")

FIELDS = [Field(label="身份证件号", must=True, example="130283202003170014"), Field(label="姓名")]
HEADER = ("行", "列", "列名", "单元格内容", "问题", "依据", "怎么改")
LINES = [
    HEADER,
    *((str(n), "A", "身份证件号", "", "没有填。", "", "请补填。") for n in range(5, 125)),
]


def converted(data: bytes, kind: str, folder: Path) -> bytes:
    """The first sheet as CSV in UTF-8, or the whole workbook as it prints."""
    (folder / "book.xlsx").write_bytes(data)
    to = "csv:Text - txt - csv (StarCalc):44,34,76" if kind == "csv" else kind
    command = [OFFICE, "--headless", "--convert-to", to, "--outdir", str(folder)]
    home = {"HOME": str(folder), "PATH": "/usr/bin:/bin"}
    subprocess.run(
        [*command, str(folder / "book.xlsx")],
        check=True,
        capture_output=True,
        env=home,
        timeout=120,
    )
    return (folder / f"book.{kind}").read_bytes()


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page[^s]", pdf))


def returned() -> bytes:
    empty = template.workbook(
        FIELDS, sheet="新生", title="导入表", explained=["说明"], identifier="x"
    )
    return marking.mark(
        empty,
        sheet="新生",
        marks=[(5, 1, "还没有填身份证件号。")],
        facts=[["导入结果"]],
        lines=LINES,
        labels=[field.label for field in FIELDS],
        in_place=True,
    )


def test_a_roster_shows_every_text_and_calculates_none(tmp_path):
    live = [f"{start}1+1" for start in STARTS if start.strip() == start and start not in "\t\r\n"]
    rows = [[text, "130283202003170014", RARE] for text in [*live, "007", "2026-09-01", "1E5"]]
    said = converted(book(rows), "csv", tmp_path).decode("utf-8-sig")
    assert list(csv.reader(said.splitlines()))[1:] == rows


def test_a_roster_of_many_columns_prints_as_wide_as_a_page(tmp_path):
    rows = [["王梓涵"] * 20 for _ in range(10)]
    assert pages(converted(book(rows, sheet(20)), "pdf", tmp_path)) == 1


def test_the_list_of_faults_that_comes_back_prints_as_wide_as_a_page(tmp_path):
    """120 faults under each other are a few pages; cut in two they were twice as many."""
    assert pages(converted(returned(), "pdf", tmp_path)) <= 6


def test_what_comes_back_still_shows_what_was_typed(tmp_path):
    said = converted(returned(), "csv", tmp_path).decode("utf-8-sig")
    assert list(csv.reader(said.splitlines()))[2:4] == [
        ["身份证件号", "姓名"],
        ["130283202003170014", ""],
    ]
