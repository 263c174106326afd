"""Every hostile or odd file gets its declared verdict, and none takes the worker along."""

import socket
import time
from functools import partial

import pytest

from tests.excel import corpus_of_offices  # noqa: F401 -- adds its files to the corpus
from tests.excel.corpus import (
    GOOD_ROWS,
    ROW,
    book,
    cells,
    corpus,
    packed,
    parts,
    sheet_xml,
    with_sheet,
)
from tests.excel.corpus import LABELS as LABELS_IN_ORDER
from xueji.excel import apart, child, gate, reading, refusals
from xueji.excel.refusals import Unreadable

LABELS = {"姓名", "身份证件号", "性别", "民族", "出生日期"}
CORPUS = corpus()


def verdict(read, data):
    try:
        _, rows = read(data, LABELS)
        return sum(1 for _ in rows)
    except Unreadable as error:
        return str(error)


def test_the_corpus_is_as_large_as_promised():
    assert len({sample.name for sample in CORPUS}) == len(CORPUS) >= 40


@pytest.mark.parametrize("sample", CORPUS, ids=lambda sample: sample.name)
def test_a_file_gets_its_verdict(sample):
    told = verdict(reading.read, sample.data)
    if isinstance(sample.verdict, int):
        assert told == sample.verdict
    else:
        assert str(told).startswith(sample.verdict)
        assert str(told).endswith("。")


def test_the_child_gives_the_same_verdicts_and_calls_nobody():
    with socket.create_server(("127.0.0.1", 9999)) as listener:
        listener.settimeout(0.1)
        for sample in (CORPUS[0], *[s for s in CORPUS if s.name in ("billion laughs", "empty")]):
            told = verdict(apart.read, sample.data)
            assert told == sample.verdict or str(told).startswith(str(sample.verdict))
        with pytest.raises(TimeoutError):
            listener.accept()


def test_a_child_that_needs_too_much_is_stopped_and_the_worker_goes_on():
    rows = cells(1, tuple(sorted(LABELS))) + "".join(
        f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>{n}</t></is></c></row>'
        for n in range(2, 15_000)
    )
    impatient = partial(apart.read, patience=0.05)
    began = time.monotonic()
    assert verdict(impatient, with_sheet(sheet_xml(rows))) == refusals.TOO_HARD
    assert time.monotonic() - began < 20
    assert verdict(apart.read, book()) == 2


def test_the_child_has_no_settings_and_no_room_to_grow(tmp_path):
    assert child.MEMORY <= 1 << 30
    assert "DJANGO" not in str(apart.START)
    assert GOOD_ROWS


def test_how_a_name_is_read_aloud_is_no_part_of_it():
    told = "<si><t>王小明</t><rPh sb='0' eb='1'><t>ワン</t></rPh></si>"
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    strings = f'<sst xmlns="{space}">{told}</sst>'.encode()
    pointing = cells(2, ROW).replace(
        '<c r="A2" t="inlineStr"><is><t>王小明</t></is></c>', '<c r="A2" t="s"><v>0</v></c>'
    )
    sheet = sheet_xml(cells(1, tuple(LABELS_IN_ORDER)) + pointing)
    relation = (
        b'<Relationship Id="rId9" Target="sharedStrings.xml" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"/>'
        b"</Relationships>"
    )
    made = parts(book())
    rels = "xl/_rels/workbook.xml.rels"
    made[rels] = made[rels].replace(b"</Relationships>", relation)
    made |= {"xl/worksheets/sheet1.xml": sheet, "xl/sharedStrings.xml": strings}
    _, rows = reading.read(packed(made), LABELS)
    assert next(rows)[1][1] == ("s", "王小明")


def test_a_hundred_megabytes_of_texts_do_not_take_the_worker_along():
    """They pack to five: the child reads them within its limits."""
    piece = "".join(f"{n:08d}学籍学籍学籍学籍学籍学籍学籍学籍" for n in range(19_000))
    texts = f"<si><t>{piece}</t></si>" * 100
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    made = parts(book()) | {
        "xl/sharedStrings.xml": f'<sst xmlns="{space}">{texts}</sst>'.encode(),
    }
    assert len(made["xl/sharedStrings.xml"]) > 100 * gate.MEGABYTE
    assert verdict(apart.read, packed(made)) == 2


def test_how_an_inline_name_is_read_aloud_is_no_part_of_it():
    told = "<is><t>王小明</t><rPh sb='0' eb='1'><t>ワン</t></rPh></is>"
    rows = cells(1, tuple(LABELS_IN_ORDER)) + cells(2, ROW).replace("<is><t>王小明</t></is>", told)
    _, rows = reading.read(with_sheet(sheet_xml(rows)), LABELS)
    assert next(rows)[1][1] == ("s", "王小明")
