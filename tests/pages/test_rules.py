"""The page of the rules: for whom, on which day, in whose words; and the history of each."""

import re
from datetime import date
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import pupils
from tests.browsing import words
from xueji.pages.rule_words import effect_words, value_words
from xueji.rules import files
from xueji.rules.engine import rule_set

pytestmark = pytest.mark.usefixtures("noon")

ON = date(2026, 9, 1)


def rules(client, **query):
    return client.get(reverse("rules"), query)


def anchors(response) -> list[str]:
    return re.findall(r'class="rule" id="([a-z_.]+)"', response.content.decode())


# -- what is in force -----------------------------------------------------------------------------
@pytest.mark.parametrize("layout", ["document", "topic"])
@pytest.mark.parametrize(
    ("username", "name"), [("clerk", "qianan"), ("county9", "national"), ("province", "hebei")]
)
def test_every_rule_in_force_stands_on_the_page_once(client_of, username, name, layout):
    shown = anchors(rules(client_of(username), by=layout))

    assert sorted(shown) == sorted(rule.key for rule in rule_set(name).at(date(2026, 9, 2)))


def test_a_clause_is_quoted_exactly_with_what_it_does_and_since_when(client_of):
    shown = words(rules(client_of("clerk"), q="不足龄的儿童"))

    assert "与国家的不同" not in shown  # the law says it too, in other words
    assert "二（一） 小学一般不接受不足龄的儿童入学 提醒 不足龄入学 可由教育局批准例外 " in shown
    assert "迁安市 · 自 2000-01-01 起 · 下级可另定" in shown
    assert "判断 enrollment.rules.admission.underage" in shown
    assert "检验 tests/enrollment/test_rules_admission.py::" in shown


def test_a_value_without_a_text_and_a_text_without_words_say_so(client_of):
    clerk = client_of("clerk")

    assert "文件未规定，按本县设定（可改） 参数 每一环节的办理期限 ： 10 个工作日" in words(
        rules(clerk, q="case.step_days")
    )
    assert "第十五条 原文未收录 参数 转学各环节办理期限 ： 10 个工作日" in words(
        rules(clerk, q="转学各环节办理期限")
    )


def test_where_a_set_departs_from_the_one_above_both_values_are_shown(client_of):
    shown = words(rules(client_of("clerk"), q="entry.migrant"))

    assert (
        "与国家的不同：国家「阻止，不能例外，学籍类别：正式学籍；只限教育局指定的学校：否」，"
        "迁安市「阻止，不能例外，学籍类别：临时借读学籍；只限教育局指定的学校：是」" in shown
    )


def test_what_only_people_decide_is_listed_as_such(client_of):
    shown = words(rules(client_of("clerk"), effect="human"))

    assert "二（一） 一经查出违反规定入学者,一律清退 人工决定 由人查实、由人决定" in shown
    assert "另 1 条由人决定，系统只记录" in shown


def test_a_clause_that_nothing_judges_by_yet_says_so(client_of):
    assert "系统还没有据此判断，由各岗位按原文执行。" in words(
        rules(client_of("clerk"), q="探索允许")
    )


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        (
            {"effect": "warn", "layer": "qianan"},
            "entry.catchment entry.two_unities entry.underage transfer.window transfer.final_grade "
            "transfer.sanction borrowing.principle borrowing.window",
        ),
        (
            {"effect": "warn", "layer": "national"},
            "entry.duplicate.near transfer.duplicate entry.home_taught.disability class.capacity "
            "entry.overage entry.parent_age entry.parent_sex entry.grade_age takeover.grade",
        ),
        ({"q": "截至当年８月31日", "effect": "value"}, "entry.age entry.cutoff"),
        ({"q": "《学生学籍管理制度》 三1", "layer": "qianan", "effect": "value"}, ""),
        ({"q": "没有这样的字"}, ""),
        (
            {"effect": "nonsense", "layer": "nonsense", "by": "nonsense", "q": "空号"},
            "number.continuous",
        ),
    ],
)
def test_rules_are_found_by_words_effect_and_set(client_of, query, keys):
    assert anchors(rules(client_of("clerk"), **query)) == keys.split()


