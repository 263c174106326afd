"""The form of one pupil: what is sent is kept, then submitted once, or comes back filled."""

import re
from uuid import uuid4

import pytest

from enrollment.forms import VAGUE
from tests import pupils
from tests.browsing import words
from tests.enrollment.entering import ELSEWHERE, NEW, lines, send, value_of
from xueji.cases import services as cases
from xueji.cases.models import Case, CaseForm, State
from xueji.students.models import Status, Student


# -- what is sent ---------------------------------------------------------------------------------
def test_an_empty_form_shows_defaults_and_begins_at_the_document_number(clerk):
    answer = clerk.get(NEW)

    assert answer.status_code == 200
    assert re.search(r'name="id_number"[^>]* autofocus', answer.content.decode())
    assert value_of(answer, "entered_on") == "2026-09-01"
    assert lines() == []


def test_save_and_next_submits_and_opens_an_empty_form_with_the_news(clerk, opened):
    answer = send(clerk, opened(name="王梓涵"))

    assert (answer.status_code, answer["Location"]) == (302, NEW)
    case = Case.objects.get()
    assert (case.state, case.title, case.waiting_role) == (State.OPEN, "王梓涵", "principal")
    following = clerk.get(NEW)
    assert f"已提交 王梓涵，轮到清泉小学 校长（某principal） 业务件 {case.number}" in words(
        following
    )
    assert value_of(following, "name") == ""


def test_submit_goes_to_the_case(clerk, opened):
    answer = send(clerk, opened(), save="open")
    assert answer["Location"] == f"/cases/{Case.objects.get().number}/"


def test_save_draft_makes_no_pupil_and_goes_on_with_the_draft(clerk, opened):
    answer = send(clerk, {**opened(), "id_number": "1302"}, save="draft")

    case = Case.objects.get()
    assert (case.state, case.student, case.title) == (State.DRAFT, None, "王梓涵")
    assert answer["Location"] == f"/enrollment/{case.number}/edit/"
    page = clerk.get(answer["Location"])
    assert (value_of(page, "id_number"), value_of(page, "m1_name")) == ("1302", "王建军")
    assert not Student.objects.exists()


def test_the_silent_first_button_only_shows_what_is_missing(clerk, opened):
    answer = send(clerk, opened(name=""), save="check")

    assert answer.status_code == 200
    assert "还差 1 处才能提交" in words(answer)
    assert Case.objects.get().state == State.DRAFT


# -- once -----------------------------------------------------------------------------------------
def test_the_same_form_twice_acts_once(clerk, opened):
    form = opened()
    first, second = send(clerk, form, save="open"), send(clerk, form, save="open")

    assert first["Location"] == second["Location"]
    assert (Case.objects.count(), Student.objects.count()) == (1, 1)


def test_a_repeat_that_knows_its_draft_by_now_is_still_the_same_form(clerk, opened):
    form = opened()
    send(clerk, form, save="open")
    case = Case.objects.get()

    again = send(clerk, {**form, "case": case.number, "version": "1"}, save="open")

    assert again["Location"] == f"/cases/{case.number}/"
    assert Case.objects.count() == 1


def test_a_used_form_with_other_content_comes_back_filled_under_a_new_key(clerk, opened):
    form = opened()
    send(clerk, form)

    answer = send(clerk, {**form, "name": "李雷", "id_number": pupils.id_number()})

    assert answer.status_code == 409
    assert "这张表已经提交过" in words(answer)
    assert (value_of(answer, "name"), value_of(answer, "case")) == ("李雷", "")
    assert value_of(answer, "form_key") != form["form_key"]
    assert Student.objects.count() == 1


def test_autosave_and_submission_of_one_form_are_one_case(clerk, opened):
    form = opened()
    kept = clerk.post("/enrollment/draft/", {**form, "name": "王"})
    send(clerk, form)  # the browser had not yet heard of the draft's number

    assert kept["HX-Replace-Url"] == f"/enrollment/{Case.objects.get().number}/edit/"
    assert (Case.objects.count(), Case.objects.get().state) == (1, State.OPEN)


def test_an_autosave_that_comes_late_disturbs_nothing(clerk, opened):
    form = opened()
    send(clerk, form)
    late = clerk.post("/enrollment/draft/", {**form, "name": "王"})

    assert late.status_code == 200
    assert "由另一人签署" in words(late) or "现在轮到" in words(late)
    assert Student.objects.get().name == "王梓涵"


# -- what comes back ------------------------------------------------------------------------------
def test_a_returned_case_is_mended_with_the_reason_in_view(clerk, world, opened):
    case = pupils.sign(world, pupils.submitted(world), "principal", decision="returned")
    at = f"/enrollment/{case.number}/edit/"

    page = clerk.get(at)
    assert "退回补正：请改正 清泉小学 校长 某principal" in words(page)
    assert value_of(page, "m1_name") == "王建军"
    assert value_of(page, "id_number") == case.student.id_number
    assert lines()[-1][:2] == ("view", [case.student_id])

    answer = send(clerk, opened(at=at, name="王梓晗"), save="open", at=at)
    case.refresh_from_db()
    assert (answer.status_code, case.state, case.title) == (302, State.OPEN, "王梓晗")


