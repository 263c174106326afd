"""Pages about offices: found, read by whoever reaches them, changed by the county alone."""

import re
from datetime import date
from html import unescape
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import localdate

from tests import pupils
from tests.documents import scans
from tests.establishment.orders import enter
from tests.world import open_school
from xueji.establishment.models import Order, OrganisationAct
from xueji.organisations.models import (
    Catchment,
    Holiday,
    Organisation,
    School,
    SchoolYear,
    Stage,
    Term,
)
from xueji.organisations.queries import working_days_after


def text(answer) -> str:
    plain = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return " ".join(unescape(plain).split())


def send(client, page: str, /, *args: object, query: str = "", **typed: object):
    return client.post(
        reverse(page, args=args) + query, {"form_key": str(uuid4()), **typed}, follow=True
    )


def listed(answer) -> list[str]:
    return [line.office.name for line in answer.context["lines"]]


def problems(answer) -> str:
    return " ".join(
        str(error) for errors in answer.context["form"].errors.values() for error in errors
    )


def acts(kind: str) -> list[tuple]:
    rows = OrganisationAct.objects.filter(kind=kind).order_by("pk")
    return [(str(row.organisation), row.post.role, row.reason, row.changes) for row in rows]


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
    assert "学校下面没有别的机构" in text(client_of("clerk").get(page))
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
    told = text(
        client_of("clerk").get(reverse("organisation", args=[world.schools["清泉小学"].pk]))
    )

    for words in (
        "代码 017",
        "2130283017",
        "普通学校",
        "继承自迁安市教育局",
        "建昌营镇 军屯村、建昌营镇 清泉村",
        "小学 6 年 1—6 年级 建昌营镇中心校 建昌营镇中心校",
        "2026—2027 学年，第 1 学期",
        "某principal",
    ):
        assert words in told
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

    told = text(send(client, "organisation_new", **NEW))

    school = School.objects.get(code="019")
    assert "已设立新泉小学；核准入网以后才能办理业务" in told
    assert "还没有入网，不能办理业务" in told
    assert (str(school.organisation.parent), school.connected_on) == ("建昌营镇中心校", None)
    assert [str(one) for one in school.stages.all()] == ["小学"]
    send(client, "organisation_connect", school.pk)
    school.refresh_from_db()
    assert (school.connected_on, school.connected_by) == (localdate(), world.posts["county"])
    assert "已于" in text(send(client, "organisation_connect", school.pk))
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

    told = text(send(client, "organisation_edit", pk, **FACTS))

    assert "名称：清泉小学 → 清泉学校" in told
    assert "指定借读学校：否 → 是" in told
    assert Organisation.objects.get(pk=pk).initials == "qqxx"
    late = send(
        client_of("county-head"), "organisation_edit", pk, **FACTS | {"name": "清泉中心小学"}
    )
    assert (late.status_code, "有人改过这个机构" in text(late)) == (409, True)
    assert 'value="清泉中心小学"' in late.content.decode()
    assert [row[1:3] for row in acts("facts")] == [("county_officer", "更名批文")]
    seen = OrganisationAct.objects.latest("pk").pk
    same = send(client, "organisation_edit", pk, **FACTS | {"seen": seen})
    assert "没有改动" in text(same)


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


# -- the calendar --------------------------------------------------------------------------------
YEAR = {
    "year": "2027",
    "starts_on": "2027-09-01",
    "ends_on": "2028-08-31",
    "seen": "0",
    "term1_starts": "2027-09-01",
    "term1_ends": "2028-01-20",
    "term2_starts": "2028-02-21",
    "term2_ends": "2028-07-07",
    "reason": "校历文件",
}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"ends_on": "2030-08-31"}, "学年超过一年。请核对结束的日期。"),
        ({"ends_on": "2027-09-01"}, "学年的结束不晚于开始。请核对两个日期。"),
        ({"term1_ends": "2027-09-01"}, "第 1 学期放假不晚于开学。请核对两个日期。"),
    ],
)
def test_a_year_of_three_years_or_a_term_of_one_day_is_refused(world, client_of, changes, told):
    sent = send(client_of("county"), "calendar_edit", query="?year=2027", **YEAR | changes)
    assert told in problems(sent)
    assert not SchoolYear.objects.filter(year=2027).exists()


