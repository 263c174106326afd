"""Offices of eight schools enter, sign, assign, issue and undo at once while everything breaks: no
number is lost, doubled or skipped, and whoever was told of an act finds it in the registers.

The judge is tests/races/checker.py; that it can find faults at all is shown by test_controls.py.
"""

import json
import os
import random
import sys
import time
from collections.abc import Mapping

import pytest

from tests.races import report
from tests.races.checker import Checker, read
from tests.races.race import Race, Size
from tests.races.site import County, Site, site

SECONDS = int(os.environ.get("XUEJI_SECONDS", "2400"))
SHORT = Size(processes=5, share=8, crashes=1, haste=2.5, seconds=90)
LONG = Size(processes=16, share=250, crashes=30, haste=1.0, seconds=SECONDS)
BACK_WITHIN = 5.0  # seconds from PostgreSQL's return to the site's
NAME = "Numbers and decisions while everything breaks"
LONG_RUN = os.environ.get("XUEJI_LONG") == "1"


def command(running: Site, name: str) -> dict[str, object]:
    """What a checking command of the product says; it must be content."""
    done = running.manage(name)
    assert done.returncode == 0, f"{name}: {done.stdout}{done.stderr}"
    return json.loads(done.stdout)


def _is_of_the_nemesis(line: str) -> bool:
    """Whether a logged traceback ends in what a killed database session looks like."""
    away = ("OperationalError", "InterfaceError", "AdminShutdown", "SessionInterrupted")
    return any(word in line for word in away) and "deadlock" not in line


def _what(size: Size) -> str:
    return (
        f"`tests/races/test_numbers.py`: {size.processes} client processes try {size.share} "
        f"pupils each in {size.seconds // 60} minutes at 8 schools in 2 centres, over HTTP against "
        "four gunicorn workers on a PostgreSQL with fsync. They enter, sign alone and in bulk, "
        "assign classes, issue, append and undo; some of it is made to be refused or to break off. "
        "Clients, workers, database sessions in the middle of a transaction and PostgreSQL itself "
        "are killed (−9) at random moments."
    )


def _rows(counts: Mapping[str, object]) -> dict[str, object]:
    """The result first: what the judge and the product's own checks found."""
    result = dict.fromkeys(("lost", "doubled", "gaps", "refused acts present", "answers 500"), 0)
    checks = {"`check_numbers`, `check_ledger`": "no fault"}
    return {**result, **checks, **dict(sorted(counts.items()))}


@pytest.mark.race
def test_no_number_is_lost_doubled_or_skipped_while_everything_breaks(county: County) -> None:
    size = LONG if LONG_RUN else SHORT
    seed = int(os.environ.get("XUEJI_SEED") or random.SystemRandom().randrange(10**6))
    begun = time.monotonic()
    with site(county, "numbers") as running:
        race = Race(running, size, seed)
        race.run()
        told = {name: command(running, name) for name in ("check_numbers", "check_ledger")}
        with running.tables() as tables:
            checker = Checker(read(race.folder), tables)
            faults = checker.check()
        tracebacks = [line for line in running.tracebacks() if not _is_of_the_nemesis(line)]
    counts = checker.counts | race.done
    counts |= {
        "slowest return, ms": round(1000 * max(race.back_after)),
        "seconds": round(time.monotonic() - begun),
    }
    sys.stdout.write(f"seed {seed}\n{counts}\n{told}\n")
    assert (faults, race.died, tracebacks) == ([], [], [])
    assert min(counts["numbers acknowledged"], counts["kill database"]) > 0
    assert max(race.back_after) < BACK_WITHIN
    if LONG_RUN:
        assert counts["attempts"] >= size.processes * size.share, "the time was over"
        report.write(NAME, what=_what(size), rows=_rows(counts) | {"seed": seed})
