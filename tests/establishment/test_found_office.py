"""Whoever runs the site founds province, prefectures and counties; pages found what is below."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from xueji.organisations.models import Level, Organisation

TIANJIN = ("天津市教委", "--level", "province", "--division", "12", "--rules", "national")
LUANNAN = ("滦南县教育局", "--level", "county", "--below", "唐山市教育局", "--division", "130224")


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("found_office", *arguments, stdout=out)
    return out.getvalue()


def test_without_apply_nothing_is_written(world):
    before = Organisation.objects.count()
    assert said(*LUANNAN, "--number", "24") == "可以设立，没有写入；要写入请加 --apply。\n"
    assert Organisation.objects.count() == before


def test_a_county_stands_below_its_prefecture_and_inherits_its_rules(world):
    said(*LUANNAN, "--number", "24", "--apply")
    made = Organisation.objects.get(name="滦南县教育局")
    above = world.organisations["唐山市教育局"]
    assert (made.parent, made.level, made.number_code) == (above, Level.COUNTY, "24")
    assert (made.path.startswith(above.path), made.rule_set) == (True, "")


def test_an_empty_site_begins_with_its_province(db):
    said(*TIANJIN, "--apply")
    made = Organisation.objects.get()
    assert (made.name, made.level, made.rule_set) == ("天津市教委", Level.PROVINCE, "national")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (TIANJIN, "只有一个省级单位"),
        ((*LUANNAN[:4], "没有的局", *LUANNAN[5:], "--number", "24"), "没有名叫“没有的局”的市单位"),
        ((*LUANNAN[:-1], "130283123", "--number", "24"), "1302 开头的 6 位数字"),
        ((*LUANNAN[:-1], "120224", "--number", "24"), "1302 开头的 6 位数字"),
        (LUANNAN, "应是两位数字"),
        ((*LUANNAN, "--number", "26"), "代码 26 已由别的单位使用"),
        ((*LUANNAN, "--number", "24", "--rules", "mars"), "没有规则集 mars"),
        (("迁安市教育局", *LUANNAN[1:], "--number", "24"), "已有单位叫“迁安市教育局”"),
    ],
)
def test_what_cannot_be_founded_is_refused_in_words(world, arguments, words):
    with pytest.raises(CommandError, match=words):
        said(*arguments, "--apply")


def test_the_first_office_names_its_rules(db):
    with pytest.raises(CommandError, match="要写明规则集"):
        said(*TIANJIN[:-2], "--apply")
