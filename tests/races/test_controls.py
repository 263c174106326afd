"""The judge of the races finds what it is there for: each protection taken away turns it red, and
the same acts on the sound site leave it content.

| taken away | what then happens | who must say so: judge, `check_numbers` or both |
|---|---|---|
| locks on pupils and series, unique indexes | two officers issue one number | both |
| one transaction for series and number | a refused issue leaves a gap | both |
| the lock on the case | two principals both sign, one signature is lost | judge |
| the form key | a form sent twice is answered twice | judge |
| the wait for a whole body | a form that broke off acts | judge |
| the wait for the disk | an acknowledged entry is lost in a crash | judge |
"""

import os
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

import pytest
from psycopg import Connection

from tests.races import report
from tests.races.browser import Page
from tests.races.crowd import Crowd, sent
from tests.races.site import County, Site, site

pytestmark = pytest.mark.race

FORGET_UNIQUENESS = (
    "DROP INDEX register_number_unique, register_number_serial_unique,"
    " register_number_one_live_per_holder"
)
FORGET_THE_DISK = (
    "ALTER ROLE xueji_app SET synchronous_commit = off",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'xueji_app'",
)
REMEMBER_THE_DISK = ("ALTER ROLE xueji_app RESET synchronous_commit",)


# -- what people do -------------------------------------------------------------------------------
def issue_together(crowd: Crowd) -> None:
    """Two officers issue on one school at one moment, after a first number was issued."""
    officers, school = crowd.pair("centre"), crowd.world["schools"][0]
    crowd.approved(2)
    crowd.placed(1)
    first = officers[0].issuing(school)
    assert first
    officers[0].send(first)
    crowd.placed(1)
    sent(*((officer, officer.issuing(school)) for officer in officers))


def issue_on_an_old_preview(crowd: Crowd) -> None:
    """An issue that is refused after the numbers were taken."""
    issue_together(crowd)
    crowd.approved(1)
    crowd.placed(1)
    stale = crowd.person("centre").issuing(crowd.world["schools"][0], token="0" * 64)
    assert stale
    crowd.person("centre").send(stale)


def sign_together(crowd: Crowd) -> None:
    principals = crowd.pair("principal")
    (number,) = crowd.entered(1)
    sent(
        (principals[0], principals[0].verdict(number)),
        (principals[1], principals[1].verdict(number, decision="refused")),
    )


def send_twice(crowd: Crowd) -> None:
    clerk = crowd.person("clerk")
    entry = crowd.entry(clerk)
    sent((clerk, entry), (clerk, entry))


def break_off(crowd: Crowd) -> None:
    """The last byte of an issue never comes."""
    crowd.approved(1)
    crowd.placed(1)
    issuing = crowd.person("centre").issuing(crowd.world["schools"][0])
    assert issuing
    crowd.person("centre").cut(issuing, 1 - 1 / len(issuing.body), waits=True)


def hang_up(crowd: Crowd) -> None:
    """Whoever hung up signs again, and is told on that page what the first form did."""
    crowd.entered(1)
    principal = crowd.person("principal")
    first, again = principal.signing(), principal.signing()
    assert first
    assert again
    principal.cut(first, 1)
    principal.send(again)


def lose_the_page(crowd: Crowd) -> None:
    """The page that tells of a signature is made, and lost on its way; the next tells nothing."""
    crowd.entered(1)
    principal = crowd.person("principal")
    signing, request = principal.signing(), principal.request
    assert signing

    def lost(method: str, path: str, body: bytes = b"") -> Page:
        page = request(method, path, body)
        if method == "GET":
            principal.request = request
            raise ConnectionResetError
        return page

    principal.request = lost
    assert principal.send(signing).notices == []


def stopped_writer(tables: Connection) -> int:
    """The process that writes what commits leave, stopped while it waits: it must hold no lock."""
    asked = "SELECT pid, wait_event FROM pg_stat_activity WHERE backend_type = 'walwriter'"
    while True:
        writer, _ = tables.execute(asked).fetchone()
        os.kill(writer, signal.SIGSTOP)
        if tables.execute(asked).fetchone() == (writer, "WalWriterMain"):
            return writer
        os.kill(writer, signal.SIGCONT)


def crash_after_entries(crowd: Crowd) -> None:
    """A power cut while nothing reaches the disk but what a commit itself writes there."""
    server = crowd.site.county.server
    with crowd.site.tables() as tables:
        writer = stopped_writer(tables)
    try:
        crowd.entered(6)
    finally:
        server.crash()
        os.kill(writer, signal.SIGKILL)
        server.start()


@dataclass(frozen=True)
class Fault:
    """What is taken away, what people do then, and what the judge says first of all.

    ``workers``: a second one may still be starting when ``before`` is done, and the product starts
    none on tables that can forget what they acknowledged.
    """

    act: Callable[[Crowd], None]
    says: str
    broken: str = ""
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    product_sees_it: bool = False
    workers: int = 2


FAULTS = {
    "locks": Fault(
        issue_together,
        "serials doubled",
        broken="without_locks",
        before=(FORGET_UNIQUENESS,),
        product_sees_it=True,
    ),
    "one_transaction": Fault(
        issue_on_an_old_preview, "gaps", broken="in_two_steps", product_sees_it=True
    ),
    "case_lock": Fault(sign_together, "acknowledged decisions lost", broken="without_case_locks"),
    "form_key": Fault(send_twice, "acknowledged, but its form key is gone", broken="without_keys"),
    "whole_body": Fault(break_off, "numbers nobody asked for", broken="with_half_bodies"),
    "disk": Fault(
        crash_after_entries,
        "acknowledged entries lost",
        before=FORGET_THE_DISK,
        after=REMEMBER_THE_DISK,
        workers=1,
    ),
}


def broken(
    county: County, database: str, what: str, *, workers: int = 2
) -> AbstractContextManager[Site]:
    env, app = {"XUEJI_BREAK": what}, "tests.races.broken:application"
    return site(county, database, workers=workers, app=app, env=env)


def execute(county: County, database: str, statements: tuple[str, ...]) -> None:
    with county.tables(database) as tables:
        for statement in statements:
            tables.execute(statement)


@pytest.mark.parametrize("name", FAULTS)
def test_the_judge_sees_what_is_taken_away(county: County, name: str) -> None:
    fault, database = FAULTS[name], f"without_{name}"
    with broken(county, database, fault.broken, workers=fault.workers) as running:
        crowd = Crowd(running)
        try:
            execute(county, database, fault.before)
            fault.act(crowd)
        finally:
            execute(county, database, fault.after)
        told = crowd.judged().faults
        product = running.manage("check_numbers")
    assert [words for words in told if words.startswith(fault.says)], told
    assert (product.returncode == 1) >= fault.product_sees_it, product.stdout
    if os.environ.get("XUEJI_LONG") == "1":
        what = "`tests/races/test_controls.py`: each protection taken away, and what was said."
        rows = {f"without {name.replace('_', ' ')}": f"seen: {fault.says}"}
        report.write("Planted faults", what=what, rows=rows, keep=True)


def test_the_judge_is_content_when_nothing_is_taken_away(county: County) -> None:
    with broken(county, "sound", "") as running:
        crowd = Crowd(running)
        for act in (*(fault.act for fault in FAULTS.values()), hang_up, lose_the_page):
            act(crowd)
        told = crowd.judged().faults
        product = running.manage("check_numbers")
    assert (told, product.returncode) == ([], 0)
