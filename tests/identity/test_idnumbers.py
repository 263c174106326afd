import datetime as dt
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xueji.identity.idnumbers import ID_TYPES, IdFacts, check, facts, normalise

TODAY = dt.date(2026, 9, 1)
GIRL = "11010519491231002X"  # the example of GB 11643 itself
HONG_KONGER, TAIWANESE = "810000199408230021", "830000199201300022"  # published specimens


def complete(body):
    """The 17 digits with their check character, by the recursive method of ISO 7064."""
    remainder = 10
    product = 0
    for digit in body:
        product = (product + int(digit)) * 2 % 11
    remainder = (12 - product) % 11
    return body + ("X" if remainder == 10 else str(remainder))


def codes(id_type, number, **beside):
    return [problem.code for problem in check(id_type, number, today=TODAY, **beside)]


def born(date, region="130283", order="002"):
    return complete(f"{region}{date}{order}")


def test_the_number_in_the_standard_is_right():
    assert check("1", GIRL, today=TODAY, sex="2", birth_date=dt.date(1949, 12, 31)) == []
    assert complete(GIRL[:17]) == GIRL


@pytest.mark.parametrize(
    ("raw", "written"),
    [
        (" 110105 19491231 002x ", GIRL),
        ("１１０１０５１９４９１２３１００２ｘ", GIRL),
        ("110105\u200b19491231\ufeff002X\n", GIRL),
        ("\u3000110105\u00a019491231002X", GIRL),
        (110105194912310020, "110105194912310020"),
        (None, ""),
        ("h１２３４５６７８", "H12345678"),
        ("u\u00af", "\u016a"),  # the half-width form holds a blank between two parts of one letter
    ],
)
def test_a_number_has_one_written_form(raw, written):
    assert normalise(raw) == written


@pytest.mark.parametrize(
    ("number", "found"),
    [
        (GIRL, []),
        (GIRL.lower(), []),
        (born("20200317")[:17], ["id.length"]),
        (born("20200317") + "0", ["id.length"]),
        (born("20200317")[:14], ["id.length"]),
        (born("20200317")[:15], ["id.old_15"]),
        (born("20200317")[:16], ["id.length"]),
        ("11010519491231002x9", ["id.characters"]),
        ("1101051949123100XX", ["id.characters"]),
        ("110105-1949-1231-002X", ["id.characters"]),
        ("11010519491231002Х", ["id.characters"]),  # a Cyrillic letter
        ("110105194912310020", ["id.check_digit"]),
        ("", ["id.required"]),
        (None, ["id.required"]),
        ("1.30283E+17", ["id.scientific"]),
        ("1.30283200203170e+17", ["id.scientific"]),
        (1.30283200203170024e17, ["id.scientific"]),
        ("130283202003170027.0", ["id.decimal"]),
        ("130283202003170027.", ["id.decimal"]),
        (born("20200229"), []),
        (born("20210229"), ["id.birth_date"]),
        (born("20201301"), ["id.birth_date"]),
        (born("20200431"), ["id.birth_date"]),
        (born("00000101"), ["id.birth_date"]),
        (born("20260901"), []),
        (born("20260902"), ["id.birth_future"]),
        (born("19000101"), []),
        (born("18991231"), ["id.birth_too_old"]),
        (born("20200317", region="130226"), []),  # 迁安县, abolished in 1996
        (born("20200317", region="330113"), []),  # 临平区, of 2021
        (born("20200317", region="460200"), []),  # 三亚市 had no districts before 2014
        (born("20200317", region="130200"), ["id.region"]),
        (born("20200317", region="139999"), ["id.region"]),
        (HONG_KONGER, ["id.wrong_type"]),
        (TAIWANESE, ["id.wrong_type"]),
        (born("19900101", region="932682"), ["id.wrong_type"]),
    ],
)
def test_a_resident_number_is_judged(number, found):
    assert codes("1", number) == found


@pytest.mark.parametrize(
    ("sex", "birth_date", "found"),
    [
        ("2", dt.date(1949, 12, 31), []),
        (None, None, []),
        ("", None, []),
        ("1", None, [("id.sex", "sex")]),
        (None, dt.date(1949, 12, 30), [("id.birth_mismatch", "birth_date")]),
        ("1", dt.date(1950, 1, 1), [("id.birth_mismatch", "birth_date"), ("id.sex", "sex")]),
    ],
)
def test_sex_and_birth_date_must_agree_with_the_number(sex, birth_date, found):
    problems = check("1", GIRL, today=TODAY, sex=sex, birth_date=birth_date)

    assert [(problem.code, problem.field) for problem in problems] == found


