import pytest
from hypothesis import given
from hypothesis import strategies as st

from xueji.identity.phones import check_phone, normalise_phone


@pytest.mark.parametrize(
    ("raw", "written"),
    [
        ("13931520018", "13931520018"),
        ("139 3152 0018", "13931520018"),
        ("139-3152-0018", "13931520018"),
        ("１３９３１５２００１８", "13931520018"),
        ("+86 13931520018", "13931520018"),
        ("0086-13931520018", "13931520018"),
        ("8613931520018", "13931520018"),
        (13931520018, "13931520018"),
        (13931520018.0, "13931520018"),
        ("13000000000", "13000000000"),
        ("19999999999", "19999999999"),
        ("03157123456", "0315-7123456"),
        ("0315-7123456", "0315-7123456"),
        ("（0315）7123456", "0315-7123456"),
        ("0315—7123456", "0315-7123456"),
        ("0315-7123456转801", "0315-7123456-801"),
        ("0315-7123456-801", "0315-7123456-801"),
        ("010-82345678", "010-82345678"),
        ("02112345678", None),  # no local number begins with 1
        ("021-62345678", "021-62345678"),
        ("0755-82345678", "0755-82345678"),
        ("010-7123456", None),
        ("0315-71234567", "0315-71234567"),
        ("0315-712345", None),
        ("0315-712345678", None),
        ("7123456", None),
        ("1393152001", None),
        ("139315200180", None),
        ("12931520018", None),
        ("13931520018/13931520019", None),
        ("无", None),
    ],
)
def test_a_number_that_can_be_called_has_one_written_form(raw, written):
    if written is None:
        assert [problem.severity for problem in check_phone(raw)] == ["error"]
    else:
        assert (normalise_phone(raw), check_phone(raw)) == (written, [])
        assert normalise_phone(written) == written


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ("1393152001", "手机号码应为 11 位数字，现在是 10 位。"),
        ("139315200180", "手机号码应为 11 位数字，现在是 12 位。"),
        ("12931520018", "手机号码的第二位应是 3 至 9。"),
        (
            "0315-712345",
            "固定电话应是区号（3 或 4 位）加 7 或 8 位号码，如 0315-7xxxxxx；现在共有 10 位数字。",
        ),
        (
            "7123456",
            "电话号码应是 11 位手机号码，或区号加固定电话号码；现在是 7 位数字。",
        ),
        ("139x", "电话号码里有数字以外的字符。"),
        ("", "没有填写联系电话。"),
        (None, "没有填写联系电话。"),
    ],
)
def test_the_sentence_counts_the_digits(raw, message):
    (problem,) = check_phone(raw)

    assert (problem.message, problem.field) == (message, "phone")


def test_a_number_abroad_is_a_warning():
    assert normalise_phone("+852 2345 6789") == "+85223456789"
    assert [problem.severity for problem in check_phone("+852 2345 6789")] == ["warning"]


@given(
    st.one_of(
        st.none(),
        st.integers(),
        st.floats(),
        st.text(st.characters(exclude_categories=())),
        st.text("0123456789+-（） 转", max_size=16),
    )
)
def test_no_input_breaks_the_check(raw):
    for problem in check_phone(raw):
        assert problem.message.endswith("。")
        assert problem.remedy.endswith("。")
