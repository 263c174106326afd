"""The page of a series, as a browser asks for them."""

from uuid import uuid4

import pytest
from django.urls import reverse

from numbering.models import NumberState, RegisterNumber, Series
from numbering.queries import SERIALS_PER_PAGE
from tests import world as worlds
from tests.browsing import text, words
from tests.numbering import making
from tests.numbering.browsing import page_of, queries, sent
from xueji.audit.models import Access, AccessKind
from xueji.ledger.models import EventKind, RegisterEvent
from xueji.students.models import RegisterType, Student

pytestmark = pytest.mark.django_db

# session, person, posts and the page's frame are five of them
QUERIES = 18


# -- issuing from the page ------------------------------------------------------------------------
def test_the_allocator_checks_the_preview_and_issues(world, client_of):
    making.entrants(world, ["龚梦瑶", "侯沐辰"])
    centre = client_of("centre")
    shown = centre.get(page_of(world))
    assert "预览：本次发 2 个" in words(shown)
    assert "龚梦瑶 一（1）班 02 26 26 017 0 0001" in words(shown)
    assert "发号后证明变为 2 + 0 + 0 = 2 。" in words(shown)

    answer = centre.post(page_of(world, name="numbering_issue"), sent(shown))

    assert (answer.status_code, answer.url) == (302, page_of(world))
    after = words(centre.get(answer.url))
    assert "已发 2 个号：02262601700001—02262601700002" in after
    assert "连续性证明 连续 刚刚核对 2 在用 + 0 停用 + 0 空号待补 = 2 已发到 0002" in after
    assert "0001 龚梦瑶 0002 侯沐辰" in after
    assert "没有待编号的学生" in after


def test_a_refilled_hole_is_told_apart_from_the_new_numbers(world, client_of):
    making.entrants(world, making.names(3))
    RegisterNumber.objects.filter(pk=making.issue(world)[1].pk).update(
        state=NumberState.VOID, ends="2026-09-02", reason="未报到"
    )
    making.entrants(world, ["甲", "乙", "丙"])
    centre = client_of("centre")
    shown = centre.get(page_of(world))
    assert "差 1 个空号未补" in words(shown)
    assert "0002 空 未报到" in words(shown)
    assert "02 26 26 017 0 0002 补空号" in words(shown)
    assert "0002 为什么空 未报到" in words(shown)
    answer = centre.post(page_of(world, name="numbering_issue"), sent(shown))
    assert "已发 3 个号：02262601700002、02262601700004—02262601700005" in words(
        centre.get(answer.url)
    )


def test_a_double_click_issues_once_and_leads_to_the_same_page(world, client_of):
    making.entrants(world, ["龚梦瑶"])
    centre = client_of("centre")
    form = sent(centre.get(page_of(world)))
    first = centre.post(page_of(world, name="numbering_issue"), form)
    making.entrants(world, ["侯沐辰"])
    second = centre.post(page_of(world, name="numbering_issue"), form)
    assert (first.status_code, first.url) == (second.status_code, second.url)
    assert RegisterNumber.objects.count() == 1


def test_without_the_tick_nothing_is_issued(world, client_of):
    making.entrants(world, ["龚梦瑶"])
    centre = client_of("centre")
    form = sent(centre.get(page_of(world)))
    del form["checked"]
    answer = centre.post(page_of(world, name="numbering_issue"), form)
    assert answer.status_code == 422
    assert "请先核对次序与名单，打勾后再发号" in words(answer)
    assert RegisterNumber.objects.count() == 0
    assert centre.post(page_of(world, name="numbering_issue"), sent(answer)).status_code == 302


def test_a_list_that_has_changed_is_shown_anew_and_nothing_is_issued(world, client_of):
    making.entrants(world, ["龚梦瑶"])
    centre = client_of("centre")
    form = sent(centre.get(page_of(world)))
    making.entrants(world, ["侯沐辰"])
    answer = centre.post(page_of(world, name="numbering_issue"), form)
    assert answer.status_code == 409
    assert "没有发号 名单有变：预览以后有人分班、变动或发过号。" in words(answer)
    assert "预览：本次发 2 个" in words(answer)
    assert RegisterNumber.objects.count() == 0
    again = centre.post(page_of(world, name="numbering_issue"), sent(answer))
    assert (again.status_code, RegisterNumber.objects.count()) == (302, 2)


def test_of_two_officers_one_issues_and_the_other_sees_it(world, client_of):
    worlds.hire(world, "centre-b", "centre_officer", "建昌营镇中心校")
    making.entrants(world, ["龚梦瑶"])
    one, other = client_of("centre"), client_of("centre-b")
    forms = [sent(client.get(page_of(world))) for client in (one, other)]
    answers = [
        client.post(page_of(world, name="numbering_issue"), form)
        for client, form in zip((one, other), forms, strict=True)
    ]
    assert [answer.status_code for answer in answers] == [302, 409]
    assert "0001 龚梦瑶" in words(answers[1])
    assert RegisterEvent.objects.filter(kind=EventKind.NUMBERED).count() == 1


