import pytest
from hypothesis import given
from hypothesis import strategies as st

from xueji.identity.names import check_name, clean_name, is_chinese


def codes(name):
    return [problem.code for problem in check_name(name)]


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("张依诺", "张依诺"),
        ("  张依诺\n", "张依诺"),
        ("\u3000张依诺\u00a0", "张依诺"),
        ("买买提・吐尔逊", "买买提·吐尔逊"),
        ("买买提･吐尔逊", "买买提·吐尔逊"),
        ("买买提•吐尔逊", "买买提·吐尔逊"),
        ("买买提‧吐尔逊", "买买提·吐尔逊"),
        ("买买提．吐尔逊", "买买提·吐尔逊"),
        ("买买提.吐尔逊", "买买提·吐尔逊"),
        ("John A. Smith", "John A. Smith"),
        ("Ｊｏｈｎ　Ｓｍｉｔｈ", "John Smith"),
        ("Jose\u0301", "José"),
        ("⼀⼆", "一二"),  # radicals, as a PDF gives them
        ("𠮷田䶮㛃", "𠮷田䶮㛃"),
        ("张\u3000 依诺", "张 依诺"),
        ("张①", "张①"),  # not 张1: what was typed is refused, not guessed
        (None, ""),
    ],
)
def test_a_name_has_one_written_form(raw, clean):
    assert clean_name(raw) == clean


@pytest.mark.parametrize(
    "name",
    [
        "张三",
        "𠮷田",  # CJK extension B
        "王䶮",  # extension A
        "刘㛃",
        "李𫖯",  # extension C
        "陈𬱖",  # extension E
        "赵\U00030000",  # extension G
        "钱\U000313a9",
        "孙\U0002ebf0",  # extension I
        "〇一",
        "买买提·吐尔逊",
        "John Smith",
        "O'Brien-José",
        "J\u030can",  # a mark that has no letter of its own with J
        "阿" * 50,
    ],
)
def test_a_name_as_in_the_register_is_right(name):
    assert codes(name) == []


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("", ["name.required"]),
        (None, ["name.required"]),
        (" \t", ["name.required"]),
        ("张 三", ["name.blank"]),
        ("买买提 · 吐尔逊", ["name.blank"]),
        ("张3", ["name.digit"]),
        ("张３", ["name.digit"]),
        ("张，三", ["name.punctuation"]),
        ("张(三)", ["name.punctuation"]),
        ("张-三", ["name.punctuation"]),
        ("张😀", ["name.punctuation"]),
        ("张\u200b三", ["name.invisible"]),
        ("张\x07三", ["name.invisible"]),
        ("张\u2800三", ["name.invisible"]),
        ("张\u3164三", ["name.invisible"]),
        ("Anna\ufe0f Lee", ["name.invisible"]),
        ("Anna\ufe00 Lee", ["name.invisible"]),
        ("葛\U000e0100城", ["name.invisible"]),
        ("张\ue863", ["name.private"]),
        ("张\U0010fffd", ["name.private"]),
        ("张\ud800", ["name.private"]),
        ("Иван", ["name.script"]),
        ("张々", ["name.script"]),
        ("·张三", ["name.dot"]),
        ("张三·", ["name.dot"]),
        ("买买提··吐尔逊", ["name.dot"]),
        ("-'", ["name.punctuation"]),
        ("阿" * 51, ["name.long"]),
        ("张", ["name.short"]),
        ("张三A", ["name.mixed"]),
    ],
)
def test_what_no_register_writes_is_found(name, found):
    assert codes(name) == found


@pytest.mark.parametrize("name", ["张", "张三A"])
def test_what_may_be_right_is_a_warning(name):
    assert [problem.severity for problem in check_name(name)] == ["warning"]


def test_the_sentence_names_the_place_but_not_the_name():
    (problem,) = check_name("张三9丰")

    assert problem.message == "姓名第 3 个字符是数字。"
    assert problem.field == "name"


@pytest.mark.parametrize(
    ("name", "chinese"), [("张三", True), ("𠮷", True), ("John", False), ("", False)]
)
def test_a_chinese_name_is_told_from_a_foreign_one(name, chinese):
    assert is_chinese(name) is chinese


@given(st.one_of(st.none(), st.integers(), st.text(st.characters(exclude_categories=()))))
def test_no_input_breaks_the_check(raw):
    for problem in check_name(raw):
        assert problem.message.endswith("。")
        assert problem.remedy.endswith("。")


@given(st.text(st.characters(exclude_categories=())))
def test_cleaning_twice_changes_nothing(raw):
    assert clean_name(clean_name(raw)) == clean_name(raw)
