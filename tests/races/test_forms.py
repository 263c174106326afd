"""A form acts once however often it is sent, and not at all when only a part of it arrives."""

import os
from collections.abc import Callable

import pytest

from tests.races import report
from tests.races.browser import Sending
from tests.races.client import Client
from tests.races.crowd import Crowd, sent

LONG_RUN = os.environ.get("XUEJI_LONG") == "1"
TIMES = 50 if LONG_RUN else 5
CUTS = 200 if LONG_RUN else 20
SCHOOL = 3

pytestmark = pytest.mark.race

Prepared = tuple[Client, Sending | None]


def entry(crowd: Crowd) -> Prepared:
    clerk = crowd.person("clerk", SCHOOL)
    return clerk, crowd.entry(clerk, SCHOOL)


def one_signature(crowd: Crowd) -> Prepared:
    principal, (number,) = crowd.person("principal", SCHOOL), crowd.entered(1, SCHOOL)
    return principal, principal.verdict(number)


def many_signatures(crowd: Crowd) -> Prepared:
    principal = crowd.person("principal", SCHOOL)
    crowd.entered(2, SCHOOL)
    return principal, principal.signing()


def assignment(crowd: Crowd) -> Prepared:
    clerk = crowd.person("clerk", SCHOOL)
    crowd.approved(2, SCHOOL)
    return clerk, clerk.assignment(crowd.luck)


def issue(crowd: Crowd) -> Prepared:
    centre = crowd.person("centre", SCHOOL)
    crowd.approved(1, SCHOOL)
    crowd.placed(1, SCHOOL)
    return centre, centre.issuing(crowd.world["schools"][SCHOOL])


def undoing(crowd: Crowd) -> Prepared:
    centre, (number,) = crowd.person("centre", SCHOOL), crowd.approved(1, SCHOOL)
    return centre, centre.undoing(number)


FORMS: dict[str, Callable[[Crowd], Prepared]] = {
    form.__name__: form
    for form in (entry, one_signature, many_signatures, assignment, issue, undoing)
}


@pytest.mark.parametrize("form", FORMS)
def test_a_form_sent_twice_at_once_and_once_more_acts_once(crowd: Crowd, form: str) -> None:
    for _ in range(TIMES):
        person, sending = FORMS[form](crowd)
        assert sending
        before = effects(crowd)
        answers = sent((person, sending), (person, sending))
        after = effects(crowd)
        answers.append(person.send(sending))
        assert {(a.outcome, a.status, a.location) for a in answers} == {
            ("done", 302, answers[0].location)
        }, answers
        assert effects(crowd) == after != before
    _report(crowd, f"{form}, sent twice at once and once more", f"{TIMES} times, one effect each")


def test_a_form_that_comes_back_with_other_content_is_refused(crowd: Crowd) -> None:
    clerk, used = entry(crowd)
    assert used
    clerk.send(used)
    other = clerk.other(used, crowd.child(), crowd.world["schools"][SCHOOL])
    assert clerk.send(other).status == 409
    principal, verdict = one_signature(crowd)
    assert verdict
    principal.send(verdict)
    fields = [(name, "refused" if name == "decision" else v) for name, v in verdict.fields]
    before = effects(crowd)
    answer = principal.send(Sending("sign_one_other", verdict.path, fields, verdict.says))
    assert (answer.outcome, effects(crowd)) == ("refused", before)
    crowd.check()


def test_a_form_that_breaks_off_anywhere_does_nothing(crowd: Crowd) -> None:
    prepared = [FORMS[form](crowd) for form in ("many_signatures", "entry", "issue")]
    before = effects(crowd)
    for n in range(CUTS):
        person, sending = prepared[n % len(prepared)]
        assert sending
        length = len(sending.body)
        left = crowd.luck.randrange(length) if n >= len(prepared) else length - 1
        person.cut(sending, (left + 0.5) / length, waits=True)
    assert effects(crowd) == before
    _report(crowd, "a form that breaks off at a random byte", f"{CUTS} times, no effect")


def effects(crowd: Crowd) -> list[tuple[int, ...]]:
    """How many rows there are of everything an act can leave."""
    tables = (
        "xueji_student",
        "xueji_case",
        "xueji_step",
        "xueji_placement",
        "xueji_registerevent",
        "xueji_historicalstudent",
        "xueji_formkey",
        "numbering_registernumber",
    )
    counts = ", ".join(f"(SELECT count(*) FROM {table})" for table in tables)
    states = "(SELECT count(*) FROM xueji_step WHERE decision IS NOT NULL)"
    with crowd.site.tables() as connection:
        return connection.execute(f"SELECT {counts}, {states}").fetchall()


def _report(crowd: Crowd, title: str, result: str) -> None:
    crowd.check()
    if LONG_RUN:
        what = "`tests/races/test_forms.py`: what people send, over HTTP against four workers."
        report.write("Forms sent twice or cut", what=what, rows={title: result}, keep=True)
