"""The entry form loses nothing that was typed: refused, opened twice, sent from two windows."""

import re
from datetime import date

from django.conf import settings
from django.test import Client

from tests import pupils
from tests.browsing import words
from tests.enrollment.entering import ELSEWHERE, lines, send, value_of
from tests.world import PASSWORD
from xueji.cases.models import Case, CaseForm, State
from xueji.students.models import Student

HOME2 = pupils.living_in("130283101201", "杨各庄镇 上庄村")


# -- nothing typed is lost ------------------------------------------------------------------------
def test_a_rejected_form_comes_back_filled_with_errors_at_the_fields_and_links(clerk, opened):
    answer = send(clerk, opened(m1_phone="139315200181", id_number=pupils.id_number(order=5)))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert '<a href="#id_m1_phone">成员1联系电话</a>' in page
    assert re.search(r'name="m1_phone"[^>]*aria-invalid="true"', page)
    assert re.search(r'name="m1_phone"[^>]*autofocus', page)
    assert value_of(answer, "hukou_code") == "130283103227"
    assert "没有提交：还差 1 处；已存为草稿" in words(answer)
    assert not Student.objects.exists()
    assert Case.objects.get().form.values["row"]["m1_phone"] == "139315200181"


def test_a_warning_asks_for_a_reason_and_passes_with_one(clerk, opened):
    form = opened(**ELSEWHERE)
    answer = send(clerk, form)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'name="reason_entry.two_unities"' in page
    assert "学生户口所在地（建昌营镇 军屯村）与现住址（永顺街道 迁钢社区）不一致" in words(answer)

    reasons = {"reason_entry.two_unities": "父母在城区租房", "reason_entry.catchment": "随祖父母"}
    form |= {"case": value_of(answer, "case"), "version": value_of(answer, "version")}
    assert send(clerk, form, save="open", **reasons).status_code == 302
    assert Case.objects.get().state == State.OPEN


def test_the_first_reason_that_is_missing_on_the_page_is_the_one_to_begin_in(clerk, opened):
    young = pupils.id_number(born=date(2020, 9, 30))
    page = send(clerk, opened(**ELSEWHERE, id_number=young)).content.decode()
    reasons = re.findall(r'<input[^>]*name="reason_[^>]*>', page)
    assert ["autofocus" in reason for reason in reasons] == [True, False, False]


def test_a_submission_refused_by_a_duplicate_says_so_and_records_the_look(clerk, opened, world):
    other = pupils.enrolled(world, "clerk2", **HOME2, name="赵小雨")
    form = opened(id_number=other.id_number, name="赵小雨")

    answer = send(clerk, form)

    assert answer.status_code == 422
    assert "主管部门 杨各庄镇中心校），学生姓名的首字是“赵”" in words(answer)
    for secret in ("上庄小学", "在读", str(other.pk) + "/"):
        assert secret not in words(answer)
    masked = other.id_number[:6] + "********" + other.id_number[-4:]
    assert lines()[-1] == ("lookup", [other.pk], masked)


def test_a_session_that_is_over_keeps_the_form_until_one_is_back(clerk, opened):
    form = opened(name="韩梅梅")
    clerk.cookies.pop(settings.SESSION_COOKIE_NAME)

    lost = send(clerk, form)
    assert lost.status_code == 403
    kept = dict(
        re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', lost.content.decode())
    )
    assert (kept["name"], kept["save"]) == ("韩梅梅", "next")
    assert 'action="/enrollment/resume/"' in lost.content.decode()

    clerk.login(username="clerk", password=PASSWORD)
    back = clerk.post("/enrollment/resume/", kept)
    assert (back.status_code, value_of(back, "name")) == (200, "韩梅梅")
    assert not Case.objects.exists()


def test_an_old_page_keeps_the_form_too(world, opened, noon):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(world.posts["clerk"].user)

    answer = send(strict, opened(client=strict, name="韩梅梅"))

    assert answer.status_code == 403
    assert 'name="name" value="韩梅梅"' in answer.content.decode()
    back = strict.post("/enrollment/resume/", {"name": "韩梅梅"})
    assert (back.status_code, value_of(back, "name")) == (200, "韩梅梅")


def test_other_forms_are_not_kept(clerk, noon):
    clerk.logout()
    answer = clerk.post("/enrollment/check/", {"name": "韩梅梅"})
    assert (answer.status_code, answer["Location"][:7]) == (302, "/login/")


# -- two windows ----------------------------------------------------------------------------------
def test_the_second_of_two_windows_sees_both_versions_and_decides(clerk, opened):
    send(clerk, opened(name="王梓涵"), save="draft")
    at = f"/enrollment/{Case.objects.get().number}/edit/"
    number = pupils.id_number()
    one, two = (opened(at=at, id_number=number, name="王梓涵") for _ in range(2))
    send(clerk, {**one, "name": "王子涵"}, save="draft", at=at)

    refused = send(clerk, {**two, "name": "王紫涵"}, at=at)

    assert refused.status_code == 409
    assert "姓名 王紫涵 王子涵" in words(refused)
    assert value_of(refused, "name") == "王紫涵"
    assert CaseForm.objects.get().values["row"]["name"] == "王子涵"

    again = {**two, "name": "王紫涵", "version": value_of(refused, "version")}
    assert send(clerk, again, at=at).status_code == 302
    assert Student.objects.get().name == "王紫涵"


def test_autosave_of_the_second_window_does_not_overwrite_the_first(clerk, opened):
    send(clerk, opened(name="王梓涵"), save="draft")
    at = f"/enrollment/{Case.objects.get().number}/edit/"
    one, two = opened(at=at), opened(at=at)
    send(clerk, {**one, "name": "王子涵"}, save="draft", at=at)

    told = clerk.post("/enrollment/draft/", {**two, "name": "王紫涵"})

    assert "另一个窗口改过这份草稿" in words(told)
    assert CaseForm.objects.get().values["row"]["name"] == "王子涵"
