"""Which rule set an office works by: named by prefecture and province, counted from then on."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from enrollment.services.submit import submit
from tests import pupils
from tests.browsing import words
from tests.establishment.asking import acts, problems, send
from tests.establishment.orders import enter
from tests.establishment.test_pages import NEW
from tests.world import World, open_school
from xueji.establishment import services
from xueji.establishment.models import OrganisationAct
from xueji.establishment.services.common import last_act
from xueji.organisations.models import Level, Organisation
from xueji.organisations.queries import lineage, rule_set_of
from xueji.organisations.services import found
from xueji.rules import files

PAPER = "唐教〔2026〕7 号"


def name(
    world: World, office: str, rules: str, *, who: str = "city", **changes: object
) -> Organisation:
    """The act, of one who has just looked."""
    row = Organisation.objects.get(pk=world.organisations[office].pk)
    asked = {"seen": last_act(row.pk), "was": rule_set_of(row), "reason": PAPER, **changes}
    services.name_rules(organisation_id=row.pk, name=rules, acting=world.acting(who), **asked)
    return Organisation.objects.get(pk=row.pk)


def refused(world: World, office: str, rules: str, **changes: object) -> list[str]:
    """What the act is refused with; nothing was written."""
    before = list(Organisation.objects.values_list("pk", "rule_set").order_by("pk"))
    with pytest.raises(services.Unfit) as unfit:
        name(world, office, rules, **changes)
    assert list(Organisation.objects.values_list("pk", "rule_set").order_by("pk")) == before
    assert acts("rules") == []
    return [f"{problem.field}: {problem}" for problem in unfit.value.problems]


def typed(world: World, office: str, rules: str, **changes: object) -> dict[str, object]:
    """The form as a browser that has just opened it sends it."""
    row = world.organisations[office]
    seen = {"seen": last_act(row.pk), "was": rule_set_of(row)}
    return {"rule_set": rules, "reason": PAPER, **seen, **changes}


# -- naming ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["city", "province"])
def test_prefecture_and_province_name_the_set_of_a_county_and_its_page_says_who_when_and_what(
    world, client_of, who
):
    county = world.organisations["迁安市教育局"]
    client = client_of(who)
    assert "变更制度" in words(client.get(reverse("organisation", args=[county.pk])))

    told = words(
        send(client, "organisation_rules", county.pk, **typed(world, county.name, "jinzhou"))
    )

    post = world.posts[who]
    assert "已保存，从现在起新办的业务执行晋州市（本单位指定），改动记入履历" in told
    assert f"某{who} · {post.organisation} · " in told
    assert f"变更制度 ：{PAPER}" in told
    assert "执行的制度：迁安市（本单位指定） → 晋州市（本单位指定）" in told
    assert lineage(world.schools["清泉小学"].pk).rule_set == "jinzhou"
    assert acts("rules") == [
        (
            "迁安市教育局",
            post.role,
            PAPER,
            [["执行的制度", "迁安市（本单位指定）", "晋州市（本单位指定）"]],
        )
    ]
    assert PAPER in words(client_of("county").get(reverse("organisation", args=[county.pk])))


def test_it_counts_from_the_next_request_of_everybody(world, client_of):
    school = world.schools["清泉小学"].pk
    clerk, city, centre2 = client_of("clerk"), client_of("city"), client_of("centre2")
    here, there = reverse("organisation", args=[school]), reverse("rules")
    elsewhere = words(centre2.get(there))
    assert "迁安市 继承自迁安市教育局" in words(clerk.get(here))
    assert "迁安市 · 自" in words(clerk.get(there))

    send(city, "organisation_rules", school, **typed(world, "清泉小学", "shanghai"))

    assert "上海市 本单位指定" in words(clerk.get(here))
    assert "迁安市 · 自" not in words(clerk.get(there))
    assert words(centre2.get(there)) == elsewhere

    send(city, "organisation_rules", school, **typed(world, "清泉小学", "inherit"))

    assert "迁安市 继承自迁安市教育局" in words(clerk.get(here))
    assert "迁安市 · 自" in words(clerk.get(there))


def test_a_case_under_way_keeps_the_rules_of_its_submission_a_new_one_has_the_new(world):
    under_way = pupils.submitted(world)

    name(world, "建昌营镇中心校", "national")

    later = pupils.submitted(world, name="后来者", id_number=pupils.id_number(order=7))
    other = pupils.submitted(world, "clerk2", **pupils.SHANGZHUANG)
    under_way.refresh_from_db()
    assert [case.rule_set for case in (under_way, later, other)] == [
        "qianan",
        "national",
        "qianan",
    ]
    done = pupils.sign(world, under_way, "principal", "centre", "county")
    assert (done.state, done.rule_set) == ("done", "qianan")


def test_a_returned_case_is_judged_by_the_new_set_when_it_is_sent_again(world):
    case = pupils.submitted(world)
    back = pupils.sign(world, case, "principal", decision="returned", note="请核对姓名")
    name(world, "清泉小学", "national")

    again = submit(case_id=back.pk, row=pupils.row(), reasons={}, acting=world.acting("clerk"))

    assert again.rule_set == "national"


def test_taken_back_it_inherits_from_the_nearest_office_that_names_one(world):
    centre = name(world, "建昌营镇中心校", "national")
    assert (centre.rule_set, rule_set_of(world.organisations["清泉小学"])) == (
        "national",
        "national",
    )

    centre = name(world, "建昌营镇中心校", "", who="province")
    county = name(world, "迁安市教育局", "")

    assert (centre.rule_set, county.rule_set) == ("", "")
    assert lineage(world.schools["清泉小学"].pk).rule_set == "hebei"
    assert [changes for *_, changes in acts("rules")] == [
        [["执行的制度", "迁安市（继承自迁安市教育局）", "国家（本单位指定）"]],
        [["执行的制度", "国家（本单位指定）", "迁安市（继承自迁安市教育局）"]],
        [["执行的制度", "迁安市（本单位指定）", "河北省（继承自河北省教育厅）"]],
    ]


def test_a_new_school_works_by_what_its_centre_was_named(world, client_of):
    name(world, "建昌营镇中心校", "national")

    send(client_of("county"), "organisation_new", **NEW)

    school = Organisation.objects.get(name="新泉小学")
    assert (school.rule_set, lineage(school.pk).rule_set) == ("", "national")


def test_a_school_that_moves_inherits_from_its_new_centre_and_keeps_what_it_was_named(world):
    name(world, "杨各庄镇中心校", "national")
    name(world, "邻泉小学", "hebei")

    for school in ("清泉小学", "邻泉小学"):
        enter(world, "move", school, "杨各庄镇中心校")

    assert lineage(world.schools["清泉小学"].pk).rule_set == "national"
    assert lineage(world.schools["邻泉小学"].pk).rule_set == "hebei"


# -- looking first --------------------------------------------------------------------------------
def test_looking_says_which_schools_and_cases_it_reaches_and_writes_nothing(world, client_of):
    name(world, "杨各庄镇中心校", "national")
    enter(world, "close", "邻泉小学")
    pupils.submitted(world)
    back = pupils.submitted(world, name="退回者", id_number=pupils.id_number(order=7))
    pupils.sign(world, back, "principal", decision="returned", note="请核对姓名")
    pupils.submitted(world, "clerk2", name="别处者", id_number=pupils.id_number(order=9))
    county = world.organisations["迁安市教育局"]
    before = OrganisationAct.objects.count()

    page = send(
        client_of("city"),
        "organisation_rules",
        county.pk,
        check="1",
        **typed(world, county.name, "jinzhou", reason=""),
    )

    told = words(page)
    assert page.status_code == 200
    assert "还没有保存，请核对 迁安市教育局：迁安市 → 晋州市（上承 河北省、国家）" in told
    assert [str(school) for school in page.context["reached"].schools] == [
        "清泉小学",
        "迁安城区小学",
        "迁安初级中学",
    ]
    assert "涉及哪些学校 3 清泉小学、迁安城区小学、迁安初级中学" in told
    assert "杨各庄镇中心校 单独指定了国家，连同下面的学校不随着改" in told
    assert "已提交的 1 件 照提交时的制度办完，不变" in told
    assert "草稿和退回的 1 件 提交时按新的制度判断" in told
    assert OrganisationAct.objects.count() == before
    assert lineage(world.schools["清泉小学"].pk).rule_set == "qianan"


def test_every_set_that_the_engine_knows_is_offered_with_its_title(world, client_of):
    page = client_of("city").get(
        reverse("organisation_rules", args=[world.organisations["迁安市教育局"].pk])
    )

    offered = page.context["form"].fields["rule_set"].choices
    assert [value for value, _ in offered] == ["", *files.names(), "inherit"]
    assert dict(offered)["qianan"] == "迁安市（上承 河北省、国家）"
    assert dict(offered)["national"] == "国家"
    assert dict(offered)["inherit"] == "收回单独指定，随上级：河北省（继承自河北省教育厅）"


def test_the_queries_of_the_page_do_not_grow_with_schools(world, client_of):
    client, counts = client_of("city"), []
    page = reverse("organisation_rules", args=[world.organisations["迁安市教育局"].pk])
    for codes in ((), ("105", "106")):
        for code in codes:
            school = open_school(world, "建昌营镇中心校", f"新{code}小学", code, [])
            name(world, school.organisation.name, "national")
        client.get(page)
        with CaptureQueriesContext(connection) as asked:
            client.get(page)
        counts.append(len(asked))
    assert counts[0] == counts[1]


# -- refusals -------------------------------------------------------------------------------------
def test_what_cannot_be_named_is_refused_in_words(world, client_of):
    assert refused(world, "迁安市教育局", "atlantis") == [
        "rule_set: 系统里没有「atlantis」这套制度。请从列出的里选一套。"
    ]
    assert refused(world, "迁安市教育局", "qianan") == [
        "rule_set: 迁安市教育局现在执行的就是「迁安市（本单位指定）」。请另选一套，或不改。"
    ]
    assert refused(world, "清泉小学", "qianan") == [
        "rule_set: 清泉小学现在执行的就是「迁安市（继承自迁安市教育局）」。请另选一套，或不改。"
    ]
    assert refused(world, "清泉小学", "") == [
        "rule_set: 清泉小学没有自己指定的制度，没有可以收回的。不用再办；要换的，请选一套制度。"
    ]
    assert refused(world, "清泉小学", "national", reason=" ") == [
        "reason: 还没有写原因。请写明为什么改、根据什么文件，会留在履历里。"
    ]
    assert refused(world, "清泉小学", "national", reason="长" * 201) == [
        "reason: 原因超过 200 个字。请写短一些。"
    ]
    Organisation.objects.filter(name="河北省教育厅").update(rule_set="")
    assert refused(world, "迁安市教育局", "") == [
        "rule_set: 迁安市教育局的上级都没有指定制度，收回以后无从执行。请改为另选一套。"
    ]


def test_a_school_below_a_prefecture_without_a_county_is_refused_in_words(world):
    city = world.posts["city"].organisation
    school = found(parent=city, level=Level.SCHOOL, name="市直小学")
    world.organisations["市直小学"] = school
    assert refused(world, "市直小学", "jinzhou") == [
        "rule_set: 市直小学的上级里没有县（市、区），不能单独指定制度。"
        "请改为给它的上级指定，或先把它划归一个县（市、区）。"
    ]


def test_the_form_says_what_is_wrong_and_keeps_what_was_typed(world, client_of):
    school, client = world.organisations["清泉小学"], client_of("city")
    for sent, said in (
        ({"rule_set": ""}, "请选择。"),
        ({"rule_set": "atlantis"}, "请从列出的里选一种。"),
        ({"rule_set": "inherit"}, "请从列出的里选一种。"),
        ({"rule_set": "national", "reason": ""}, "还没有写原因。"),
        ({"rule_set": "qianan"}, "现在执行的就是「迁安市（继承自迁安市教育局）」"),
    ):
        asked = typed(world, "清泉小学", "national") | sent
        answer = send(client, "organisation_rules", school.pk, **asked)
        assert (answer.status_code, said in problems(answer)) == (422, True)
        assert f'value="{asked["reason"]}"' in answer.content.decode() or not asked["reason"]
    assert acts("rules") == []


def test_who_looked_before_another_acted_is_shown_what_is_in_force_now(world, client_of):
    school = world.organisations["清泉小学"]
    own, above = (typed(world, "清泉小学", "hebei") for _ in range(2))
    name(world, "迁安市教育局", "jinzhou", who="province")  # no act on the school itself

    late = send(client_of("city"), "organisation_rules", school.pk, **own)

    assert late.status_code == 409
    assert "有人改过这个机构或它执行的制度，没有保存" in words(late)
    assert "现在： 晋州市 ，继承自迁安市教育局" in words(late)
    assert 'name="was" value="jinzhou"' in late.content.decode()
    name(world, "清泉小学", "national")
    with pytest.raises(services.Outdated):
        name(world, "清泉小学", "hebei", seen=above["seen"])
    assert Organisation.objects.get(pk=school.pk).rule_set == "national"


# -- who ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "who", ["clerk", "principal", "centre", "county", "county-head", "auditor", "admin", "county9"]
)
def test_nobody_but_prefecture_and_province_names_a_set(world, client_of, who):
    county = world.organisations["迁安市教育局"]
    client = client_of(who)
    asked = typed(world, county.name, "hebei")

    assert client.get(reverse("organisation_rules", args=[county.pk])).status_code == 404
    assert send(client, "organisation_rules", county.pk, **asked).status_code == 404
    with pytest.raises(PermissionDenied):
        name(world, county.name, "hebei", who=who)
    assert acts("rules") == []


@pytest.mark.parametrize(
    ("who", "office"),
    [
        ("city", "唐山市教育局"),  # one's own
        ("city", "河北省教育厅"),  # above
        ("city", "卢龙县教育局"),  # a neighbour's
        ("city", "邻泉小学"),  # closed
    ],
)
def test_neither_ones_own_nor_above_nor_a_neighbours_nor_a_closed_one(
    world, client_of, who, office
):
    for parent, level, new in (
        ("河北省教育厅", 2, "秦皇岛市教育局"),
        ("秦皇岛市教育局", 3, "卢龙县教育局"),
    ):
        above = world.organisations[parent]
        world.organisations[new] = found(parent=above, level=level, name=new)
    enter(world, "close", "邻泉小学")
    pk = world.organisations[office].pk
    asked = typed(world, office, "national")

    assert client_of(who).get(reverse("organisation_rules", args=[pk])).status_code == 404
    assert send(client_of(who), "organisation_rules", pk, **asked).status_code == 404
    with pytest.raises(PermissionDenied):
        name(world, office, "national", who=who)
    assert acts("rules") == []


@pytest.mark.parametrize("office", ["河北省教育厅", "唐山市教育局"])
def test_a_province_names_its_own_set_and_that_of_its_prefectures(world, client_of, office):
    """Nobody stands above a province who could; offices below that name none follow at once."""
    pk = world.organisations[office].pk
    client = client_of("province")
    assert (
        reverse("organisation_rules", args=[pk])
        in client.get(reverse("organisation", args=[pk])).content.decode()
    )

    send(client, "organisation_rules", pk, **typed(world, office, "national"))

    now = Organisation.objects.get(pk=pk)
    assert (now.rule_set, acts("rules")[0][0]) == ("national", office)
    assert rule_set_of(Organisation.objects.get(name="唐山市教育局")) == "national"


def test_no_link_is_shown_to_those_who_cannot(world, client_of):
    link = reverse("organisation_rules", args=[world.organisations["清泉小学"].pk])
    place = reverse("organisation", args=[world.organisations["清泉小学"].pk])

    shown = {
        who: link in client_of(who).get(place).content.decode()
        for who in ("clerk", "centre", "county", "city", "province")
    }
    assert shown == {
        "clerk": False,
        "centre": False,
        "county": False,
        "city": True,
        "province": True,
    }