def test_the_county_writes_a_year_and_everybody_of_it_reads_the_working_days(world, client_of):
    Holiday.objects.create(date=date(2027, 10, 1), working=False, name="国庆节")
    Holiday.objects.create(date=date(2027, 10, 9), working=True, name="国庆节调休")
    county = client_of("county")
    wrong = YEAR | {"starts_on": "2027-08-01", "term2_starts": "2028-01-10"}
    assert "和 2026—2027 学年（2026-09-01 至 2027-08-31）重叠" in problems(
        send(county, "calendar_edit", query="?year=2027", **wrong)
    )

    send(county, "calendar_edit", query="?year=2027", **YEAR)

    year = SchoolYear.objects.get(year=2027)
    assert (str(year.county), Term.objects.filter(school_year=year).count()) == ("迁安市教育局", 2)
    page = client_of("clerk").get(reverse("calendar"), {"year": "2027"})
    october = next(m for m in page.context["months"] if m.first == date(2027, 10, 1))
    assert (october.working, october.known) == (21, True)
    told = text(page)
    assert "10-1 国庆节" in told
    assert "10-9 国庆节调休" in told
    assert "2028 年还没有放假和调休的数据" in told
    assert "只按周末计算工作日" in told
    assert len(acts("calendar")) == 1
    assert "各县的校历" in text(client_of("city").get(reverse("calendar")))


def test_the_province_writes_the_special_days_of_a_year_and_deadlines_count_them(world, client_of):
    province, days = client_of("province"), "2027-01-01 放假 元旦\n2027-01-03 上班 元旦调休"
    typed = {"year": "2027", "seen": "0", "reason": "国办发明电"}
    wrong = days + "\n2027-01-02 放假 周六\n2027-13-01 放假"

    refused = send(province, "holidays", query="?year=2027", text=wrong, **typed)
    assert "第 4 行读不懂" in problems(refused)
    usual = send(province, "holidays", query="?year=2027", text=wrong[:-14], **typed)
    assert "2027-01-02 本来就是周末" in problems(usual)
    send(province, "holidays", query="?year=2027", text=days, **typed)

    rows = Holiday.objects.order_by("date").values_list("date", "working")
    assert list(rows) == [(date(2027, 1, 1), False), (date(2027, 1, 3), True)]
    assert working_days_after(date(2026, 12, 31), 2) == date(2027, 1, 4)
    assert [row[:3] for row in acts("calendar")] == [
        ("河北省教育厅", "province_officer", "国办发明电")
    ]
    assert client_of("county").get(reverse("holidays")).status_code == 404


# -- orders --------------------------------------------------------------------------------------
def paper() -> SimpleUploadedFile:
    return SimpleUploadedFile("文件.jpg", scans.jpeg(), content_type="image/jpeg")


def ordered(world, kind="move", into="杨各庄镇中心校", **changes) -> dict:
    typed = {"kind": kind, "school": "清泉小学", "into": into, "number": "迁教〔2026〕18 号"}
    typed |= {"decided_on": localdate().isoformat(), "effective_on": "2099-01-01"}
    return typed | changes


