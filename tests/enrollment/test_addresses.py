"""Which place an address names, as it stands in a household register."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from xueji.organisations import divisions
from xueji.organisations.addresses import Place, resolve
from xueji.organisations.models import Division

QIANAN = "130283000000"
QINGQUAN = "迁安市 建昌营镇 清泉村"
YONGHUI = "迁安市 永顺街道 永惠社区"


@pytest.fixture
def loaded(db):
    divisions.load()


def names(texts) -> dict[str, str]:
    """The full name of the place of each text; of an undecided one all names."""
    read = resolve(texts, QIANAN)
    full = dict(Division.objects.values_list("code", "full_name"))
    return {
        text: " | ".join(full[code] for code in (place.code, *place.choices) if code)
        for text, place in read.items()
    }


WRITTEN = {
    "河北省唐山市迁安市建昌营镇清泉村12号": QINGQUAN,
    "河北省迁安市建昌营镇清泉村12号": QINGQUAN,
    "迁安市建昌营镇清泉村": QINGQUAN,
    "迁安市 建昌营镇 清泉村 12 号": QINGQUAN,
    "河北省唐山市迁安市建昌营镇清泉村１２号": QINGQUAN,
    "建昌营镇清泉村村民委员会": QINGQUAN,
    "建昌营镇清泉村委会": QINGQUAN,
    "建昌营清泉村3组": QINGQUAN,
    "建昌营镇清泉第三组": QINGQUAN,
    "建昌营乡清泉村": QINGQUAN,
    "河北唐山迁安建昌营镇清泉村东街5号": QINGQUAN,
    "清泉村": QINGQUAN,
    "永顺街道办事处永惠社区居民委员会3号楼2单元": YONGHUI,
    "迁安市永顺办事处永惠居委会": YONGHUI,
    "迁安市燕山大街123号永惠社区": YONGHUI,
    "永顺路12号永惠社区": YONGHUI,
    "杨店子镇": "迁安市 杨店子街道",
    "建昌营": "迁安市 建昌营镇",
}

OF_ONE_NAME = {
    "张庄村5号": "迁安市 永顺街道 张庄村 | 迁安市 建昌营镇 张庄村",
    "张庄": "迁安市 永顺街道 张庄村 | 迁安市 建昌营镇 张庄村",
    "永顺街道张庄村5号": "迁安市 永顺街道 张庄村",
    "唐山市迁安市建昌营镇张庄村": "迁安市 建昌营镇 张庄村",
    "张庄子村12号": "迁安市 五重安镇 张庄子村",  # 张庄 is not its name
    "张庄路12号": "",
    "永顺路12号": "",  # a street, not 永顺街道
    "建昌营镇上庄村": "迁安市 建昌营镇",  # 上庄村 lies in another township
    "建昌营镇某村": "迁安市 建昌营镇",
    "某地": "",
    "": "",
}

ELSEWHERE = {
    "河北省唐山市滦州市张庄村3号": "河北省 唐山市 滦州市",
    "滦州市某路3号张庄村": "河北省 唐山市 滦州市",
    "滦州市东安各庄镇张庄村": "滦州市 东安各庄镇",
    "唐山丰润区": "河北省 唐山市 丰润区",
    "四川省成都市双流区某街道": "四川省 成都市 双流区",
    "成都市双流区": "四川省 成都市 双流区",
    "北京朝阳区建国路": "北京市 朝阳区",
    "内蒙古赤峰市宁城县": "内蒙古自治区 赤峰市 宁城县",
    "广东省东莞市": "广东省 东莞市",
    "新城区5号楼": "",  # a quarter of any town
    "四川省张庄村": "",
}


@pytest.mark.parametrize("said", [WRITTEN, OF_ONE_NAME, ELSEWHERE])
def test_an_address_names_its_place_or_none(loaded, said):
    assert names(said) == said


def test_the_door_stays_behind(loaded):
    read = resolve(["迁安市 建昌营镇 清泉村 12 号"], QIANAN)
    assert list(read.values()) == [Place(code="130283103228", rest="12号")]


def test_every_village_of_the_county_is_found_by_its_own_name(loaded):
    rows = Division.objects.filter(level="village")
    official = {row.full_name.replace(" ", "") + "1号": row.full_name for row in rows}
    assert names(official) == official


def test_many_addresses_are_one_query(loaded):
    with CaptureQueriesContext(connection) as captured:
        resolve([*WRITTEN, *OF_ONE_NAME, *ELSEWHERE], QIANAN)
    assert len(captured) == 1
