"""No form acts without the token of its session; every answer, also a broken one, is protected."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.permissions import asking, detectors, table
from tests.permissions.sweep import Clients, undone
from tests.permissions.table import PLAYED_BY, POSITIONS_OF, Ask, answer_to, rows
from xueji.accounts.models import User
from xueji.students import queries

FORMS = sorted({row.url for row in rows() if "POST" in row.methods and row.answer != "405"})
# shown again, filled, with a token of this session; changes nothing (xueji/pages/kept.py)
NEEDS_NO_TOKEN = {
    "switch_resume",
    "enrollment_resume",
    "case_resume",
    "cases_resume",
    "student_edit_resume",
}
# forms that are shown again where they are taken: needs no token what comes back to be shown
SHOWN_AGAIN = {
    "account_end_post",
    "account_grant",
    "account_new",
    "account_security",
    "account_state",
    "borrowing_convert",
    "borrowing_edit",
    "borrowing_end",
    "borrowing_lend",
    "borrowing_new",
    "borrowing_sheet",
    "calendar_edit",
    "enrollment_admission_edit",
    "enrollment_admission_new",
    "enrollment_attendance",
    "enrollment_class_add",
    "enrollment_class_move",
    "enrollment_classes",
    "enrollment_deferral_edit",
    "enrollment_deferral_new",
    "enrollment_excess",
    "holidays",
    "order_new",
    "organisation_catchment",
    "organisation_edit",
    "organisation_new",
    "organisation_rules",
    "organisation_stages",
    "organisations_import",
    "reports_roster_new",
    "student_conduct_new",
    "student_conduct_revoke",
    "student_document_new",
    "student_number_new",
    "transfer_edit",
    "transfer_file",
    "transfer_new",
    "transfer_receipt",
    "transfer_reinstate",
    "transfer_take",
    "transfer_turn",
}
# no admission, transfer or guest of this site waits for them: tests/transfers/test_way_back.py
TAKEN_BY_NOBODY = {
    "borrowing_convert",
    "borrowing_edit",
    "borrowing_end",
    "borrowing_new",
    "borrowing_sheet",
    "enrollment_admission_edit",
    "transfer_edit",
    "transfer_file",
    "transfer_receipt",
    "transfer_reinstate",
    "transfer_turn",
}
WRONG = "W" * 64


def takers(url: str) -> list[Ask]:
    """Who may post this form, and for which row: every request that the table lets through."""
    asks = [
        Ask(url, "POST", role, position)
        for role in PLAYED_BY
        for position in (POSITIONS_OF[role] if asking.has_id(url) else ("-",))
    ]
    return [
        ask
        for ask in asks
        if ask.position not in ("missing", "above") and is_let_through(answer_to(ask))
    ]


def is_let_through(answer: str) -> bool:
    return answer.startswith(("200", "302"))


def strict(site, ask: Ask, token: str | None, **more: str) -> tuple[int, list[str]]:
    """Post as a browser would to a server that checks; the status, and the tables changed."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    if username := PLAYED_BY[ask.role]:
        client.force_login(User.objects.get(username=username))
    page = client.get(reverse("keys") if username else reverse("login"))
    own = page.context["csrf_token"]
    data = {**asking.form(site, ask), **more}
    if token is not None:
        data["csrfmiddlewaretoken"] = own if token == "own" else token
    before = detectors.state()
    with undone():
        answer = client.post(asking.address(site, ask), data)
        return answer.status_code, detectors.changed(before)


def posted() -> list[str]:
    return [url for url in FORMS if takers(url)]


@pytest.mark.parametrize("token", [None, "", WRONG], ids=["none", "empty", "wrong"])
@pytest.mark.parametrize("url", [url for url in posted() if url not in NEEDS_NO_TOKEN])
def test_a_form_without_its_token_is_refused(site, url, token):
    ask = takers(url)[0]
    assert strict(site, ask, token) == (403, [])


@pytest.mark.parametrize("url", posted())
def test_the_same_form_with_its_token_is_taken(site, url):
    """So the refusals above were for the token and for nothing else."""
    ask = takers(url)[0]
    status, _ = strict(site, ask, "own")
    assert (url, str(status)) == (url, answer_to(ask)[:3])


@pytest.mark.parametrize("url", sorted(NEEDS_NO_TOKEN))
def test_a_form_that_needs_no_token_changes_nothing(site, url):
    for token in (None, WRONG, "own"):
        assert strict(site, takers(url)[0], token) == (200, [])


@pytest.mark.parametrize("url", sorted(SHOWN_AGAIN - TAKEN_BY_NOBODY))
def test_what_comes_back_to_be_shown_again_changes_nothing(site, url):
    for token in (None, WRONG, "own"):
        assert strict(site, takers(url)[0], token, typed_at="/") == (200, [])


def test_only_the_forms_we_know_are_exempt():
    exempt = {
        name for name in (row.url for row in rows()) if getattr(view_of(name), "csrf_exempt", False)
    }
    assert exempt == NEEDS_NO_TOKEN | SHOWN_AGAIN


def view_of(name: str):
    (found,) = {pattern.callback for pattern in table.patterns() if pattern.name == name}
    return found


# -- answers of which the matrix knows nothing --------------------------------------------------
@pytest.mark.parametrize("username", ["", "clerk"])
@pytest.mark.parametrize(
    "path",
    ["/no/such/page", "/students/x/", "/students/%00/", "/static/no-such-file.css", "/%ff%fe"],
)
def test_an_address_that_is_none_is_protected_too(site, username, path):
    answer = Clients(site).of(username).get(path)
    assert (answer.status_code, detectors.header_faults(answer)) == (404, [])


def test_an_unreadable_form_is_protected_too(site):
    number = site.units["清泉小学"].open.number
    answer = (
        Clients(site)
        .of("principal")
        .post(reverse("case_decide", args=[number]), {"decision": "agreed", "version": "1"})
    )
    assert (answer.status_code, detectors.header_faults(answer)) == (400, [])


def test_a_refused_token_is_answered_with_protection(site):
    client = Client(enforce_csrf_checks=True)
    answer = client.post(reverse("login"), {"username": "clerk", "password": "x"})
    assert (answer.status_code, detectors.header_faults(answer)) == (403, [])


def test_a_broken_page_is_protected_and_tells_nothing(site, monkeypatch, logged):
    """A fault in the product: an incident number for the reader, and nothing of the fault."""

    def broken(acting):
        raise RuntimeError("王梓涵 130283202003179912")

    monkeypatch.setattr(queries, "visible", broken)
    answer = Clients(site).of("clerk").get(reverse("students"))
    text, log = detectors.text_of(answer), logged()
    assert (answer.status_code, "记录号" in text) == (500, True)
    assert [
        word for word in ("王梓涵", "130283", "RuntimeError", "Traceback") if word in text
    ] == []
    assert [word for word in ("王梓涵", "130283") if word in log] == []
    assert "builtins.RuntimeError\n" in log
    assert detectors.header_faults(answer) == []


def test_the_policy_allows_no_inline_script_or_style_and_no_other_host(site):
    answer = Clients(site).of("clerk").get(reverse("desk"))
    assert set(answer["Content-Security-Policy"].split("; ")) == {
        "default-src 'self'",
        "img-src 'self' data:",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
    }