# -- for whom -------------------------------------------------------------------------------------
def head(response) -> str:
    return words(response).split("现行规则", 1)[1].split(" 条", 1)[0]


def test_a_post_above_schools_looks_at_any_school_in_reach(world, client_of):
    province, school = client_of("province"), world.organisations["清泉小学"]

    assert "河北省教育厅 · 执行河北省的制度" in head(rules(province))
    assert "清泉小学 · 执行迁安市的制度" in head(rules(province, at=school.pk))
    assert "清泉小学 · 执行迁安市的制度" in head(rules(province, place="清泉小学"))
    assert "滦州甲小学 · 执行国家的制度" in head(rules(province, at=school.pk, place="滦州甲小学"))


@pytest.mark.parametrize("username", ["clerk", "centre", "county"])
def test_what_is_out_of_reach_is_not_found_and_equal_to_missing(world, client_of, username):
    client, foreign = client_of(username), world.organisations["滦州甲小学"]

    for at in (foreign.pk, 999_999, "x", "9" * 30, "-1"):
        assert rules(client, at=at).status_code == 404
    shown = words(rules(client, place=foreign.name))
    assert "您岗位的范围内没有叫「滦州甲小学」的学校或单位" in shown
    assert shown.replace("滦州甲小学", "没有") == words(rules(client, place="没有")).replace(
        "滦州甲小学", ""
    )


def test_the_chooser_offers_what_is_in_reach_and_nothing_else(world, client_of):
    def offered(username, q):
        answer = client_of(username).get(reverse("rules_places"), {"q": q}).content.decode()
        return re.findall(r'data-text="([^"]+)"', answer)

    assert offered("county", "小学") == ["清泉小学", "邻泉小学", "上庄小学", "迁安城区小学"]
    assert offered("province", "滦州 小学") == ["滦州甲小学"]
    assert offered("county9", "清泉") == []
    assert offered("county", "%") == []
    assert offered("county", " ") == []


def test_a_set_can_be_named_and_no_other(client_of):
    clerk = client_of("clerk")

    assert "国家的制度" in head(rules(clerk, set="national"))
    assert rules(clerk, set="../qianan").status_code == 404


# -- on which day ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("on", "reform"),
    [("2025-01-02", "工读学校"), ("2025-01-03", "专门学校")],
)
def test_an_earlier_day_shows_what_held_then(client_of, on, reform):
    shown = words(rules(client_of("clerk"), on=on, q="entry.exempt_kinds"))

    assert f"不经转学手续可接收学生的学校 ： 特殊教育学校、{reform}" in shown


@pytest.mark.parametrize("on", ["0001-01-01", "1999-12-31"])
def test_before_the_first_text_nothing_is_in_force(client_of, on):
    answer = rules(client_of("clerk"), on=on)

    assert (answer.status_code, anchors(answer)) == (200, [])
    assert "这一天还没有生效的规则" in words(answer)


def test_the_last_day_there_is_can_be_asked_for(client_of):
    assert "9999-12-31 有效" in words(rules(client_of("clerk"), on="9999-12-31"))


@pytest.mark.parametrize("on", ["2026-02-30", "昨天", "10000-01-01", "2026-13-40", "'; --", "-1"])
def test_a_day_that_cannot_be_read_is_answered_with_today(client_of, on):
    shown = words(rules(client_of("clerk"), on=on))

    assert f"日期「{on}」读不懂，按今天显示" in shown
    assert "2026-09-02 有效" in shown


# -- one rule -------------------------------------------------------------------------------------
def test_a_rule_has_a_page_with_all_its_versions_newest_first(client_of):
    shown = words(client_of("county9").get(reverse("rule", args=["entry.underage"])))

    assert "本单位今天执行的 国家的制度" in shown
    history = shown.split("所有版本", 1)[1]
    assert re.findall(r"(\d{4}-\d\d-\d\d) 现行 (\S+) (\S+)", history) == [
        ("2006-09-01", "国家", "提醒"),
        ("2000-01-01", "迁安市", "提醒"),
    ]


def test_a_version_that_another_followed_says_until_when(client_of):
    shown = words(client_of("clerk").get(reverse("rule", args=["entry.exempt_kinds"])))

    assert "2013-09-01 2025-01-03 前 国家" in shown


