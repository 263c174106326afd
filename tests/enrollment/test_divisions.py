"""The divisions that addresses are chosen from, and how they are found."""

import re

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Count
from django.test.utils import CaptureQueriesContext

from xueji.organisations import divisions
from xueji.organisations.models import Division


@pytest.mark.parametrize(
    ("official", "called"),
    [
        ("军屯村村民委员会", "军屯村"),
        ("三里营村委会", "三里营村"),
        ("永惠社区居民委员会", "永惠社区"),
        ("殷柳庄居委会", "殷柳庄社区"),
        ("湖景社区居民居委会", "湖景社区"),
        ("金结厂社区", "金结厂社区"),
    ],
)
def test_a_village_is_called_without_its_committee(official, called):
    assert divisions.short(official) == called


def test_loading_twice_leaves_the_same_rows(db):
    for _ in range(2):
        call_command("load_divisions", verbosity=0)
        rows = dict(Division.objects.values_list("level").order_by().annotate(Count("pk")))
        assert rows == {"county": 2981, "township": 2365, "village": 585}

    kept = Division.objects.in_bulk(
        ["130283103227", "130283103000", "130283000000", "441900000000"]
    )
    assert {pk: (row.full_name, row.initials) for pk, row in kept.items()} == {
        "130283103227": ("迁安市 建昌营镇 军屯村", "qas jcyz jtc"),
        "130283103000": ("迁安市 建昌营镇", "qas jcyz"),
        "130283000000": ("河北省 唐山市 迁安市", "hbs tss qas"),
        "441900000000": ("广东省 东莞市", "gds dgs"),
    }


def test_loading_is_a_few_statements(db):
    with CaptureQueriesContext(connection) as captured:
        divisions.load()
    assert len(captured) <= 8


def test_every_name_and_code_fits_and_no_code_comes_twice():
    rows = list(divisions.read())
    assert len({row.code for row in rows}) == len(rows)
    for row in rows:
        assert re.fullmatch(r"\d{12}", row.code)
        assert len(row.full_name) <= 120
        assert len(row.initials) <= 60


def found(client, query):
    page = client.get("/divisions/", {"q": query}).content.decode()
    return re.findall(r'data-code="(\d+)" data-name="[^"]+" data-text="([^"]+)"', page)


@pytest.fixture
def loaded(world):
    Division.objects.all().delete()
    divisions.load()


FIRST = {
    "jcy jt": "迁安市 建昌营镇 军屯村",
    "JCY JT": "迁安市 建昌营镇 军屯村",
    "军屯": "迁安市 建昌营镇 军屯村",
    "建昌营 军": "迁安市 建昌营镇 军屯村",
    "迁安市 建昌营镇": "迁安市 建昌营镇",
    "成都 双流": "四川省 成都市 双流区",
    "laoting": None,
    "tss lt": "河北省 唐山市 乐亭县",
    "河北省唐山市迁安市建昌营镇军屯村12号": "迁安市 建昌营镇 军屯村 12号",
    "迁安市建昌营镇军": "迁安市 建昌营镇 军屯村",
    "张庄村": "迁安市 永顺街道 张庄村",
    "滦州市某镇某村5号": "河北省 唐山市 滦州市 某镇某村5号",
    "%": None,
    "_": None,
    ".*": None,
    "\\": None,
    "": None,
    "   ": None,
    "不存在的地方": None,
}


def test_a_place_is_found_by_characters_or_initials_the_own_county_first(client_of, loaded):
    clerk = client_of("clerk")
    options = {query: found(clerk, query) for query in FIRST}
    assert {query: texts[0][1] if texts else None for query, texts in options.items()} == FIRST


def test_at_most_a_dozen_are_offered_the_smallest_of_the_own_county_first(client_of, loaded):
    options = found(client_of("clerk"), "镇")
    assert len(options) == 12
    assert all(code.startswith("130283") for code, _ in options)


def test_who_has_no_register_to_read_has_no_places_to_choose(client_of):
    assert client_of("auditor").get("/divisions/", {"q": "军屯"}).status_code == 404