def test_temporary_numbers_have_a_page_of_their_own(world, client_of):
    making.entrants(world, ["龚梦瑶"], register_type=RegisterType.BORROWED_TEMP)
    centre = client_of("centre")
    assert centre.get(page_of(world)).status_code == 404
    address = f"{page_of(world)}?kind=temporary"
    assert address in text(centre.get(reverse("numbering")))
    shown = centre.get(address)
    answer = centre.post(page_of(world, name="numbering_issue"), sent(shown))
    assert answer.url == address
    assert "已发 1 个号：借02262601700001" in words(centre.get(address))


def test_a_refusal_stands_where_the_preview_would_be(world, client_of):
    making.entrants(world, ["龚梦瑶"], school="迁安初级中学")
    shown = words(client_of("county").get(page_of(world, "迁安初级中学", stage="junior")))
    assert "尚未登记本校的学校类别代码，不能编号" in shown
    assert "《学生学籍管理制度》三1“第十位是学校类别代码,小学为‘0’”" in shown
    assert "个号" not in shown.replace("别的学校", "")


def test_pupils_without_a_class_are_counted_apart(world, client_of):
    making.entrants(world, ["龚梦瑶"])
    making.entrants(world, ["未分班的"], class_number=None)
    centre = client_of("centre")
    assert "本页待编号 1 人 ，另有未分班 1 人，分班后才能编号" in words(
        centre.get(reverse("numbering"))
    )
    shown = words(centre.get(page_of(world)))
    assert "未分班 1 人，还不能编号" in shown
    assert "未分班的" not in shown


def test_while_somebody_has_no_class_issuing_is_asked_about_first(world, client_of):
    making.entrants(world, ["龚梦瑶"])
    making.entrants(world, ["甲", "乙"], class_number=None)
    centre = client_of("centre")
    shown = centre.get(page_of(world))
    assert "还有 2 人未分班，他们的号以后接在后面编，先给已分班的发号" in words(shown)

    answer = centre.post(page_of(world, name="numbering_issue"), sent(shown))

    assert answer.status_code == 422
    assert "还有人未分班：请等学校分完班再发，或打勾确认先给已分班的发号" in words(answer)
    assert RegisterNumber.objects.count() == 0
    confirmed = sent(answer, despite="on")
    assert centre.post(page_of(world, name="numbering_issue"), confirmed).status_code == 302
    assert RegisterNumber.objects.count() == 1


def test_who_has_no_class_in_another_cohort_is_not_asked_about(world, client_of):
    making.entrants(world, ["龚梦瑶"])
    making.entrants(world, ["甲"], class_number=None, register_type=RegisterType.BORROWED_TEMP)
    assert "despite" not in text(client_of("centre").get(page_of(world)))


# -- who sees what --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("who", "school", "sees", "issues"),
    [
        ("centre", "清泉小学", 200, 302),
        ("clerk", "清泉小学", 200, 404),
        ("principal", "清泉小学", 200, 404),
        ("county", "清泉小学", 200, 404),  # above the allocator: reads
        ("county-head", "清泉小学", 200, 404),
        ("city", "清泉小学", 200, 404),
        ("province", "清泉小学", 200, 404),
        ("clerk1b", "清泉小学", 404, 404),  # the school next door
        ("centre2", "清泉小学", 404, 404),  # the centre next door
        ("centre9", "清泉小学", 404, 404),
        ("county9", "清泉小学", 404, 404),
        ("auditor", "清泉小学", 404, 404),
        ("admin", "清泉小学", 404, 404),
        ("county", "迁安城区小学", 200, 302),
        ("county-head", "迁安城区小学", 200, 404),
        ("centre", "迁安城区小学", 404, 404),
    ],
)
def test_reading_reaches_down_and_issuing_is_the_allocators(
    world, client_of, who, school, sees, issues
):
    making.entrants(world, ["龚梦瑶"], school=school)
    form = {
        "form_key": str(uuid4()),
        "token": making.token(world, school),
        "kind": "register",
        "checked": "on",
    }
    client = client_of(who)
    shown = client.get(page_of(world, school))
    assert shown.status_code == sees
    if sees == 200:
        assert ("发 1 个号" in words(shown)) == (issues == 302)
    answer = client.post(page_of(world, school, name="numbering_issue"), form)
    assert answer.status_code == issues
    assert RegisterNumber.objects.count() == (issues == 302)