def test_a_rule_of_another_county_is_told_as_not_in_force_here(client_of):
    shown = words(client_of("county9").get(reverse("rule", args=["entry.papers"])))

    assert "国家的制度里没有这一条，或者还没有生效。" in shown
    assert "凭实际常住地户口薄、房产证明到就近小学报名登记入学" in shown


@pytest.mark.parametrize("key", ["no.such_rule", "entry", "entry.age.", "<b>"])
def test_a_rule_that_does_not_exist_is_not_found(client_of, key):
    assert client_of("clerk").get(reverse("rule", args=[key])).status_code == 404


# -- citations lead here --------------------------------------------------------------------------
def test_a_citation_on_a_case_leads_to_the_rule_it_was_judged_by(world, client_of):
    young = pupils.id_number(born=date(2020, 9, 1), order=21)
    case = pupils.submitted(world, id_number=young, **{"reason_entry.underage": "差一天满六周岁"})
    county = client_of("county")

    page = county.get(reverse("case", args=[case.number])).content.decode()

    [address] = set(re.findall(r'<cite class="clause"><a href="([^"]+)"', page))
    assert unescape(address) == "/rules/?set=qianan&on=2026-09-02#entry.underage"
    assert "entry.underage" in anchors(county.get(unescape(address).split("#")[0]))


def test_the_page_asks_as_often_for_every_set(world, client_of):
    asked = {}
    for username in ("clerk", "county", "province"):
        client = client_of(username)
        rules(client)  # content types and sessions are warm
        with CaptureQueriesContext(connection) as queries:
            rules(client)
        asked[username] = len(queries)
    assert len(set(asked.values())) == 1, asked


def test_a_block_that_somebody_may_let_pass_says_who(world):
    rules = rule_set("qianan").at(ON)

    assert [effect_words(rules.rule(key)) for key in ("entry.papers", "entry.migrant.papers")] == [
        "可由教育局批准例外",
        "不能例外",
    ]


# -- words ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", files.names())
def test_no_code_is_left_in_the_words_of_a_value(name):
    """A new code in a value needs its word in xueji/pages/rule_words.py."""
    known = {"entry.national_number"}  # G, J and L are the words
    codes = {
        rule.key: value_words(rule)
        for rule in rule_set(name).at(ON)
        if rule.key not in known and re.search("[A-Za-z]", value_words(rule) + effect_words(rule))
    }

    assert codes == {}


@pytest.mark.parametrize(
    ("name", "key", "words"),
    [
        ("qianan", "entry.age", "6 周岁"),
        ("qianan", "entry.cutoff", "8 月 31 日"),
        ("qianan", "entry.papers", "户口簿、房产证明"),
        ("qianan", "entry.migrant.papers", "户口簿、暂住证、就业证明或营业执照"),
        ("national", "entry.late_papers", "不要求材料"),
        ("qianan", "entry.national_number", "G、J、L"),
        ("qianan", "entry.register_type", "正式学籍"),
        ("qianan", "entry.underage", ""),
        ("qianan", "number.prefecture", "第 1—2 位，代码 02"),
        ("qianan", "number.category", "第 10 位，小学 0"),
        ("national", "number.category", "第 10 位，各类代码由本县设定"),
        ("qianan", "number.serial", "第 11—14 位，从 0001 编到 9999"),
        ("qianan", "number.temporary", "「借」加 4 位序号"),
        ("qianan", "numbering.allocator", "乡镇小学：中心校；其他学校：教育局"),
        (
            "qianan",
            "entry.route.township",
            "学校学籍管理员 → 学校校长 → 中心校学籍专员 → 教育局教育科",
        ),
    ],
)
def test_a_value_is_told_in_words_and_units(name, key, words):
    assert value_words(rule_set(name).at(ON).rule(key)) == words


def test_nobody_without_a_register_post_reads_the_rules(client_of):
    auditor = client_of("auditor")

    assert [
        auditor.get(reverse(name, args=args)).status_code
        for name, args in (("rules", []), ("rules_places", []), ("rule", ["entry.age"]))
    ] == [404, 404, 404]
    assert "/rules/" not in auditor.get(reverse("desk")).content.decode()
