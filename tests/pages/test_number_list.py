"""A list of numbers of other registers as a file: what is read, what not, and who may send it."""

import io
from datetime import date
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from tests import pupils
from tests.excel import corpus
from tests.pages.test_uploads import HOSTILE
from xueji.excel import refusals
from xueji.excel.gate import MEGABYTE
from xueji.excel.refusals import Unreadable
from xueji.pages.pupil import number_list
from xueji.students import foreign_numbers
from xueji.students.foreign_numbers import Given, NotForeign
from xueji.students.models import ForeignNumber

LOCAL, OTHER = "02270123450067", "02270123450068"
CHILD = "130283201703170016"
BOMB = corpus.with_sheet(b"<worksheet>" + b" " * 2 * MEGABYTE)
HEADS = ["学号", "身份证号", "起用日期", "停用日期"]


def book(*rows: list[object]) -> bytes:
    made = Workbook()
    for row in rows:
        made.active.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def read(data: bytes) -> tuple[str, list[tuple]]:
    text, rows = number_list.of_file(io.BytesIO(data))
    return text, [tuple(vars(row).values()) for row in rows]


def send(client, data: bytes = b"", *, name="名单.xlsx", text="", **more):
    sends = {"form_key": str(uuid4()), "issuer": "滦南县教育局", "paper": "转学证明", "text": text}
    if data:
        sends["file"] = SimpleUploadedFile(name, data)
    return client.post(reverse("foreign_numbers"), sends | more, follow=True)


# -- what a file says ----------------------------------------------------------------------------
@pytest.mark.parametrize(
    "data",
    [
        book(HEADS, [LOCAL, CHILD, "2024-09-01", None]),
        book(["起用日期", "姓名", "身份证号", "★学号"], ["2024-09-01", "甲", CHILD, LOCAL]),
        f"学号,身份证号,起用日期\r\n{LOCAL},{CHILD},2024-09-01".encode("gb18030"),
        f'\ufeff学号;姓名;身份证号;起用日期\n"{LOCAL}";甲;{CHILD};2024-09-01'.encode(),
        f"起\t学籍号\t身份证件号\n2024-09-01\t{LOCAL}\t{CHILD}".encode("utf-16"),
        f"\n{LOCAL} {CHILD} 2024-09-01".encode(),
    ],
    ids=["as the template", "other order, more columns", "of Excel", "utf-8", "utf-16", "no heads"],
)
def test_a_row_is_found_by_the_heads_in_any_order_and_encoding(data):
    text, rows = read(data)
    assert rows == [(2, LOCAL, CHILD, "2024-09-01", "", "")]
    assert [row.place for row in number_list.of_text(text)] == [2]


def test_days_and_numbers_of_a_workbook_are_taken_only_where_nothing_is_lost():
    lost = number_list.LOST
    text, rows = read(
        book(
            ["外来学号登记表"],
            HEADS,
            [LOCAL, CHILD, date(2024, 9, 1), 45_000],
            [2270123450067, CHILD, 20240901, None],
            [LOCAL, 130283201703170016, "2024.9.1", None],
            ["=1+1", CHILD, "2024.9.1", None],
        )
    )
    assert rows == [
        (3, LOCAL, CHILD, "2024-09-01", "2023-03-15", ""),
        (4, "", CHILD, "20240901", "", lost.format(label="学号")),
        (5, LOCAL, "", "2024.9.1", "", lost.format(label="身份证号")),
        (6, "", CHILD, "2024.9.1", "", number_list.NO_VALUE.format(label="学号")),
    ]
    again = [(row.place, row.number, row.document) for row in number_list.of_text(text)]
    assert again == [(3, LOCAL, CHILD), (4, "", CHILD), (5, LOCAL, ""), (6, "", CHILD)]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", refusals.EMPTY),
        (b"%PDF-1.7", refusals.PICTURE),
        (b"<html><script>1</script></html>", refusals.WEB_PAGE),
        (b"MZ\x90\x00", refusals.PROGRAM),
        (b"\xff\xfe\x00\xd8", refusals.UNDECODED),
        (b"x" * (number_list.LARGEST + 1), refusals.TOO_LARGE.format(limit=2.0)),
        (b"x,y\n" * 60_000, number_list.TOO_LONG),
        (book(HEADS[:2], [LOCAL, CHILD]), number_list.LACKING.format(labels="起用日期")),
        (book([*HEADS, "学籍号"]), number_list.DOUBLED.format(label="学号")),
        (book(HEADS, *[[LOCAL, CHILD]] * (number_list.MOST + 1)), number_list.TOO_MANY),
        (BOMB, refusals.RATIO),
    ],
    ids=lambda value: value[:12] if isinstance(value, str) else "",
)
def test_what_is_no_list_is_refused_with_a_remedy(data, says):
    with pytest.raises(Unreadable) as refused:
        read(data)
    assert str(refused.value) == says


