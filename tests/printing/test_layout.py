"""Rows of a form without holes, and rows of a list on numbered sheets."""

import pytest

from xueji.printing.grid import rows
from xueji.printing.sheets import lines_of, packed


@pytest.mark.parametrize(
    ("wanted", "laid"),
    [
        ([("a", 1), ("b", 1), ("c", 1)], [[("a", 1), ("b", 1), ("c", 1)]]),
        ([("a", 1), ("b", 3)], [[("a", 3)], [("b", 3)]]),
        ([("a", 2), ("b", 2)], [[("a", 3)], [("b", 3)]]),
        ([("a", 9)], [[("a", 3)]]),
        ([], []),
    ],
)
def test_items_keep_their_order_and_leave_no_hole(wanted, laid):
    assert rows(wanted, places=3) == laid


def test_the_rows_beside_the_photo_have_one_place_less():
    wanted = [(name, 1) for name in "abcdefg"]

    assert rows(wanted, places=3, beside=2) == [
        [("a", 1), ("b", 1)],
        [("c", 1), ("d", 1)],
        [("e", 1), ("f", 1), ("g", 1)],
    ]


@pytest.mark.parametrize(
    ("text", "lines"),
    [("", 1), ("张一诺", 1), ("阿卜杜热西提·艾尔肯江", 2), ("abcdefghij", 1), ("𠮷" * 9, 2)],
)
def test_a_text_takes_the_lines_that_its_characters_fill(text, lines):
    assert lines_of(text, 8) == lines


def test_a_sheet_holds_what_it_has_room_for():
    assert packed("abcdefgh", [1] * 8, room=4) == [list("abcd"), list("efgh")]


def test_a_high_row_leaves_fewer_for_its_sheet():
    assert packed("abcdefgh", [1, 3, 1, 1, 1, 1, 1, 1], room=5) == [list("abc"), list("defgh")]


def test_no_row_stands_alone_on_the_last_sheet():
    assert packed("abcdefghi", [1] * 9, room=8) == [list("abcdef"), list("ghi")]


def test_a_list_of_nobody_is_one_empty_sheet():
    assert packed([], [], room=8) == [[]]
