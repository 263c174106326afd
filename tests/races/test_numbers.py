"""Offices of eight schools enter, sign, assign, issue and undo at once while everything breaks: no
number is lost, doubled or skipped, and whoever was told of an act finds it in the registers.

The judge is tests/races/checker.py; that it can find faults at all is shown by test_controls.py.
"""

import json
import os
import random
import sys
import time

import pytest

from tests.races import report
from tests.races.checker import Checker, read
from tests.races.race import Race, Size
from tests.races.site import County, Site, site

SECONDS = int(os.environ.get("XUEJI_SECONDS", "840"))
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
        f"{size.processes} client processes try {size.share} pupils each at 8 schools over HTTP, "
        "with gunicorn's four workers on a durable PostgreSQL; see `tests/races/test_numbers.py`."
    )


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
        report.write(NAME, what=_what(size), counts=counts, seed=seed)
