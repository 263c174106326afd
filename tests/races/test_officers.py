"""Two people meet at one pupil, one case, one child: exactly one act counts, and the other person
is told who was first."""

import os
import re

import pytest

from tests.races import report
from tests.races.client import Client
from tests.races.crowd import Crowd, sent

LONG_RUN = os.environ.get("XUEJI_LONG") == "1"
RACES = 200 if LONG_RUN else 20
CHILDREN = 100 if LONG_RUN else 10
FIRST = re.compile(r"某(\S+) \d+ 月 \d+ 日 \d\d:\d\d (\S+)。")
AGREED = {"agreed": "同意", "returned": "退回补正", "refused": "不同意"}

pytestmark = pytest.mark.race


def test_of_two_officers_who_issue_at_once_one_does(crowd: Crowd) -> None:
    school, officers = crowd.world["schools"][0], crowd.pair("centre")
    crowd.approved(RACES)
    issued = []
    for _ in range(RACES):
        crowd.placed(1)
        both = [officer.issuing(school) for officer in officers]
        answers = sent(*zip(officers, both, strict=True))
        assert sorted(a.outcome for a in answers) == ["done", "refused"], answers
        loser = next(a for a in answers if a.outcome == "refused")
        assert (loser.status, "名单有变" in loser.notices[0]) == (409, True)
        issued += [number for sending in both if sending for _, number, _ in sending.says["pairs"]]
    assert len(set(issued)) == RACES
    _report(crowd, "two officers issue on one school", RACES)


@pytest.mark.parametrize("other", ["agreed", "returned", "refused"])
def test_of_two_signatures_on_one_case_the_first_counts(crowd: Crowd, other: str) -> None:
    races = RACES // 3 + 1
    principals = crowd.pair("principal", school=1)
    for number in crowd.entered(races, school=1):
        verdicts = [
            principals[0].verdict(number),
            principals[1].verdict(number, decision=other),
        ]
        answers = sent(*zip(principals, verdicts, strict=True))
        assert sorted(a.outcome for a in answers) == ["done", "late"], answers
        late, winner = answers[0].outcome == "late", int(answers[0].outcome == "late")
        told = FIRST.findall(answers[0 if late else 1].notices[0])
        assert told == [(principals[winner].username, AGREED[other] if winner else "同意")]
    crowd.signed("centre", "county", school=1)
    _report(crowd, f"two principals sign one case: agreed and {other}", races)


WRITINGS = {
    "written the same": lambda number: number,
    "with x for X": str.lower,
    "in full width": lambda number: number.translate({ord(c): ord(c) + 0xFEE0 for c in number}),
    "padded": lambda number: f"  {number[:6]} {number[6:14]} {number[14:]}\u3000",
}


@pytest.mark.parametrize("writing", WRITINGS)
def test_a_child_entered_by_two_schools_at_once_is_registered_once(
    crowd: Crowd, writing: str
) -> None:
    races = CHILDREN // len(WRITINGS) + 1
    clerks: list[Client] = [crowd.person("clerk", 2), crowd.person("clerk", 6)]
    places = [crowd.world["schools"][2], crowd.world["schools"][6]]
    names = []
    for _ in range(races):
        child = crowd.child(ending="X" if writing == "with x for X" else "")
        written = [child.id_number, WRITINGS[writing](child.id_number)]
        crowd.luck.shuffle(written)
        entries = [
            clerk.entry(child, place, id_number=number)
            for clerk, place, number in zip(clerks, places, written, strict=True)
        ]
        answers = sent(*zip(clerks, entries, strict=True))
        assert sorted(a.outcome for a in answers) == ["done", "refused"], answers
        names.append(child.name)
    with crowd.site.tables() as tables:
        registers = tables.execute(
            "SELECT name, count(*) FROM xueji_student WHERE name = ANY(%s) GROUP BY name", [names]
        ).fetchall()
        cases = tables.execute(
            "SELECT title, count(*) FROM xueji_case WHERE title = ANY(%s) AND state = 'open'"
            " GROUP BY title",
            [names],
        ).fetchall()
    assert sorted(registers) == sorted(cases) == sorted((name, 1) for name in names)
    _report(crowd, f"two schools enter one child, its number {writing}", races)


def _report(crowd: Crowd, title: str, races: int) -> None:
    crowd.check()
    if LONG_RUN:
        what = (
            "`tests/races/test_officers.py`: two people of a site with four workers have the same "
            "thing on their screens and send at one moment, over HTTP."
        )
        rows = {title: f"{races} races, each with exactly one effect"}
        report.write("Two people at one moment", what=what, rows=rows, keep=True)