def test_the_county_looks_first_then_enters_an_order_and_withdraws_it(world, client_of):
    pupils.enrolled(world, name="程咬金")
    case = pupils.submitted(world, name="王伯当")
    client, today = client_of("county"), localdate()
    later = today.replace(day=1, year=today.year + 1).isoformat()

    look = send(client, "order_new", **ordered(world, effective_on=later, check="1"))
    assert "学生 1 名" in text(look)
    assert case.number in text(look)
    assert Order.objects.count() == 0
    bare = send(client, "order_new", **ordered(world, effective_on=later))
    assert "还没有选文件扫描件" in problems(bare)
    told = text(send(client, "order_new", **ordered(world, effective_on=later, file=paper())))

    (order,) = Order.objects.all()
    assert f"已登记，{later} 由系统执行" in told
    assert "清泉小学由建昌营镇中心校调整到杨各庄镇中心校" in told
    for who, status in (("clerk", 200), ("centre2", 200), ("urban", 404), ("county9", 404)):
        assert client_of(who).get(reverse("order", args=[order.pk])).status_code == status
    scan = client_of("centre").get(reverse("order_paper", args=[order.pk]))
    assert scan["Content-Disposition"].startswith("attachment")
    assert "还没有写撤回的原因" in text(send(client, "order_withdraw", order.pk, reason=" "))
    assert "到那天由系统执行" in text(send(client, "order_carry_out", order.pk))
    send(client, "order_withdraw", order.pk, reason="文件废止")
    order.refresh_from_db()
    assert (order.state, order.reason) == ("withdrawn", "文件废止")


def test_an_order_that_meets_an_open_case_is_refused_and_nothing_typed_is_lost(world, client_of):
    case = pupils.submitted(world, name="王伯当")
    first = localdate().replace(day=1).isoformat()
    typed = ordered(world, "merge", "邻泉小学", effective_on=first, file=paper())

    refused = send(client_of("county"), "order_new", **typed)

    assert (refused.status_code, Order.objects.count()) == (409, 0)
    assert f"还有 1 件业务没有办结：{case.number}" in text(refused)
    assert 'value="迁教〔2026〕18 号"' in refused.content.decode()


def test_a_class_is_named_as_one_writes_it_and_one_that_is_not_there_is_refused(world, client_of):
    pupils.enrolled(world, name="程咬金")
    client, today = client_of("county"), localdate()
    later = today.replace(day=1, year=today.year + 1).isoformat()
    typed = ordered(world, "class", "邻泉小学", effective_on=later)
    names = "该校现有：一（1）班、一（2）班，请填其中一个。"

    for said, why in (
        ("", "还没有填要划转的班。"),
        ("三（9）班", "清泉小学没有「三（9）班」这个班。"),
    ):
        refused = send(client, "order_new", **typed, school_class=said, file=paper())
        assert (refused.status_code, problems(refused)) == (422, why + names)
    look = send(client, "order_new", **typed, school_class="一年级2班", check="1")
    assert "清泉小学一（2）班现在有什么" in text(look)
    assert "学生 0 名" in text(look)
    assert Order.objects.count() == 0
    told = text(send(client, "order_new", **typed, school_class="一(2)班", file=paper()))

    assert "清泉小学一（2）班划转到邻泉小学" in told
    (order,) = Order.objects.all()
    assert (order.kind, order.class_name, order.state) == ("class", "一（2）班", "waiting")
    for who, status in (("clerk", 200), ("clerk1b", 200), ("clerk2", 404), ("county9", 404)):
        assert client_of(who).get(reverse("order", args=[order.pk])).status_code == status
    assert "清泉小学一（2）班" in text(client_of("clerk1b").get(reverse("orders")))
    office = reverse("organisation", args=[world.schools["邻泉小学"].pk])
    assert "清泉小学一（2）班整班划转 → 邻泉小学" in text(client.get(office))


def test_a_class_that_is_typed_for_another_kind_of_order_is_not_kept(world, client_of):
    later = localdate().replace(day=1, year=localdate().year + 1).isoformat()
    typed = ordered(world, effective_on=later, school_class="一（1）班", file=paper())

    send(client_of("county"), "order_new", **typed)

    assert (Order.objects.get().kind, Order.objects.get().school_class) == ("move", None)


@pytest.mark.parametrize("who", ["clerk", "centre", "city"])
def test_nobody_but_the_county_has_the_forms(world, client_of, who):
    pk, client = world.schools["清泉小学"].pk, client_of(who)
    for name in ("organisation_new", "organisations_import", "calendar_edit", "order_new"):
        assert client.get(reverse(name)).status_code == 404
    for name in ("organisation_edit", "organisation_stages", "organisation_catchment"):
        assert client.get(reverse(name, args=[pk])).status_code == 404
    assert send(client, "organisation_connect", pk).status_code == 404
