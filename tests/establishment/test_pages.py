"""Pages about offices: found, read by whoever reaches them, changed by the county alone."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import localdate

from tests import pupils
from tests.browsing import words
from tests.establishment.asking import acts, problems, send
from tests.establishment.orders import enter
from tests.world import open_school
from xueji.establishment.models import OrganisationAct
from xueji.organisations.models import (
    Catchment,
    Division,
    Organisation,
    School,
    Stage,
)


def listed(answer) -> list[str]:
    return [line.office.name for line in answer.context["lines"]]


# -- the tree ------------------------------------------------------------------------------------
def test_the_tree_is_searched_by_name_initials_and_code_within_reach(world, client_of):
    county = client_of("county")
    page = reverse("organisations")

    assert listed(county.get(page)) == [
        "建昌营镇中心校",
        "杨各庄镇中心校",
        "迁安初级中学",
        "迁安城区小学",
    ]
    assert [line.schools for line in county.get(page).context["lines"]] == [2, 1, 0, 0]
    for typed in ("清泉", "qqxx", "017", "2130283017", "清 泉小"):
        assert listed(county.get(page, {"q": typed})) == ["清泉小学"]
    assert listed(county.get(page, {"q": "滦州"})) == []
    assert listed(client_of("centre").get(page)) == ["邻泉小学", "清泉小学"]
    assert "学校下面没有别的机构" in words(client_of("clerk").get(page))
    other = world.organisations["滦州市教育局"].pk
    assert county.get(page, {"at": other}).status_code == 404


def test_the_queries_of_tree_and_office_do_not_grow_with_rows(world, client_of):
    client, counts = client_of("centre"), []
    row = world.schools["清泉小学"]
    for serial in (1, 2):
        client.get(reverse("organisations"))
        with CaptureQueriesContext(connection) as tree:
            client.get(reverse("organisations"))
        with CaptureQueriesContext(connection) as office:
            client.get(reverse("organisation", args=[row.pk]))
        counts.append((len(tree), len(office)))
        if serial == 1:
            for code in ("105", "106"):
                open_school(world, "建昌营镇中心校", f"新{code}小学", code, [])
            Stage.objects.create(school=row, stage="junior", first_grade=7, years=3)
            Catchment.objects.create(school=row, code="130283101201", name="上庄村")
    assert counts[0] == counts[1]


def test_the_page_of_a_school_tells_its_facts_authority_rules_and_people(world, client_of):
    told = words(
        client_of("clerk").get(reverse("organisation", args=[world.schools["清泉小学"].pk]))
    )

    for said in (
        "代码 017",
        "2130283017",
        "普通学校",
        "继承自迁安市教育局",
        "建昌营镇 军屯村、建昌营镇 清泉村",
        "小学 6 年 1—6 年级 建昌营镇中心校 建昌营镇中心校",
        "2026—2027 学年，第 1 学期",
        "某principal",
    ):
        assert said in told
    assert "修改资料" not in told


@pytest.mark.parametrize("who", ["clerk1b", "centre2", "county9"])
def test_out_of_reach_is_as_missing(world, client_of, who):
    for pk in (world.organisations["清泉小学"].pk, 999_999_999):
        assert client_of(who).get(reverse("organisation", args=[pk])).status_code == 404


# -- adding --------------------------------------------------------------------------------------
NEW = {
    "name": "新泉小学",
    "parent": "建昌营镇中心校",
    "code": "019",
    "identifier": "2130283019",
    "kind": "ordinary",
    "area": "township",
    "primary": "6",
    "reason": "迁教〔2026〕9 号",
}


def test_the_county_adds_a_school_which_works_only_after_its_connection(world, client_of):
    client = client_of("county")

    told = words(send(client, "organisation_new", **NEW))

    school = School.objects.get(code="019")
    assert "已设立新泉小学；核准入网以后才能办理业务" in told
    assert "还没有入网，不能办理业务" in told
    assert (str(school.organisation.parent), school.connected_on) == ("建昌营镇中心校", None)
    assert [str(one) for one in school.stages.all()] == ["小学"]
    send(client, "organisation_connect", school.pk)
    school.refresh_from_db()
    assert (school.connected_on, school.connected_by) == (localdate(), world.posts["county"])
    assert "已于" in words(send(client, "organisation_connect", school.pk))
    assert [row[:3] for row in acts("founded")] == [("新泉小学", "county_officer", NEW["reason"])]
    assert len(acts("connected")) == 1


def test_a_code_is_never_used_again_not_even_that_of_a_closed_school(world, client_of):
    enter(world, "close", "邻泉小学")
    client = client_of("county")

    refused = send(client, "organisation_new", **NEW | {"code": "018", "identifier": "123"})

    assert "学校代码 018 是「邻泉小学」（已撤销）的" in problems(refused)
    assert "学校标识码应是 10 位数字" in problems(refused)
    assert 'value="新泉小学"' in refused.content.decode()
    again = send(client, "organisation_new", **NEW | {"identifier": "2130284005"})
    assert "已是别的县一所学校的" in problems(again)
    urban = send(client, "organisation_new", **NEW | {"area": "urban", "primary": ""})
    assert "城区学校由教育局直接管理" in problems(urban)
    assert "还没有填学段" in problems(urban)
    assert School.objects.filter(organisation__name="新泉小学").count() == 0


def test_the_county_adds_a_centre(world, client_of):
    typed = {"name": "新集镇中心校", "division_code": "130283104", "reason": "批文"}
    send(client_of("county-head"), "organisation_new", query="?kind=centre", **typed)

    centre = Organisation.objects.get(name="新集镇中心校")
    assert (centre.parent, centre.initials) == (world.organisations["迁安市教育局"], "xjzzxx")


# -- changing ------------------------------------------------------------------------------------
FACTS = {
    "name": "清泉学校",
    "kind": "ordinary",
    "area": "township",
    "designated_for_borrowed": "on",
    "seen": "0",
    "reason": "更名批文",
}


def test_facts_are_changed_with_who_when_and_why_and_a_second_editor_sees_the_first(
    world, client_of
):
    pk = world.schools["清泉小学"].pk
    client = client_of("county")
    assert problems(send(client, "organisation_edit", pk, **FACTS | {"reason": ""})) == (
        "还没有写原因。请写明为什么改、根据什么文件，会留在履历里。"
    )

    told = words(send(client, "organisation_edit", pk, **FACTS))

    assert "名称：清泉小学 → 清泉学校" in told
    assert "指定借读学校：否 → 是" in told
    assert Organisation.objects.get(pk=pk).initials == "qqxx"
    late = send(
        client_of("county-head"), "organisation_edit", pk, **FACTS | {"name": "清泉中心小学"}
    )
    assert (late.status_code, "有人改过这个机构" in words(late)) == (409, True)
    assert 'value="清泉中心小学"' in late.content.decode()
    assert [act.changes for act in late.context["meanwhile"]] == [
        [["名称", "清泉小学", "清泉学校"], ["指定借读学校", "否", "是"]]
    ]
    assert "别人改的列在这里，表里是您填的" in words(late)
    assert "名称：清泉小学 → 清泉学校" in words(late)
    assert [row[1:3] for row in acts("facts")] == [("county_officer", "更名批文")]
    seen = OrganisationAct.objects.latest("pk").pk
    same = send(client, "organisation_edit", pk, **FACTS | {"seen": seen})
    assert "没有改动" in words(same)


def test_the_code_of_a_working_school_and_the_area_of_its_pupils_stay(world, client_of):
    pk = world.schools["清泉小学"].pk
    pupils.enrolled(world)

    sent = send(
        client_of("county"), "organisation_edit", pk, **FACTS | {"code": "099", "area": "urban"}
    )

    assert "请登记建制调整" in problems(sent)
    assert School.objects.get(pk=pk).code == "017"


def test_a_stage_with_classes_is_not_taken_away_another_is_added(world, client_of):
    pk = world.schools["清泉小学"].pk
    client = client_of("county")
    typed = {"seen": "0", "reason": "改制批文", "primary_first": "1", "junior_first": "7"}

    refused = send(client, "organisation_stages", pk, **typed | {"junior": "3"})
    assert "小学 1 年级还有班级或学生，不能去掉" in problems(refused)
    send(client, "organisation_stages", pk, **typed | {"primary": "6", "junior": "3"})

    rows = Stage.objects.filter(school=pk).order_by("first_grade")
    assert [(row.stage, row.first_grade, row.years) for row in rows] == [
        ("primary", 1, 6),
        ("junior", 7, 3),
    ]
    assert acts("stages") == [
        ("清泉小学", "county_officer", "改制批文", [["初中", "", "初中 3 年"]])
    ]


def test_taking_out_without_a_tick_says_so_and_keeps_the_reason(world, client_of):
    school = world.schools["清泉小学"]
    sent = {"remove": "1", "reason": "调整划片"}
    answer = send(client_of("county"), "organisation_catchment", school.pk, **sent)
    assert (answer.status_code, answer.context["removing"]["reason"].value()) == (422, "调整划片")
    assert "没有勾选村、社区。" in answer.content.decode()


@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        ("上庄村", ["130283101201"]),
        ("杨各庄 上庄村", ["130283101201"]),
        ("上庄", []),
        ("甲村", []),  # of another county
        ("庄村", []),
        ("同名村", []),
        ("杨各庄 同名村", ["130283101299"]),
    ],
)
def test_a_place_is_known_by_its_name_where_nothing_can_be_chosen_from(
    world, client_of, typed, taken
):
    """Without scripts: by a name that is the only one of the county, or behind its township."""
    for code, township in (("130283101299", "杨各庄镇"), ("130283103299", "建昌营镇")):
        full = f"{township} 同名村"
        Division.objects.create(code=code, name="同名村", full_name=full, level="village")
    Division.objects.filter(full_name="杨各庄镇 上庄村").update(name="上庄村")
    Division.objects.filter(full_name="滦州甲镇 甲村").update(name="甲村")
    school = world.schools["邻泉小学"]
    before = set(school.catchments.values_list("code", flat=True))

    sent = {"place_text": typed, "reason": "划片文件"}
    answer = send(client_of("county"), "organisation_catchment", school.pk, **sent)

    assert sorted(set(school.catchments.values_list("code", flat=True)) - before) == taken
    told = "没有选到村或社区。请从列出的里选一个，或写全名，如：建昌营镇 军屯村。"
    assert (told in words(answer)) == (not taken)


def test_what_somebody_else_has_taken_out_is_not_called_unticked(world, client_of):
    school, county = world.schools["清泉小学"], client_of("county")
    sent = {"remove": "1", "gone": school.catchments.first().pk}
    send(county, "organisation_catchment", school.pk, **sent)
    answer = send(county, "organisation_catchment", school.pk, **sent)
    assert (answer.status_code, answer.context["refusal"]) == (
        422,
        "勾选的村、社区刚由他人移出，没有再改。下面是现在的服务范围。",
    )


def test_a_place_is_taken_into_a_catchment_and_out_of_it(world, client_of):
    school = world.schools["清泉小学"]
    client = client_of("county")

    send(
        client, "organisation_catchment", school.pk, place_text="杨各庄镇 上庄村", reason="划片文件"
    )
    assert school.catchments.filter(code="130283101201").exists()
    twice = send(client, "organisation_catchment", school.pk, place_code="130283101201")
    assert "已在本校的服务范围里" in problems(twice)
    gone = school.catchments.get(code="130283103228")
    page = client.get(reverse("organisation_catchment", args=[school.pk]))
    assert [others for row, others in page.context["rows"] if row == gone] == [["邻泉小学"]]
    send(client, "organisation_catchment", school.pk, remove="1", gone=[gone.pk])

    assert sorted(school.catchments.values_list("code", flat=True)) == [
        "130283101201",
        "130283103227",
    ]
    assert [changes for *_, changes in acts("catchment")] == [
        [["划入", "", "杨各庄镇 上庄村"]],
        [["移出", "建昌营镇 清泉村", ""]],
    ]
