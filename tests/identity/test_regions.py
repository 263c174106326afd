import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xueji.identity.regions import counties, is_known, region_name


@pytest.mark.parametrize(
    ("code", "name", "known"),
    [
        ("130283", "河北省唐山市迁安市", True),
        ("130284", "河北省唐山市滦州市", True),
        ("130223", "河北省唐山市滦县", True),  # 滦州市 since 2018
        ("130226", "河北省唐山市迁安县", True),  # until 1995
        ("130201", "河北省唐山市", True),  # 市辖区, on older cards
        ("110105", "北京市朝阳区", True),
        ("500229", "重庆市城口县", True),
        ("419001", "河南省济源市", True),
        ("441900", "广东省东莞市", True),
        ("460200", "海南省三亚市", True),
        ("330113", "浙江省杭州市临平区", True),
        ("710000", "台湾省", True),
        ("810000", "香港特别行政区", True),
        ("820000", "澳门特别行政区", True),
        ("830000", "台湾省", True),
        ("130200", "河北省唐山市", False),
        ("130000", "河北省", False),
        ("139999", None, False),
        ("000000", None, False),
        ("", None, False),
    ],
)
def test_a_code_has_its_full_name(code, name, known):
    assert (region_name(code), is_known(code)) == (name, known)


def test_the_counties_are_listed_with_their_names():
    listed = dict(counties())

    assert listed["130283"] == ("河北省", "唐山市", "迁安市")
    assert listed["110105"] == ("北京市", "朝阳区")
    assert listed["441900"] == ("广东省", "东莞市")
    assert not {"130000", "130200", "130226"} & set(listed)
    assert all(is_known(code) for code in listed)
    assert len(listed) == 2981


@given(st.text())
@settings(deadline=None)
def test_no_input_breaks_the_look_up(code):
    assert is_known(code) <= (region_name(code) is not None)
