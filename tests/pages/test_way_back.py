"""Whoever had to log in comes back to a page that can be opened, with what was typed."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import resolve, reverse

from tests import pupils
from tests.browsing import hidden, text, verdict
from tests.permissions import table
from tests.world import PASSWORD
from xueji.cases.models import Case, Decision, State

POST_ONLY = sorted(
    {row.url for row in table.rows() if "GET" in row.methods and row.answer == "405"}
)


def address(url: str) -> str:
    """The path with arguments that fit and name nothing."""
    (pattern,) = (found for found in table.patterns() if found.name == url)
    fitting = {"int": 1, "str": "2026-000001"}
    converters = pattern.pattern.converters.items()
    return reverse(url, kwargs={name: fitting[kind(of)] for name, of in converters})


def kind(converter) -> str:
    return type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")


def after_login(answer) -> str:
    """Name of the page that the login would open."""
    (path,) = parse_qs(urlsplit(answer["Location"]).query)["next"]
    return resolve(urlsplit(path).path).url_name


@pytest.mark.parametrize("url", [url for url in POST_ONLY if url != "logout"])
def test_the_login_never_leads_to_an_address_that_only_takes_a_form(db, url):
    assert after_login(Client().get(address(url))) not in POST_ONLY
    sent = Client().post(address(url), {"note": "x"})
    if sent.status_code == 403:
        action = re.search(r'<form [^>]*action="([^"]+)"', text(sent))[1]
        assert action == address(url) or resolve(action).url_name.endswith("_resume")
    else:
        assert after_login(sent) not in POST_ONLY


@pytest.mark.parametrize("url", POST_ONLY)
def test_an_address_that_only_takes_a_form_says_so_and_leads_to_the_form(world, client_of, url):
    people = ("clerk", "principal", "centre", "county", "admin", "security", "auditor")
    answers = [client_of(person).get(address(url)) for person in people]
    refused = next(answer for answer in answers if answer.status_code == 405)
    back = re.search(r'<a class="btn btn-main" href="([^"]+)">回到原来的页面</a>', text(refused))[1]
    assert "这个地址不能这样打开，什么都没有改动" in text(refused)
    assert (refused["Allow"], resolve(back).url_name in POST_ONLY) == ("POST", False)


def test_a_page_that_takes_no_form_says_so_in_the_same_look(world, client_of):
    answer = client_of("clerk").post("/students/")
    assert (answer.status_code, answer["Allow"]) == (405, "GET")
    assert "它只能打开来看，不收内容" in text(answer)


def test_an_opinion_sent_after_the_session_stands_in_the_form_again(world, client_of):
    case = pupils.submitted(world)
    principal = client_of("principal")
    principal.logout()
    sent = verdict(case, decision="returned", note="户口簿缺第 3 页")

    lost = principal.post(reverse("case_decide", args=[case.number]), sent)

    assert lost.status_code == 403
    assert f'action="/cases/{case.number}/resume/"' in text(lost)
    principal.login(username="principal", password=PASSWORD)
    back = principal.post(f"/cases/{case.number}/resume/", hidden(lost))
    assert back.status_code == 200
    assert "还没有办" in text(back)
    assert re.search(r"<textarea[^>]*>\s*户口簿缺第 3 页</textarea>", text(back))
    assert re.search(r'value="returned"[^>]* checked', text(back))
    assert (
        not case.steps.exclude(decision=Decision.SUBMITTED).filter(decision__isnull=False).exists()
    )


def test_the_way_back_pressed_too_early_keeps_the_opinion(world):
    case = pupils.submitted(world)
    sent = verdict(case, note="户口簿缺第 3 页", typed_at="/cases/1/close/")
    answer = Client().post(f"/cases/{case.number}/resume/", sent)
    kept = hidden(answer)
    assert answer.status_code == 403
    assert (kept["note"], kept["typed_at"]) == ("户口簿缺第 3 页", "/cases/1/close/")


def test_an_opinion_on_an_old_page_is_kept_too(world):
    case = pupils.submitted(world)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(world.posts["principal"].user)
    answer = strict.post(reverse("case_decide", args=[case.number]), verdict(case, note="缺页"))
    assert (answer.status_code, hidden(answer)["note"]) == (403, "缺页")


def test_chosen_cases_and_the_opinion_on_them_come_back(world, client_of):
    one, two = (pupils.submitted(world) for _ in range(2))
    principal = client_of("principal")
    principal.logout()
    sent = {"case": [f"{two.pk}:{two.version}"], "decision": "returned", "note": "缺页"}

    lost = principal.post(reverse("cases_decide"), sent)
    principal.login(username="principal", password=PASSWORD)
    back = text(principal.post("/cases/resume/", hidden(lost)))

    ticked = re.findall(r'name="case" value="([^"]+)" checked', back)
    assert ticked == [f"{two.pk}:{two.version}"]
    assert re.search(r'name="note" value="缺页"', back)
    assert Case.objects.filter(waiting_role="principal").count() == 2


def test_the_reason_for_an_end_stands_in_the_form_it_was_typed_in(world, client_of):
    case = pupils.submitted(world)
    clerk = client_of("clerk")
    clerk.logout()
    lost = clerk.post(reverse("case_withdraw", args=[case.number]), {"reason": "重复录入"})
    clerk.login(username="clerk", password=PASSWORD)
    back = text(clerk.post(f"/cases/{case.number}/resume/", hidden(lost)))
    assert re.search(r'<details class="panel" open>\s*<summary[^>]*><span[^>]*>撤回这件业务', back)
    assert 'name="reason" value="重复录入"' in back
    case.refresh_from_db()
    assert case.state == State.OPEN


def test_a_refused_end_keeps_its_reason(world, client_of):
    case = pupils.submitted(world)
    data = {"reason": "长" * 201, "form_key": verdict(case)["form_key"]}
    answer = client_of("clerk").post(reverse("case_withdraw", args=[case.number]), data)
    assert (answer.status_code, f'value="{"长" * 201}"' in text(answer)) == (422, True)


@pytest.mark.parametrize("url", ["student_reveal", "case_reveal"])
def test_who_wanted_to_see_a_number_comes_back_to_the_page(world, url):
    case = pupils.submitted(world)
    argument = case.number if url == "case_reveal" else case.student_id
    answer = Client().post(reverse(url, args=[argument]), {"field": "phone"})
    page = reverse(url.removesuffix("_reveal"), args=[argument])
    assert answer["Location"] == f"/login/?next={page}"


def test_who_was_led_to_the_login_is_told_why(db):
    asked = Client().get("/login/", {"next": "/students/"})
    assert "登录以后回到刚才的页面。30 分钟没有操作、满 12 小时、改过密码" in text(asked)
    assert "登录以后回到刚才的页面" not in text(Client().get("/login/", {"next": "/"}))
