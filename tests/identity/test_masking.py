import pytest
from hypothesis import given
from hypothesis import strategies as st

from xueji.identity.masking import mask_id, mask_name, mask_phone


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("130283202003170027", "130283********0027"),
        ("13028320021231991X", "130283********991X"),
        ("G130283202003170027", "G130283********0027"),
        ("H12345678", "H1*****78"),
        ("KAZ110090123105", "KA***********05"),
        ("123456", "12**56"),
        ("12345", "*****"),
        ("", ""),
        (None, ""),
    ],
)
def test_an_identity_number_keeps_its_ends(number, masked):
    assert mask_id(number) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("13931520018", "1393152****"),
        ("0315-7123456", "0315-712****"),
        ("12345678", "1234****"),
        ("1234567", "*******"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_telephone_hides_its_end(number, masked):
    assert mask_phone(number) == masked


@given(st.text())
def test_a_mask_never_shows_more(number):
    for masked, most in ((mask_id(number), 11), (mask_phone(number), max(0, len(number) - 4))):
        assert len(masked) == len(number)
        assert sum(shown != "*" for shown in masked) <= most
        assert all(shown in ("*", true) for shown, true in zip(masked, number, strict=True))


@given(st.text("0123456789", min_size=18, max_size=18))
def test_the_birth_date_is_never_shown(number):
    assert mask_id(number)[6:14] == "********"


@pytest.mark.parametrize(
    ("name", "masked"), [("王小芳", "王**"), ("欧阳", "欧*"), ("李", "李"), ("", ""), (None, "")]
)
def test_a_name_shows_its_first_character(name, masked):
    assert mask_name(name) == masked