def test_the_template_is_a_list_of_nobody_and_takes_rows_from_the_fifth_on(client_of):
    given = client_of("county").get(reverse("foreign_numbers_template"))
    made = load_workbook(io.BytesIO(given.content))
    filled = made["外来学号"]
    assert [cell.value for cell in filled[3]] == ["序号", *HEADS]
    assert read(given.content) == ("", [])
    for column, value in enumerate([1, OTHER, CHILD, "2024-09-01"], start=1):
        filled.cell(5, column, value)
    out = io.BytesIO()
    made.save(out)
    assert read(out.getvalue())[1] == [(5, OTHER, CHILD, "2024-09-01", "", "")]


# -- what becomes of it --------------------------------------------------------------------------
def test_a_file_is_judged_with_every_faulty_row_named_and_kept_whole_from_the_text_it_left(
    world, client_of
):
    first, second = pupils.id_number(), pupils.id_number()
    student = pupils.enrolled(world, name="单雄信", id_number=first)
    pupils.enrolled(world, "clerk2", name="程知节", id_number=second, **pupils.SHANGZHUANG)
    stranger = pupils.id_number()
    pupils.enrolled(world, "clerk9", name="秦琼", id_number=stranger, **pupils.LUANZHOU)
    client = client_of("county")
    rows = [
        [LOCAL, first, "2024-09-01", None],
        ["123", second, "2024-09-01", None],
        [OTHER, stranger, "2024-09-01", None],
        [2270123450067, second, "2024-09-01", None],
    ]

    judged = send(client, book(HEADS, *rows), check="1")
    refused = send(client, book(HEADS, *rows))

    whys = {line.place: line.why.split("。")[0] for line in judged.context["lines"]}
    assert whys == {
        2: "",
        3: "学号应是 7 至 18 位数字或字母",
        4: "本单位范围内没有这个身份证号的学生",
        5: number_list.LOST.format(label="学号").split("。")[0],
    }
    assert [line.place for line in judged.context["sorted_lines"]] == [3, 4, 5, 2]
    assert (judged.status_code, refused.status_code) == (200, 422)
    assert (ForeignNumber.objects.exists(), "秦琼" in judged.content.decode()) == (False, False)

    left = send(client, book(HEADS, rows[0]), check="1").context["form"]["text"].value()
    assert send(client, text=left).redirect_chain
    assert [(row.student, row.number) for row in ForeignNumber.objects.all()] == [(student, LOCAL)]


def test_a_hostile_file_is_refused_with_a_sentence_and_leaves_nothing(client_of):
    client = client_of("county")
    for name, data in {**HOSTILE, "zip bomb": BOMB}.items():
        answer = send(client, data, name="名单.xlsx") if data else None
        if answer:
            told = answer.context["form"].errors["file"]
            assert (name, answer.status_code, len(told)) == (name, 422, 1)
            assert b"alert(" not in answer.content
    assert not ForeignNumber.objects.exists()


def test_nobody_keeps_a_number_of_a_pupil_out_of_reach(world):
    student = pupils.enrolled(world, "clerk9", **pupils.LUANZHOU)
    given = Given(number=LOCAL, issuer="甲", starts=date(2024, 9, 1), ends=None, paper="乙")
    for who in ("clerk", "county"):
        with pytest.raises(NotForeign, match="已经不在本单位范围内"):
            foreign_numbers.keep([(student, given)], acting=world.acting(who), reason="丙")
    assert not ForeignNumber.objects.exists()
