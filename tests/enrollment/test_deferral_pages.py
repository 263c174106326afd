"""The pages of 缓学: the list, the application, and the ways from one to the other."""

import re
from datetime import datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from enrollment.models import Deferral
from tests import pupils
from tests.browsing import words
from tests.world import ZONE
from xueji.audit.models import Access
from xueji.cases.models import Case, State
from xueji.students.models import Status, Student

LIST, NEW = "/enrollment/deferrals/", "/enrollment/deferrals/new/"
CHECK = "/enrollment/deferrals/check/"
ASKED = {
    "late_reason": "health",
    "late_details": "做完手术还在休养",
    "until": "2027-08-31",
    "paper_hospital_proof": "on",
}
NEXT_AUGUST = datetime(2027, 8, 20, 12, 0, tzinfo=ZONE)


@pytest.fixture
def application(opened):
    """A whole application on a page that the clerk has just opened."""

    def form(**typed):
        return {**opened(at=NEW, **{**ASKED, **typed}), "save": "open"}

    return form


# -- the application ------------------------------------------------------------------------------
def test_an_application_is_sent_to_the_principal(clerk, application):
    answer = clerk.post(NEW, application(name="李雷"))

    case = Case.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/cases/{case.number}/")
    assert (case.kind, case.state, case.waiting_role) == ("deferral", State.OPEN, "principal")
    assert "已提交缓学申请，轮到清泉小学 校长" in words(clerk.get(answer["Location"]))


def test_a_double_click_applies_once(clerk, application):
    form = application(name="李雷")
    first, second = clerk.post(NEW, form), clerk.post(NEW, form)

    assert first["Location"] == second["Location"]
    assert Case.objects.count() == 1


def test_what_is_missing_is_told_with_its_clause_and_nothing_is_kept(clerk, application):
    answer = clerk.post(NEW, application(name="李雷", paper_hospital_proof="", late_details=""))

    page = words(answer)
    assert answer.status_code == 422
    assert "没有提交：还差 2 处" in page
    assert "还没有填具体情况。" in page
    assert "缺县级以上医院证明" in page
    assert "缓学（条次待核）（原文未收录）" in page
    assert (Case.objects.count(), Student.objects.count()) == (0, 0)


def test_checking_shows_the_findings_and_sends_nothing(clerk, application):
    answer = clerk.post(NEW, {**application(name="李雷"), "save": "check"})

    assert (answer.status_code, Case.objects.count()) == (200, 0)
    assert "到了入学年龄" in words(answer)


def test_while_one_types_the_page_says_what_is_missing_and_what_follows(clerk, application):
    begun = clerk.post(CHECK, application(name="李雷", late_details="", late_reason=""))
    whole = clerk.post(CHECK, application(name="李雷"))

    assert words(begun).startswith("还差 2 处才能提交 缺 缓学原因 、 具体情况")
    assert words(whole).startswith("可以提交")
    for part in ("derived", "papers", "exceptions", "doubles", "left"):
        assert re.search(f'id="{part}"[^>]*hx-swap-oob="true"', whole.content.decode())
    assert "填入户口" not in words(whole)
    assert (Case.objects.count(), Student.objects.count()) == (0, 0)


def test_a_remark_of_a_refused_application_goes_when_it_is_met(clerk, application):
    refused = clerk.post(NEW, application(name="李雷", late_details=""))
    told = re.search(r'name="told" value="([^"]*)"', refused.content.decode())[1]
    assert told == "late_details"
    more = {"told": told, "refused": "1"}

    still = clerk.post(CHECK, application(late_details="", **more)).content.decode()
    met = clerk.post(CHECK, application(**more)).content.decode()

    error = '<div id="id_late_details_error" hx-swap-oob="true">'
    assert (f'{error}<p class="error">' in still, f"{error}</div>" in met) == (True, True)
    assert '<div id="errors" hx-swap-oob="delete"></div>' in met


def test_a_child_who_is_there_already_is_told_and_recorded_while_one_types(
    clerk, application, world
):
    there = pupils.enrolled(world, name="单雄信")
    answer = clerk.post(CHECK, application(name="单雄信", id_number=there.id_number))

    assert "证件号重复" in words(answer)
    assert there.pk in Access.objects.latest("pk").students


def test_an_application_that_came_back_is_mended_on_its_page(clerk, application, world):
    clerk.post(NEW, application(name="李雷"))
    case = pupils.sign(world, Case.objects.get(), "principal", decision="returned")
    at = f"/enrollment/deferrals/{case.number}/edit/"

    page = clerk.get(at)
    assert "退回补正：请改正" in words(page)
    assert 'value="做完手术还在休养"' in page.content.decode()
    key = re.search(r'name="form_key" value="([^"]+)"', page.content.decode())[1]
    sent = application(name="李雷", id_number=case.student.id_number, until="2027-06-30")
    answer = clerk.post(at, {**sent, "form_key": key})

    case.refresh_from_db()
    assert (answer.status_code, case.state) == (302, State.OPEN)
    assert str(Deferral.objects.get().until) == "2027-06-30"
    assert clerk.get(at)["Location"] == f"/cases/{case.number}/"


@pytest.mark.parametrize("who", ["principal", "centre", "county", "clerk1b"])
def test_nobody_else_mends_it(client_of, noon, world, who):
    case = pupils.sign(world, pupils.applied(world), "principal", decision="returned")

    answer = client_of(who).get(f"/enrollment/deferrals/{case.number}/edit/")

    assert answer.status_code == 404