def test_who_may_not_issue_is_told_who_does_and_why(world, client_of):
    making.entrants(world, ["龚梦瑶"])
    shown = words(client_of("clerk").get(page_of(world)))
    assert "本校学籍号由中心校统一编排，当前岗位不能编号 请由中心校的学籍岗位办理" in shown
    assert "《学生学籍管理制度》二（一）“乡镇学生学籍号由中心校统一编排”" in shown


def test_at_an_urban_school_no_clause_about_townships_is_cited(world, client_of):
    making.entrants(world, ["龚梦瑶"], school="迁安城区小学")
    shown = words(client_of("urban").get(page_of(world, "迁安城区小学")))
    assert "本校学籍号由教育局统一编排，当前岗位不能编号 请由教育局的学籍岗位办理" in shown
    assert "文件未规定，按本县设定（可改）：numbering.allocator" in shown
    assert "乡镇学生学籍号由中心校统一编排" not in shown


@pytest.mark.parametrize(
    "path",
    [
        "/numbering/999999/primary/2026/",
        "/numbering/{pk}/primary/2025/",
        "/numbering/{pk}/junior/2026/",
        "/numbering/{pk}/nursery/2026/",
        "/numbering/{pk}/primary/2026/?kind=other",
        "/numbering/{pk}/primary/2026/?kind=temporary",
    ],
)
def test_a_series_that_does_not_exist_is_not_found(world, client_of, path):
    making.entrants(world, ["龚梦瑶"])
    path = path.format(pk=world.schools["清泉小学"].pk)
    assert client_of("centre").get(path).status_code == 404


def test_the_address_of_issuing_leads_back_to_the_page(world, client_of):
    making.entrants(world, ["龚梦瑶"])
    answer = client_of("centre").get(page_of(world, name="numbering_issue"))
    assert (answer.status_code, answer.url) == (302, page_of(world))


# -- accesses and queries -------------------------------------------------------------------------
def test_every_answer_with_names_is_one_access(world, client_of):
    placed = making.entrants(world, ["龚梦瑶", "侯沐辰"])
    making.issue(world)
    (waiting,) = making.entrants(world, ["罗子轩"])
    client_of("clerk").get(page_of(world))
    access = Access.objects.get()
    assert sorted(access.students) == sorted(s.pk for s in [*placed, waiting])
    assert (access.kind, access.page, access.post_id) == (
        AccessKind.LIST,
        "numbering",
        world.posts["clerk"].pk,
    )
    assert access.filter == "清泉小学 2026 级"


def test_the_name_behind_a_hole_is_not_shown(world, client_of):
    (student,) = making.entrants(world, ["未报到者"])
    making.issue(world)
    RegisterNumber.objects.update(state=NumberState.VOID, ends="2026-09-02", reason="未报到")
    Student.objects.filter(pk=student.pk).update(number=None, status="pending")
    assert "未报到者" not in text(client_of("centre").get(page_of(world)))
    assert Access.objects.count() == 0


def test_the_page_takes_the_same_queries_for_one_number_as_for_300(world, client_of):
    making.entrants(world, making.names(1))
    making.issue(world)
    making.entrants(world, making.names(1, start=1))
    centre, path = client_of("centre"), page_of(world)
    assert queries(centre, path) == QUERIES
    making.entrants(world, making.names(298, start=2))
    making.issue(world)
    making.entrants(world, making.names(45, start=300))
    assert queries(centre, path) == QUERIES


def test_a_long_series_is_shown_in_pages_without_leaving_a_serial_out(world, client_of):
    making.entrants(world, making.names(SERIALS_PER_PAGE + 5))
    making.issue(world)
    centre = client_of("centre")
    first = centre.get(page_of(world))
    assert [cell.serial for cell, _ in first.context["cells"]] == [*range(1, SERIALS_PER_PAGE + 1)]
    following = first.context["pages"]["next"]
    second = centre.get(following)
    last = [cell.serial for cell, _ in second.context["cells"]]
    assert last == [*range(SERIALS_PER_PAGE + 1, SERIALS_PER_PAGE + 6)]
    assert centre.get(second.context["pages"]["previous"]).context["cells"][0][0].serial == 1


@pytest.mark.parametrize(
    ("typed", "first"), [("0", 1), ("-3", 1), ("x", 1), ("99999", 1), ("²", 1)]
)
def test_a_start_that_makes_no_sense_does_no_harm(world, client_of, typed, first):
    making.entrants(world, ["龚梦瑶"])
    making.issue(world)
    answer = client_of("centre").get(page_of(world), {"from": typed})
    assert answer.context["cells"][0][0].serial == first


def test_a_serial_without_a_row_is_shown_as_missing(world, client_of):
    making.entrants(world, making.names(2))
    making.issue(world)
    Series.objects.update(last=3)
    shown = words(client_of("centre").get(page_of(world)))
    assert "0003 缺 无说明" in shown
    assert "有误，请报技术管理员" in shown
    assert "1 缺号无说明" in shown
