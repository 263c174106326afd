import pytest
from hypothesis import given
from hypothesis import strategies as st

from xueji.identity import codes
from xueji.identity.codes import CodeTable, by_name_or_code

TABLES = {name: table for name, table in vars(codes).items() if isinstance(table, CodeTable)}


@pytest.mark.parametrize(
    ("table", "raw", "code"),
    [
        ("SEX", "1", "1"),
        ("SEX", "男", "1"),
        ("SEX", "1 男", "1"),
        ("SEX", "1-男", "1"),
        ("SEX", "１：男", "1"),
        ("SEX", " 女 ", "2"),
        ("SEX", 2, "2"),
        ("SEX", 2.0, "2"),
        ("SEX", "1 女", None),
        ("SEX", "3", None),
        ("SEX", "", None),
        ("SEX", None, None),
        ("NATIONS", "汉", "01"),
        ("NATIONS", "汉族", "01"),
        ("NATIONS", "01", "01"),
        ("NATIONS", "1", "01"),
        ("NATIONS", 1.0, "01"),
        ("NATIONS", "01 汉", "01"),
        ("NATIONS", "土", "30"),
        ("NATIONS", "土家", "15"),
        ("NATIONS", "57", None),
        ("NATIONS", "97", "97"),
        ("COUNTRIES", "chn", "CHN"),
        ("COUNTRIES", "中国", "CHN"),
        ("COUNTRIES", "香港", "HKG"),
        ("COUNTRIES", "CHN 中国", "CHN"),
        ("COUNTRIES", "CHN 美国", None),
        ("ID_TYPES", "居民身份证", "1"),
        ("ID_TYPES", "身份证", "1"),
        ("ID_TYPES", "a", "A"),
        ("ID_TYPES", "其他(无证件)", "Z"),
        ("ID_TYPES", "A护照", "A"),
        ("RELATION", "父", "1"),
        ("RELATION", "父亲", "1"),
        ("RELATION", "妈妈", "2"),
        ("RELATION", "姥姥", "64"),
        ("YES_NO", "是", "1"),
        ("YES_NO", "否", "0"),
        ("YES_NO", "√", "1"),
        ("HUKOU_KIND", "非农业户口", "2"),
        ("HUKOU_KIND", "农业", "1"),
        ("ENTRY_MODE", "就近入学", "11"),
        ("ENTRY_MODE", "其他", "12"),
        ("BOARDING", "寄宿", "2"),
        ("COMPATRIOT", "0", "00"),
        ("COMPATRIOT", "否", "00"),
        ("HEALTH", "健康", "10"),
        ("POLITICAL", "团员", "03"),
        ("LEFT_BEHIND", "否", "0"),
        ("BLOOD_TYPE", "AB", "3"),
        ("BLOOD_TYPE", "3 AB型", "3"),
        ("BLOOD_TYPE", "ａ", "1"),
        ("INCLUSION", "0", "00"),
        ("INCLUSION", "智力", "13"),
        ("DISABILITY", "无", "0"),
        ("DISABILITY", "视力", "1"),
        ("TRAVEL", "4 公共交通", "4"),
        ("TRAVEL", "公交车", "4"),
        ("SOURCE", "正常入学", "1"),
    ],
)
def test_a_cell_may_hold_code_or_name(table, raw, code):
    assert by_name_or_code(TABLES[table], raw) == code


@pytest.mark.parametrize("name", TABLES)
def test_every_code_and_every_label_finds_itself(name):
    table = TABLES[name]

    assert {code: by_name_or_code(table, code) for code in table} == {code: code for code in table}
    assert {by_name_or_code(table, label) for label in table.values()} == set(table)
    assert {by_name_or_code(table, f"{code} {label}") for code, label in table.items()} == set(
        table
    )


def test_the_nations_are_complete():
    assert [*codes.NATIONS] == [f"{number:02}" for number in range(1, 57)] + ["97", "98"]
    assert len(set(codes.NATIONS.values())) == 58


def test_the_countries_are_those_of_the_standard():
    assert len(codes.COUNTRIES) == 249
    assert [*codes.COUNTRIES][:4] == ["CHN", "HKG", "MAC", "TWN"]
    assert {len(code) for code in codes.COUNTRIES} == {3}


@given(
    st.sampled_from([*TABLES.values()]),
    st.one_of(st.none(), st.floats(), st.integers(), st.text(st.characters(exclude_categories=()))),
)
def test_no_input_breaks_the_look_up(table, raw):
    assert by_name_or_code(table, raw) in {None, *table}


@pytest.mark.parametrize("digits", ["99", "77", "999", "1212"])
def test_digits_twice_are_no_code_with_its_label(digits):
    assert codes.by_name_or_code(codes.NATIONS, digits) is None