def test_a_submitted_case_is_no_longer_edited(clerk, world):
    case = pupils.submitted(world)
    answer = clerk.get(f"/enrollment/{case.number}/edit/")
    assert answer["Location"] == f"/cases/{case.number}/"


def test_a_draft_that_a_colleague_submitted_is_refused_and_begins_anew(clerk, world, opened):
    case = pupils.sign(world, pupils.submitted(world), "principal", decision="returned")
    at = f"/enrollment/{case.number}/edit/"
    form = opened(at=at, name="王梓晗")
    cases.withdraw(case_id=case.pk, note="不来了", acting=world.acting("clerk"))

    answer = send(clerk, form, at=at)

    assert answer.status_code == 409
    assert "已撤回，不能再办" in words(answer)
    assert (value_of(answer, "name"), value_of(answer, "case")) == ("王梓晗", "")


def test_discarding_removes_the_draft_and_what_was_typed(clerk, opened):
    send(clerk, opened(), save="draft")
    number = Case.objects.get().number
    key = {"form_key": str(uuid4())}
    answers = [clerk.post(f"/enrollment/{number}/discard/", key) for _ in range(2)]

    assert [answer["Location"] for answer in answers] == ["/enrollment/", "/enrollment/"]
    assert (Case.objects.count(), CaseForm.objects.count()) == (0, 0)


def test_a_submitted_case_is_not_discarded(clerk, world):
    case = pupils.submitted(world)
    clerk.post(f"/enrollment/{case.number}/discard/", {"form_key": str(uuid4())})
    assert Case.objects.get().state == State.OPEN


# -- the whole way --------------------------------------------------------------------------------
def test_a_pupil_goes_from_the_form_to_a_register_on_the_pages_alone(clerk, client_of, opened):
    send(clerk, opened(name="王梓涵"))
    case = Case.objects.get()
    for person in ("principal", "centre", "county"):
        version = str(Case.objects.get().version)
        form = {"decision": "agreed", "version": version, "form_key": str(uuid4())}
        assert client_of(person).post(f"/cases/{case.number}/decide/", form).status_code == 302

    student = Student.objects.get()
    assert (student.status, student.school.organisation.name) == (Status.ENROLLED, "清泉小学")
    assert [event.change for event in student.events.all()] == [1]
    assert student.placements.get(ends__isnull=True).case == case


# -- F2, and buttons without scripts --------------------------------------------------------------
def test_f2_brings_the_pupil_before_and_the_look_is_recorded(clerk, opened):
    send(clerk, opened(nation="11"))
    page = clerk.get(NEW).content.decode()

    assert 'data-last="建昌营镇 军屯村" data-last-code="130283103227"' in page
    assert 'data-last="11"' in page
    assert lines()[-1] == ("view", [Student.objects.get().pk], "")


@pytest.mark.parametrize(
    ("use", "field", "filled"),
    [
        ("hukou", "hukou_text", ""),
        ("address", "address_text", "建昌营镇 军屯村"),
        ("guardian_hukou", "guardian_hukou_code", "130283103227"),
    ],
)
def test_without_scripts_a_button_fills_a_place(clerk, opened, use, field, filled):
    form = opened()
    form |= {"address_text": "", "guardian_hukou_text": "", "guardian_hukou_code": ""}
    if use == "hukou":
        form["hukou_text"] = ""
    answer = clerk.post(NEW, {**form, "use": use})

    assert (answer.status_code, value_of(answer, field)) == (200, filled)
    assert not Case.objects.exists()


def test_a_reason_that_says_nothing_is_told_so_at_its_field(clerk, opened):
    reasons = {"reason_entry.two_unities": "无", "reason_entry.catchment": "111"}
    answer = send(clerk, opened(**ELSEWHERE, **reasons))

    assert answer.status_code == 422
    assert answer.context["form"].errors == {name: [VAGUE] for name in reasons}


# -- where else the child may go ------------------------------------------------------------------
SERVING = (
    "本校服务范围：建昌营镇 军屯村、建昌营镇 清泉村。",
    "现住址在服务范围内的学校：迁安城区小学。",
    "教育局指定的借读学校：迁安城区小学。",
)


def test_a_home_outside_the_catchment_is_answered_with_what_lies_inside(clerk, opened, client_of):
    answer = send(clerk, opened(**ELSEWHERE))
    assert [said for said in SERVING if said not in words(answer)] == []

    reasons = {"reason_entry.two_unities": "父母在城区租房", "reason_entry.catchment": "随祖父母"}
    send(clerk, opened(**ELSEWHERE), save="open", **reasons)
    case = Case.objects.latest("pk")
    shown = words(client_of("principal").get(f"/cases/{case.number}/"))
    assert [said for said in SERVING if said not in shown] == []


def test_the_bar_names_what_is_missing(clerk, opened):
    answer = send(clerk, opened(m1_phone="", phone="", hukou_text=""))
    bar = re.search(r'<p [^>]*id="left".*?</p>', answer.content.decode(), re.DOTALL)[0]
    assert re.sub(r"<[^>]+>", "", bar) == "还差 2 处：户口所在地、成员1联系电话"