def test_a_man_is_a_man_by_the_seventeenth_digit():
    number = born("20200317", order="017")

    assert codes("1", number, sex="1") == []
    assert codes("1", number, sex="2") == ["id.sex"]


@pytest.mark.parametrize(
    ("given", "parts"),
    [
        (dt.date(1949, 12, 30), "日不同"),
        (dt.date(1949, 11, 30), "月、日不同"),
        (dt.date(1948, 12, 31), "年不同"),
    ],
)
def test_the_sentence_names_the_part_of_the_date_that_differs(given, parts):
    (problem,) = check("1", GIRL, today=TODAY, birth_date=given)

    assert parts in problem.message


def test_the_sentences_count_and_advise():
    (short,) = check("1", GIRL[:17], today=TODAY)
    (long,) = check("1", GIRL[:17] + "001", today=TODAY)
    (old,) = check("1", "110105491231002", today=TODAY)

    assert short.message == "居民身份证号应为 18 位，现在是 17 位，少了 1 位。"
    assert long.message == "居民身份证号应为 18 位，现在是 20 位，多了 2 位。"
    assert old.message == "这是 15 位的旧号码，自 2013 年 1 月 1 日起停用，现在只有 18 位号码有效。"
    assert old.remedy == "请查看户口簿或现在的身份证，填写 18 位号码。"


def test_three_lost_digits_point_at_excel_and_not_at_the_sex():
    rounded = born("20200317", order="173")[:15] + "000"
    assert complete(rounded[:17]) != rounded

    (problem,) = check("1", rounded, today=TODAY, sex="1")

    assert problem.code == "id.check_digit"
    assert "Excel" in problem.message
    assert "文本" in problem.remedy


def test_two_lost_digits_do_not_point_at_excel():
    (problem,) = check("1", GIRL[:15] + "100", today=TODAY)

    assert problem.code == "id.check_digit"
    assert "Excel" not in problem.message


def test_a_true_number_may_end_in_three_zeros():
    number = next(
        found
        for region in range(130283, 139999)
        if (found := complete(f"{region}20200317000"[:17])).endswith("000")
    )

    assert "id.check_digit" not in codes("1", number)


def test_only_the_unknown_region_is_a_mere_warning():
    (problem,) = check("1", born("20200317", region="139999"), today=TODAY)

    assert (problem.code, problem.severity) == ("id.region", "warning")


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (HONG_KONGER, "请把「身份证件类型」改为「6 香港特区护照/身份证明」。"),
        (
            born("19940823", region="820000"),
            "请把「身份证件类型」改为「7 澳门特区护照/身份证明」。",
        ),
        (TAIWANESE, "请把「身份证件类型」改为「8 台湾居民来往大陆通行证」。"),
        (born("19900101", region="932682"), "请把「身份证件类型」改为「9 境外永久居住证」。"),
    ],
)
def test_a_number_of_another_document_names_the_right_type(number, remedy):
    (problem,) = check("1", number, today=TODAY)

    assert problem.remedy == remedy


@pytest.mark.parametrize(
    ("id_type", "number", "found"),
    [
        ("6", "H12345678", []),
        ("6", "h 1234567890", []),
        ("6", "H1234567", ["id.form"]),
        ("6", "H123456789", ["id.form"]),
        ("6", "H12345678901", ["id.form"]),
        ("6", "M12345678", ["id.form"]),
        ("6", HONG_KONGER, []),
        ("6", HONG_KONGER[:17] + "2", ["id.check_digit"]),
        ("6", born("19940823", region="810001"), ["id.form"]),
        ("6", born("20260902", region="810000"), ["id.birth_future"]),
        ("6", born("19940823", region="820000"), ["id.wrong_type"]),
        ("6", GIRL, ["id.wrong_type"]),
        ("6", "A123456(3)", ["id.local_paper"]),
        ("6", "K12345678", ["id.local_paper"]),
        ("7", "M12345678", []),
        ("7", "M1234567890", []),
        ("7", "M123456789", ["id.form"]),
        ("7", "H12345678", ["id.form"]),
        ("7", born("19940823", region="820000"), []),
        ("7", HONG_KONGER, ["id.wrong_type"]),
        ("7", "1234567(8)", ["id.local_paper"]),
        ("8", "12345678", []),
        ("8", "1234567890", []),
        ("8", "123456789", ["id.form"]),
        ("8", "1234567", ["id.form"]),
        ("8", TAIWANESE, []),
        ("8", born("19920131", region="710000"), ["id.wrong_type"]),
        ("8", "A123456789", ["id.local_paper"]),
        ("8", "1.2345E+7", ["id.scientific"]),
        ("9", "KAZ110090123105", []),
        ("9", "KAZ11009012310", ["id.form"]),
        ("9", "KA1110090123105", ["id.form"]),
        ("9", born("19850101", region="932682"), []),
        ("9", born("19850101", region="932682")[:17] + "A", ["id.form"]),
        ("9", born("19851301", region="932682"), ["id.birth_date"]),
        ("9", GIRL, ["id.wrong_type"]),
        ("A", "E12345678", []),
        ("A", "12E45678", []),
        ("A", "12345", []),
        ("A", "1234", ["id.form"]),
        ("A", "12345678901234567", []),
        ("A", "123456789012345678", ["id.form"]),
        ("A", "E1234-5678", ["id.form"]),
        ("A", "", ["id.required"]),
        ("Z", "", []),
        ("Z", None, []),
        ("Z", " \u200b", []),
        ("Z", "无", ["id.must_be_empty"]),
        ("2", GIRL, ["id.type"]),
        ("", GIRL, ["id.type"]),
    ],
)
def test_other_documents_are_judged(id_type, number, found):
    assert codes(id_type, number) == found