@pytest.mark.parametrize("who", ["principal", "centre", "county"])
def test_who_enters_nobody_applies_for_nobody(client_of, noon, who):
    assert client_of(who).get(NEW).status_code == 404


@pytest.mark.parametrize(
    ("who", "sees"), [("principal", True), ("county", True), ("centre", False)]
)
def test_why_the_child_is_unwell_is_for_school_and_county(client_of, noon, world, who, sees):
    case = pupils.applied(world)
    pupils.sign(world, case, "principal", "centre")

    page = words(client_of(who).get(f"/cases/{case.number}/"))

    assert ("做完手术还在休养" in page, "只给本校和教育局看" in page) == (sees, not sees)


# -- the list -------------------------------------------------------------------------------------
def test_the_list_names_the_child_and_leads_to_entry_and_further_deferral(clerk, world):
    child = pupils.deferred(world, name="韩梅梅")
    number = Case.objects.get().number

    page = clerk.get(LIST)

    assert "韩梅梅" in words(page)
    assert f"/enrollment/new/?deferred={number}" in page.content.decode()
    assert f"{NEW}?deferred={number}" in page.content.decode()
    look = Access.objects.latest("pk")
    assert (look.page, look.students) == ("deferrals", [child.pk])


def test_both_forms_begin_with_what_is_registered(clerk, world):
    pupils.deferred(world, name="韩梅梅")
    number = Case.objects.get().number

    for at in ("/enrollment/new/", NEW):
        page = clerk.get(f"{at}?deferred={number}").content.decode()
        assert 'value="韩梅梅"' in page
        assert 'value="王建军"' in page


def test_the_entry_begins_with_the_usual_answers_where_nothing_is_registered(clerk, world):
    pupils.deferred(world)

    page = clerk.get(f"/enrollment/new/?deferred={Case.objects.get().number}").content.decode()

    assert '<option value="11" selected>11 就近入学</option>' in page
    for name, answer in (("orphan", "0 否"), ("school_bus", "0 否"), ("boarding", "1 走读")):
        chosen = re.search(rf'<select name="{name}".*?</select>', page, re.DOTALL)[0]
        assert re.findall(r"selected>([^<]+)<", chosen) == [answer]
    assert "checked" not in re.search(r'<input[^>]*name="migrant"[^>]*>', page)[0]


@pytest.mark.parametrize("who", ["clerk1b", "clerk2", "clerk9"])
def test_another_school_neither_sees_nor_takes_over_the_child(client_of, noon, world, who):
    pupils.deferred(world, name="韩梅梅")
    number = Case.objects.get().number
    client = client_of(who)

    for at in (LIST, f"/enrollment/new/?deferred={number}", f"{NEW}?deferred={number}"):
        assert "韩梅梅" not in client.get(at).content.decode()


def test_who_reads_no_registers_has_no_list(client_of, noon):
    assert client_of("auditor").get(LIST).status_code == 404


def test_the_due_ones_are_on_desk_and_list(client_of, world):
    pupils.deferred(world, name="韩梅梅")
    with time_machine.travel(NEXT_AUGUST, tick=False):
        for who in ("clerk", "county"):
            client = client_of(who)
            assert "缓学到期 1 名" in words(client.get("/"))
            page = words(client.get(f"{LIST}?show=due"))
            assert "韩梅梅" in page
            assert "2027 年应入学" not in page


def test_a_child_on_the_way_into_school_is_shown_as_such(clerk, world):
    child = pupils.deferred(world, name="韩梅梅")
    pupils.submitted(world, id_number=child.id_number, name=child.name)

    page = clerk.get(LIST)

    assert "新生入学，轮到清泉小学 校长" in words(page)
    assert "?deferred=" not in page.content.decode()


def test_the_page_of_the_pupil_tells_of_the_deferral_and_looks_back_to_the_entry(clerk, world):
    child = pupils.deferred(world, name="韩梅梅")
    pupils.enrolled(world, id_number=child.id_number, name=child.name)

    page = clerk.get(f"/students/{child.pk}/")

    assert page.status_code == 200
    assert "缓学" in words(clerk.get(f"/students/{child.pk}/?tab=history"))


def test_what_is_no_list_is_not_found(clerk):
    assert clerk.get(f"{LIST}?show=nonsense").status_code == 404


@pytest.mark.parametrize("who", ["clerk", "county"])
def test_the_list_asks_as_often_for_three_children_as_for_one(client_of, noon, world, who):
    client, asked = client_of(who), []
    for more in (1, 2):
        for _ in range(more):
            pupils.deferred(world)
        client.get(LIST)
        with CaptureQueriesContext(connection) as captured:
            client.get(LIST)
        asked.append(len(captured))

    assert asked[0] == asked[1]


def test_the_child_is_entered_from_the_list_as_the_same_pupil(clerk, opened, world):
    child = pupils.deferred(world, name="韩梅梅")
    form = opened(name=child.name, id_number=child.id_number)

    answer = clerk.post("/enrollment/new/", {**form, "save": "open"})

    assert answer.status_code == 302
    case = Case.objects.get(kind="enrollment")
    assert (case.student_id, Student.objects.count()) == (child.pk, 1)
    child.refresh_from_db()
    assert child.status == Status.DEFERRED
