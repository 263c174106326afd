"""Every page, asked in every way by everybody for every row, answers as the table says.

The pages come from ``get_resolver()``, the answers from tests/permissions.csv, the rows from
tests/permissions/site.py: a school and its neighbours on every side. Each combination is one
request through the whole product. What is seen in the answers is judged here property by property.
"""

import pytest

from tests.permissions import asking, table
from tests.permissions.sweep import asked
from tests.permissions.table import Ask, answer_to, asks, rows, url_names, without_rows

URLS = sorted({row.url for row in rows()})
every_url = pytest.mark.parametrize("url", URLS)


def combinations(url: str) -> list[Ask]:
    return list(asks(url, asking.extra_positions(url), has_id=asking.has_id(url)))


# -- the table ----------------------------------------------------------------------------------
def test_the_table_speaks_of_every_page():
    assert without_rows() == set()


def test_the_table_speaks_of_no_page_that_is_gone():
    assert {row.url for row in rows()} - set(url_names()) == set()


def test_no_two_pages_share_a_name():
    assert len(url_names()) == len(set(url_names()))


@every_url
def test_each_combination_is_named_by_exactly_one_row(url):
    for ask in combinations(url):
        answer_to(ask)


@every_url
def test_each_row_names_something(url):
    idle = [
        row.line
        for row in table.rows_of(url)
        if not any(row.names(ask) for ask in combinations(url))
    ]
    assert idle == []


def test_every_page_with_an_id_is_asked_for_one():
    """An address with arguments has its rows in the site, so that all positions are tried."""
    takes = {str(pattern.name) for pattern in table.patterns() if pattern.pattern.regex.groupindex}
    assert takes == asking.ID_OF.keys() - asking.ASKS_BY_QUERY


def test_the_matrix_is_large():
    """So many requests are really sent: a table that shrank would not prove what it says."""
    assert len(URLS) >= 33
    assert sum(len(asked(url)) for url in URLS) >= 8_000


# -- the answers --------------------------------------------------------------------------------
@every_url
def test_everybody_gets_the_answer_of_the_table(swept, url):
    assert swept(url).wrong() == {}


@every_url
def test_nothing_breaks(swept, url):
    assert [str(answer) for answer in swept(url).answers if answer.status >= 500] == []


@every_url
def test_no_answer_shows_a_name_or_number_from_elsewhere(swept, url):
    assert swept(url).faults("leaks") == {}


@every_url
def test_what_is_out_of_reach_is_answered_like_what_does_not_exist(swept, url):
    assert swept(url).tell_apart() == {}


@every_url
def test_an_answer_with_pupils_wrote_one_row_of_exactly_these_pupils(swept, url):
    assert swept(url).faults("log") == {}


@every_url
def test_every_answer_carries_the_protecting_headers(swept, url):
    assert swept(url).faults("headers") == {}


@every_url
def test_what_reads_or_is_refused_changes_no_row(swept, url):
    """All tables but access log and sessions are the same after every request that must not act."""
    assert swept(url).touched == []


# -- that the answers were worth looking at -----------------------------------------------------
SHOWS_PUPILS = {
    "desk",
    "students",
    "student",
    "student_edit",
    "student_edit_resume",
    "student_reveal",
    "student_card",
    "student_sheet",
    "class_sheets",
    "student_photo",  # in the name of the file
    "student_paper",
    "student_conduct_paper",
    "dossiers",
    "notices",
    "cases",
    "case",
    "case_decide",  # 409: the page again, with the reason
    "case_reverse",
    "case_withdraw",
    "case_reveal",
    "case_resume",
    "cases_resume",
    "paper",  # in the name of the file
    "enrollment",
    "enrollment_edit",
    "enrollment_deferrals",
    "enrollment_deferral_edit",
    "enrollment_classes",
    "enrollment_class",
    "enrollment_attendance",
    "enrollment_batch",
    "enrollment_draw",
    "enrollment_draw_new",
    "enrollment_sheet",
    "enrollment_roll",
    "transfer_reinstate",
    "numbering_series",
    "numbering_freeze",  # 409: the page again, with the reason
    "numbering_confirm",
    "numbering_reopen",
    "reports_roster_file",
}
SHOWS_WHOLE_NUMBERS = {
    "student_reveal",
    "student_card",
    "student_sheet",
    "class_sheets",
    "case_reveal",
    "enrollment_edit",
    "enrollment_deferral_edit",
    "enrollment_sheet",
}


@every_url
def test_the_pages_that_show_pupils_are_those_we_know(swept, url):
    shows = any(answer.pupils for answer in swept(url).answers)
    assert (url, shows) == (url, url in SHOWS_PUPILS)


@every_url
def test_only_a_reveal_a_paper_and_the_clerks_own_form_show_whole_numbers(swept, url):
    shows = swept(url).faults("whole") != {}
    assert (url, shows) == (url, url in SHOWS_WHOLE_NUMBERS)