def test_a_residence_permit_answers_for_sex_and_birth_date():
    assert codes("6", HONG_KONGER, sex="2", birth_date=dt.date(1994, 8, 23)) == []
    assert codes("6", HONG_KONGER, sex="1", birth_date=dt.date(1994, 8, 24)) == [
        "id.birth_mismatch",
        "id.sex",
    ]


def test_the_sex_is_not_read_from_a_permanent_residence_card():
    number = born("19850101", region="932682")

    assert codes("9", number, sex="1") == codes("9", number, sex="2") == []


@pytest.mark.parametrize(
    ("id_type", "number", "said"),
    [
        ("1", GIRL, IdFacts("2", dt.date(1949, 12, 31), "110105")),
        ("1", f" {GIRL.lower()} ", IdFacts("2", dt.date(1949, 12, 31), "110105")),
        ("6", HONG_KONGER, IdFacts("2", dt.date(1994, 8, 23), "810000")),
        ("8", TAIWANESE, IdFacts("2", dt.date(1992, 1, 30), "830000")),
        ("1", born("20200317", order="017"), IdFacts("1", dt.date(2020, 3, 17), "130283")),
        ("1", "110105194912310020", None),
        ("1", born("20210229"), None),
        ("1", HONG_KONGER, None),
        ("6", GIRL, None),
        ("6", born("19940823", region="810001"), None),
        ("9", born("19850101", region="932682"), None),
        ("A", GIRL, None),
        ("1", "", None),
        ("?", GIRL, None),
    ],
)
def test_only_a_faultless_number_says_something(id_type, number, said):
    assert facts(id_type, number) == said


bodies = st.builds(
    lambda region, date, order: f"{region}{date:%Y%m%d}{order:03}",
    st.sampled_from(["130283", "130226", "110105"]),
    st.dates(dt.date(1900, 1, 1), TODAY),
    st.integers(0, 999),
)


@given(bodies, st.integers(0, 17), st.sampled_from(string.digits))
@settings(deadline=None)
def test_one_wrong_digit_never_passes(body, place, digit):
    number = complete(body)
    changed = number[:place] + digit + number[place + 1 :]

    assert codes("1", number) == []
    assert (codes("1", changed) == []) == (changed == number)


@given(bodies, st.integers(0, 16))
@settings(deadline=None)
def test_two_swapped_neighbours_never_pass(body, place):
    number = complete(body)
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]

    assert (codes("1", swapped) == []) == (swapped == number)


anything = st.one_of(
    st.none(),
    st.text(st.characters(exclude_categories=())),  # with surrogates
    st.text("0123456789XxEe.+HM９ｘ \u200b", max_size=20),
    st.floats(),
    st.integers(),
)


@given(st.one_of(st.sampled_from(list(ID_TYPES)), st.text()), anything, st.sampled_from("12"))
@settings(deadline=None)
def test_no_input_breaks_the_check(id_type, raw, sex):
    problems = check(id_type, raw, today=TODAY, sex=sex, birth_date=TODAY)

    assert all(problem.message.endswith("。") for problem in problems)
    assert all(problem.remedy.endswith("。") for problem in problems)
    facts(id_type, raw)


@given(anything)
def test_normalising_twice_changes_nothing(raw):
    assert normalise(normalise(raw)) == normalise(raw)


@given(st.sampled_from("16789A"), st.text("0123456789HMX", min_size=13, max_size=20))
@settings(deadline=None)
def test_no_sentence_repeats_the_number(id_type, number):
    for problem in check(id_type, number, today=TODAY, sex="1", birth_date=dt.date(2020, 1, 1)):
        assert number[6:] not in str(problem)
