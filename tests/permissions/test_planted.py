"""Planted faults: each of them is seen by the detector that should see it.

A part of the product is replaced by one that leaks, forgets or lets through, as a careless change
would leave it; then the very functions that judge the product in the other modules here must find
something. This is the one place where the suite patches parts of our own.

Planted: the scope dropped from the roster, its count, the counts of the desk, the inbox, the bulk
decision, one case, a paper, a reveal, the list of schools, a series, the entry list, the draft; an
office that reads what its superior reads; a role let in; every act opened; a page that declares
nothing; a page without rows in the table; no access row, two of them, one without pupils; whole
numbers in a list; a GET that writes; a form without token; missing headers; a 404 that tells.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pytest

from tests.permissions import faults, test_difference, test_ids, test_tokens_and_headers
from tests.permissions.site import Site
from tests.permissions.sweep import Clients, Swept, sweep
from tests.permissions.table import without_rows


@dataclass(frozen=True)
class Fault:
    """One planted fault and the detector that must see it."""

    name: str
    plant: Callable[[pytest.MonkeyPatch], None]
    seen: Callable[[Site], object]


# -- the detectors of the other modules, on the one page that matters ---------------------------
def swept(url: str, role: str) -> Callable[[Site], Swept]:
    return lambda site: sweep(site, url, roles=(role,), methods=("GET", "POST"))


def found(kind: str, url: str, role: str) -> Callable[[Site], object]:
    return lambda site: swept(url, role)(site).faults(kind)


leaks, log = partial(found, "leaks"), partial(found, "log")
headers, whole = partial(found, "headers"), partial(found, "whole")


def wrong(url: str, role: str) -> Callable[[Site], object]:
    return lambda site: swept(url, role)(site).wrong()


def touched(url: str, role: str) -> Callable[[Site], object]:
    return lambda site: swept(url, role)(site).touched


def told_apart(url: str, role: str) -> Callable[[Site], object]:
    return lambda site: swept(url, role)(site).tell_apart()


def differs(path: str, who: str) -> Callable[[Site], object]:
    return lambda site: test_difference.differences(site, who, paths=[path], pupils=30)


def guessed(url: str, who: str) -> Callable[[Site], object]:
    """What a guessed id of the neighbour brings, beyond what a missing one brings."""

    def seen(site: Site) -> object:
        (guess, *_) = [g for g in test_ids.GUESSES if (g.url, g.who) == (url, who)]
        others = test_ids.known(site, guess)
        nothing, *found = test_ids.answered(site, guess, [test_ids.NOTHING, *others])
        return [answer for answer in found if answer != nothing]

    return seen


def without_token(url: str) -> Callable[[Site], object]:
    def seen(site: Site) -> object:
        ask = test_tokens_and_headers.takers(url)[0]
        answer = test_tokens_and_headers.strict(site, ask, None)
        return [] if answer == (403, []) else [answer]

    return seen


FAULTS = [
    Fault("roster without scope", faults.roster_without_scope, leaks("students", "clerk")),
    Fault("pupil without scope", faults.roster_without_scope, leaks("student", "centre_officer")),
    Fault(
        "roster without scope, compared",
        faults.roster_without_scope,
        differs("/students/?q=", "county"),
    ),
    Fault("count without scope", faults.count_without_scope, differs("/students/?q=", "clerk")),
    Fault("desk counts the province", faults.desk_counts_the_province, differs("/", "principal")),
    Fault("chart counts the province", faults.chart_counts_the_province, differs("/", "centre")),
    Fault("inbox without place", faults.inbox_without_place, leaks("cases", "principal")),
    Fault("desk without place", faults.inbox_without_place, leaks("desk", "principal")),
    Fault(
        "closed cases without scope",
        faults.closed_without_scope,
        differs("/cases/?tab=closed", "county"),
    ),
    Fault(
        "bulk decision without reach",
        faults.decide_without_reach,
        guessed("cases_decide", "principal"),
    ),
    Fault("case without scope", faults.case_without_scope, leaks("case", "county_head")),
    Fault(
        "case without scope, status", faults.case_without_scope, wrong("case_decide", "principal")
    ),
    Fault("drafts seen from above", faults.drafts_for_all_in_reach, wrong("case", "principal")),
    Fault("paper without scope", faults.paper_without_scope, leaks("paper", "clerk")),
    Fault("paper of any case", faults.paper_of_any_case, guessed("paper", "clerk")),
    Fault("reveal without scope", faults.reveal_without_scope, leaks("student_reveal", "clerk")),
    Fault(
        "case reveal without scope",
        faults.case_reveal_without_scope,
        leaks("case_reveal", "principal"),
    ),
    Fault(
        "schools without scope", faults.schools_without_scope, leaks("numbering", "centre_officer")
    ),
    Fault("series without reach", faults.series_without_reach, leaks("numbering_series", "clerk")),
    Fault("reach of the parent", faults.reach_of_the_parent, wrong("numbering_series", "clerk")),
    Fault(
        "entry list without scope",
        faults.entry_list_of_any_school,
        leaks("enrollment", "county_head"),
    ),
    Fault("draft of any post", faults.drafts_of_any_post, leaks("enrollment_edit", "clerk")),
    Fault("auditor reads pupils", faults.auditor_reads_pupils, wrong("students", "auditor")),
    Fault("administrator signs", faults.administrator_signs, wrong("case_decide", "administrator")),
    Fault("everybody acts", faults.everybody_acts, wrong("enrollment_new", "teacher")),
    Fault(
        "allocator anywhere", faults.allocator_anywhere, wrong("numbering_issue", "county_officer")
    ),
    Fault("nothing recorded", faults.nothing_recorded, log("student", "clerk")),
    Fault("nothing recorded in a list", faults.nothing_recorded, log("desk", "county_officer")),
    Fault("recorded twice", faults.recorded_twice, log("cases", "principal")),
    Fault(
        "recorded without pupils", faults.recorded_without_pupils, log("student_reveal", "clerk")
    ),
    Fault("numbers not masked", faults.numbers_not_masked, whole("students", "clerk")),
    Fault("looking writes", faults.looking_writes, touched("students", "province_officer")),
    Fault("form without token", faults.form_without_token, without_token("case_decide")),
    Fault("page in a frame", faults.page_in_a_frame, headers("keys", "clerk")),
    Fault("page may be kept", faults.page_may_be_kept, headers("students", "clerk")),
    Fault("refusal that tells", faults.refusal_that_tells, told_apart("student", "clerk")),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_seen(site, monkeypatch, fault):
    fault.plant(monkeypatch)
    assert fault.seen(site)


# -- a page nobody spoke of ---------------------------------------------------------------------
@pytest.mark.urls("tests.permissions.planted_urls")
def test_a_page_without_rows_in_the_table_is_seen():
    assert without_rows() == {"planted"}


@pytest.mark.urls("tests.permissions.planted_urls")
@pytest.mark.parametrize("username", ["", "clerk", "county", "admin", "nobody"])
def test_a_page_that_declares_nothing_is_refused_to_everybody(site, username):
    answer = Clients(site).of(username).get("/planted/")
    assert (answer.status_code, b"planted" in answer.content) == (404, False)
