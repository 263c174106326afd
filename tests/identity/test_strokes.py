import pytest
from hypothesis import given
from hypothesis import strategies as st

from xueji.identity import strokes


@pytest.mark.parametrize(
    ("character", "counted"),
    [("一", 1), ("丁", 2), ("王", 4), ("骨", 9), ("龘", 48), ("𠮷", 6), ("䶮", 9), ("㛃", 9)]
    + [("·", None), ("A", None), ("〇", None)],
)
def test_strokes_are_those_of_the_mainland(character, counted):
    assert strokes.count(character) == counted


def test_every_character_of_the_basic_block_and_of_the_first_extensions_is_counted():
    blocks = [(0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF)]

    codes = [code for first, last in blocks for code in range(first, last + 1)]

    assert [hex(code) for code in codes if strokes.count(chr(code)) is None] == []


def test_names_are_sorted_by_the_strokes_of_each_character_and_a_surname_stays_together():
    ordered = ["丁一", "尹丁", "尹龘", "王丁", "王𠮷安", "王㛃", "王䶮", "李一", "赵一", "龘一"]

    assert sorted(set(ordered), key=strokes.order) == ordered
    assert strokes.order("王㛃") == "04王09㛃"
    assert strokes.order("古丽·艾力") == "05古07丽05艾02力"


def test_a_name_in_letters_stands_behind_and_an_uncounted_character_last():
    assert sorted(["〇一", "John", "龘", "一"], key=strokes.order) == ["一", "龘", "John", "〇一"]


@given(st.text(alphabet="一丁王李𠮷䶮㛃龘〇", min_size=1, max_size=50))
def test_a_key_fits_into_its_column(name):
    assert len(strokes.order(name)) <= 150
