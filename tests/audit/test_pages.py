"""The auditor reads who did and looked at what, at the own office and below; nothing changes."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from tests import pupils
from tests import world as worlds
from tests.establishment import orders
from tests.permissions.table import rows
from tests.world import NOON, PASSWORD
from xueji.audit import queries, services
from xueji.audit.models import Access, AccessKind, Act
from xueji.organisations.models import Organisation
from xueji.pages.act_words import PAGES
from xueji.students.models import Student

DAY = timedelta(days=1)


def look(world, username: str, students=(), *, kind=AccessKind.VIEW, at=NOON, **more) -> None:
    acting = world.acting(username, at=at)
    services.shown(acting=acting, kind=kind, page="student", students=students, **more)


def lines(client, **asked) -> list[tuple]:
    """(who, what) of each line of the page."""
    found = client.get("/audit/", asked).context["lines"]
    return [(who.username if who else "", said) for _, who, _, said, *_ in found]


def test_looks_of_the_own_office_and_below_are_listed_the_newest_first(world, clock, client_of):
    for hour, username in enumerate(("clerk", "county", "clerk9", "city")):
        look(world, username, [hour + 1], at=NOON - timedelta(hours=9 - hour))
    assert lines(client_of("auditor")) == [
        ("county", "查看，学生"),
        ("clerk", "查看，学生"),
    ]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"person": "clerk"}, ["clerk"]),
        ({"person": " Clerk "}, ["clerk"]),
        ({"from": "2026-09-02", "to": "2026-08-31"}, ["centre", "principal", "clerk"]),
        ({"place": "清泉小学"}, ["principal", "clerk"]),
        ({"place": "建昌营镇中心校"}, ["centre", "principal", "clerk"]),
        ({"kind": "reveal"}, ["centre"]),
        ({"from": "2026-09-02", "to": "2026-09-02"}, ["centre"]),
        ({"person": "nobody-there"}, []),
        ({"person": "clerk9"}, []),
        ({"place": "滦州甲小学"}, []),
        ({"from": "x", "to": "２０２６"}, ["centre", "principal", "clerk"]),
    ],
)
def test_looks_are_found_by_person_office_kind_and_day(world, clock, client_of, asked, found):
    look(world, "clerk", [1], at=NOON - 2 * DAY)
    look(world, "principal", [1], at=NOON - DAY)
    look(world, "centre", [1], kind=AccessKind.REVEAL)
    look(world, "clerk9", [1])
    assert [who for who, _ in lines(client_of("auditor"), **asked)] == found


def test_who_looked_at_a_pupil_is_told_whatever_the_office(world, clock, client_of):
    student = pupils.enrolled(world)
    before = Access.objects.count()
    look(world, "clerk", [student.pk])
    look(world, "city", [student.pk])
    look(world, "clerk", [student.pk + 1])
    auditor = client_of("auditor")

    found = auditor.get("/audit/", {"pupil": student.pk})

    body = found.content.decode()
    who = [(w.username if w else "", str(post)) for _, w, post, *_ in found.context["lines"]]
    assert who[:2] == [("", "唐山市教育局 · 市学籍管理"), ("clerk", "清泉小学 · 学籍管理员")]
    assert (student.name in body, f"{student.name[0]}**"[:2] in body) == (False, True)
    assert student.id_number not in body
    assert Access.objects.count() == before + 4  # this look is one, too
    assert Access.objects.order_by("-pk").first().students == [student.pk]


def test_a_pupil_is_found_without_the_number_standing_in_the_address(world, clock, client_of):
    student, auditor = pupils.enrolled(world), client_of("auditor")
    answer = auditor.post("/audit/find/", {"q": student.id_number})
    assert (answer.status_code, student.id_number in answer["Location"]) == (302, False)
    page = auditor.get(answer["Location"])
    assert [row.pk for row in page.context["found"]] == [student.pk]
    assert (student.name in page.content.decode()) is False


def test_a_pupil_of_another_county_is_not_told_from_none(world, clock, client_of):
    auditor = client_of("auditor")
    bodies = {auditor.get("/audit/", {"pupil": pk}).context["unknown"][0] for pk in (999999, 0)}
    assert bodies == {"您的范围里没有这名学生"}


@pytest.mark.parametrize(
    ("field", "said"),
    [("id_number", "身份证件号"), ("household_book", "户口簿"), ("完整号码", "完整号码")],
)
def test_what_was_shown_is_told_in_the_words_of_the_pages(world, clock, client_of, field, said):
    look(world, "clerk", kind=AccessKind.REVEAL, field=field, reason="核对")
    assert lines(client_of("auditor")) == [("clerk", f"显示，学生，{said}，核对")]


def test_a_pupil_who_has_left_is_found_still(world, clock, client_of):
    child = pupils.enrolled(world, name="程咬金")
    gone = {"school": None, "org_path": None, "grade": None, "school_class": None}
    Student.objects.filter(pk=child.pk).update(status="transferred", **gone)
    look(world, "clerk", [child.pk])

    auditor = client_of("auditor")
    assert lines(auditor, pupil=child.pk)[-1] == ("clerk", "查看，学生")
    assert "程咬金" not in auditor.get("/audit/", {"pupil": child.pk}).content.decode()
    found = auditor.get("/audit/", {"q": "程咬金"})
    assert [one.pk for one in found.context["found"]] == [child.pk]


def test_a_pupil_whose_entry_is_under_way_is_found_by_the_school_s_auditors_alone(
    world, clock, client_of
):
    worlds.hire(world, "auditor9", "auditor", "滦州市教育局")
    child = pupils.submitted(world, name="程咬金").student
    look(world, "clerk", [child.pk])
    auditor = client_of("auditor")
    link = f"?tab=looks&amp;pupil={child.pk}&amp;"
    assert link in auditor.get("/audit/").content.decode()
    assert lines(auditor, pupil=child.pk)[-1] == ("clerk", "查看，学生")
    assert client_of("auditor9").get("/audit/", {"pupil": child.pk}).context["unknown"] == [
        "您的范围里没有这名学生"
    ]


def test_a_pupil_out_of_reach_is_named_without_a_way_to_others_looks(world, clock, client_of):
    child = pupils.enrolled(world, "clerk9", name="程咬金", **pupils.LUANZHOU)
    look(world, "clerk", [child.pk])
    page = client_of("auditor").get("/audit/")
    assert page.context["lines"][0].pupils == [(None, "程**")]
    assert f"pupil={child.pk}" not in page.content.decode()


def test_a_school_that_moved_is_asked_for_with_its_time_at_the_former_centre(
    world, clock, client_of
):
    look(world, "clerk", at=NOON - 2 * DAY)
    orders.enter(world, "move", "清泉小学", "杨各庄镇中心校")
    world.posts["clerk"].organisation.refresh_from_db()
    look(world, "clerk")

    auditor = client_of("auditor")
    counts = [
        len([who for who, _ in lines(auditor, place=place) if who == "clerk"])
        for place in ("清泉小学", "建昌营镇中心校", "杨各庄镇中心校")
    ]
    assert counts == [2, 1, 1]


def test_a_closed_school_is_asked_for_and_one_of_two_of_a_name_is_not_guessed(
    world, clock, client_of
):
    look(world, "clerk1b")
    orders.enter(world, "close", "邻泉小学")
    auditor = client_of("auditor")
    assert lines(auditor, place="邻泉小学") == [("clerk1b", "查看，学生")]

    Organisation.objects.filter(name="上庄小学").update(name="邻泉小学")
    page = auditor.get("/audit/", {"place": "邻泉小学"})
    assert (page.context["lines"], "有几个同名的" in page.content.decode()) == ([], True)
    assert lines(auditor, place="建昌营镇中心校/邻泉小学") == [("clerk1b", "查看，学生")]


def test_a_form_that_was_acted_on_leaves_one_row_and_a_repeat_none(world, client_of):
    clerk, sent = client_of("clerk"), {"form_key": str(uuid4())}
    client_of("clerk").get(reverse("desk"))  # at another computer
    for _ in range(2):
        clerk.post("/accounts/me/sessions/end/", sent)
    acted = Act.objects.get()
    assert (acted.page, acted.act, acted.user_id, acted.address) == (
        "my_sessions_end",
        "own_session",
        world.posts["clerk"].user_id,
        "127.0.0.1",
    )
    assert [who for who, _ in lines(client_of("auditor"), tab="acts")] == ["clerk"]
    assert lines(client_of("auditor"), tab="acts") == [("clerk", "结束登录")]


def test_more_than_a_year_is_said_not_to_be_listed(world, clock, client_of):
    def told(first: str, last: str = "2026-09-02") -> str:
        asked = {"from": first, "to": last}
        return client_of("auditor").get("/audit/", asked).context["shortened"]

    assert told("2025-09-01") == ""
    for days in (("2025-08-31",), ("2026-09-02", "2025-08-31")):
        assert told(*days) == "一次最多查一年，只列了 2025-09-01 至 2026-09-02"


def test_the_office_that_is_asked_for_goes_along_to_the_other_lists(world, clock, client_of):
    page = client_of("auditor").get("/audit/", {"place": "清泉小学"}).content.decode()
    assert "?tab=acts&amp;from=2026-08-27&amp;to=2026-09-02&amp;place=%E6%B8%85" in page


def test_what_an_act_made_is_told_with_it(world, clock, client_of):
    typed = {"username": "qq-new", "name": "新来的", "place": "清泉小学", "starts": "2026-09-02"}
    client_of("admin").post("/accounts/new/", {**typed, "form_key": str(uuid4())})
    centre = {"name": "新镇中心校", "division_code": "130283999", "reason": "批文"}
    client_of("county").post(
        "/organisations/new/?kind=centre", {**centre, "form_key": str(uuid4())}
    )
    assert lines(client_of("auditor"), tab="acts") == [
        ("county", "设立机构：新镇中心校"),
        ("admin", "开通账号：新来的 qq-new"),
    ]


@pytest.mark.parametrize("wanted", ["case", "/nowhere/"])
def test_a_password_is_told_without_the_page_that_was_wanted_before(world, client_of, wanted):
    place = reverse("case", args=[pupils.submitted(world).number]) if wanted == "case" else wanted
    sent = {"old": PASSWORD, "new": "Neues-Wort-2026", "again": "Neues-Wort-2026"}
    sent |= {"form_key": str(uuid4()), "next": place}
    answer = client_of("clerk").post("/accounts/me/password/", sent)
    assert (answer.status_code, answer["Location"]) == (302, place)
    (line, *_) = client_of("auditor").get("/audit/", {"tab": "acts"}).context["lines"]
    assert (line.said, line.pupils) == ("修改密码", [])


def did(world, page: str, *target: object, who: str = "county") -> None:
    said = " ".join(map(str, target))
    services.acted(acting=world.acting(who), act="x", page=page, target=said)


def test_an_act_is_told_with_what_it_was_done_to(world, clock, client_of):
    student, case = pupils.enrolled(world), pupils.submitted(world)
    order = orders.enter(world, "close", "邻泉小学")
    school, klass = world.schools["清泉小学"].pk, world.schools["清泉小学"].classes.first()
    did(world, "order_withdraw", order.pk)
    did(world, "enrollment_class_move", klass.pk)
    did(world, "numbering_issue", school, "primary", 2026)
    did(world, "organisation_edit", school)
    did(world, "account_grant", world.posts["clerk"].user_id)
    did(world, "enrollment_batch_confirm", 12)
    did(world, "organisation_edit", 999_999)
    did(world, "case_decide", case.number)
    did(world, "paper_remove", case.number, 7)
    did(world, "student_edit", student.pk)
    did(world, "transfer_reinstate", student.pk)
    did(world, "borrowing_end", 7)

    found = client_of("auditor").get("/audit/", {"tab": "acts"}).context["lines"]

    told = [(line.said, [pk for pk, _ in line.pupils]) for line in reversed(found)]
    assert told == [
        (f"撤回建制调整：邻泉小学 {order.number}", []),
        (f"调班：清泉小学 {klass}", []),
        ("编发学籍号：清泉小学 小学 2026 级", []),
        ("修改机构资料：清泉小学", []),
        (f"授予岗位：{world.posts['clerk'].user.name} clerk", []),
        ("导入整批新生（编号 12）", []),
        ("修改机构资料（编号 999999）", []),
        (f"签署业务件 {case.number}", [case.student_id]),
        (f"移除材料 {case.number}", [case.student_id]),
        ("修改学生信息", [student.pk]),
        ("申请恢复在校", [student.pk]),
        ("申请借读结束（编号 7）", []),
    ]


def test_the_pupils_of_acts_are_masked_and_no_number_of_theirs_is_told(world, clock, client_of):
    student = pupils.enrolled(world, name="程咬金")
    did(world, "student_edit", student.pk)
    page = client_of("auditor").get("/audit/", {"tab": "acts"}).content.decode()
    assert ("程咬金" in page, student.id_number in page, "程**" in page) == (False, False, True)


def test_accounts_and_log_ins_are_listed(world, client_of):
    client = client_of("clerk")
    client.logout()
    client.post("/login/", {"username": "clerk", "password": "falsch"})
    client.post("/login/", {"username": "clerk9", "password": "falsch"})
    assert lines(client_of("auditor"), tab="accounts") == [("clerk", "登录未成功 clerk")]


@pytest.mark.parametrize("tab", ["looks", "acts", "accounts"])
@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_asks_the_same_however_many_rows_there_are(
    world, clock, client_of, tab, rows, django_assert_num_queries
):
    auditor, case = client_of("auditor"), pupils.submitted(world)
    auditor.get("/keys/")
    for username in ("clerk", "principal", "centre")[:rows]:
        look(world, username, [1, 2])
        did(world, "case_decide", case.number, who=username)
        auditor.__class__().post("/login/", {"username": username, "password": "x"})
    with django_assert_num_queries({"looks": 10, "acts": 11, "accounts": 8}[tab]):
        assert len(lines(auditor, tab=tab)) == rows


def test_pages_of_the_list_follow_each_other(world, clock, client_of):
    for minute in range(120):
        look(world, "clerk", [minute], at=NOON - timedelta(minutes=minute))
    auditor, path, seen = client_of("auditor"), "/audit/", []
    while path:
        found = auditor.get(path).context
        seen += [row.students[0] for row, *_ in found["lines"] if row.students]
        path = f"/audit/{found['page'].next}" if found["page"].next else ""
    assert seen == list(range(120))


def test_many_reveals_in_a_day_are_told(world, clock, client_of, settings):
    settings.REVEALS_TOLD = 3
    for username, count in (("clerk", 3), ("principal", 2), ("clerk9", 9)):
        for _ in range(count):
            look(world, username, [1], kind=AccessKind.REVEAL)
    alerts = client_of("auditor").get("/audit/", {"tab": "alerts"}).context["alerts"]
    assert [(who.username, row.count, row.day) for row, who in alerts] == [
        ("clerk", 3, NOON.date())
    ]


def test_beyond_the_number_of_a_day_nothing_more_is_shown_until_tomorrow(
    world, clock, client_of, settings
):
    settings.REVEALS_AT_MOST = 2
    student, clerk = pupils.enrolled(world), client_of("clerk")
    sent = {"field": "id_number", "reason": "核对户口簿原件"}

    def shown() -> bool:
        answer = clerk.post(reverse("student_reveal", args=[student.pk]), sent)
        return student.id_number in answer.content.decode()

    assert [shown() for _ in range(4)] == [True, True, False, False]
    refused = clerk.post(reverse("student_reveal", args=[student.pk]), sent)
    assert (refused.status_code, refused["Retry-After"]) == (429, "43200")
    assert queries.revealed_on(world.posts["clerk"].user_id, NOON.date()) == 2
    clock.move_to(NOON + DAY)
    clerk.force_login(world.posts["clerk"].user)
    assert shown()


LEAVES_NO_ACT = {
    "login",
    "login_code",
    "logout",
    "switch_post",
    "students_find",
    "enrollment_find",
    "cases_find",
    "audit_find",
    "enrollment_national_export",  # a look, in the access log
}


def test_every_form_that_acts_has_its_words():
    acting = {row.url for row in rows() if "POST" in row.methods and row.answer.startswith("302:")}
    assert acting - PAGES.keys() == LEAVES_NO_ACT
