"""People of a calm site who meet at one form: prepared one after the other, sent at one moment."""

import itertools
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from tests.races.browser import Answer, History, Sending
from tests.races.checker import Checker, read
from tests.races.client import Client, Pupil, pupil
from tests.races.site import Site

Result = TypeVar("Result")


def at_once(*acts: Callable[[], Result]) -> list[Result]:
    """Do all acts at the same moment; their results in order."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Result]) -> Result:
        start.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def sent(*meeting: tuple[Client, Sending | None]) -> list[Answer]:
    """Send prepared forms at the same moment."""
    acts = []
    for person, sending in meeting:
        assert sending is not None, person.username
        acts.append(lambda p=person, s=sending: p.send(s))
    return at_once(*acts)


class Crowd:
    """Everybody at a site, logged in when first needed, and children for them to enter."""

    def __init__(self, site: Site) -> None:
        self.site, self.world = site, site.world
        self.luck = random.Random(1)
        self.people: dict[str, Client] = {}
        self.serials = itertools.count()

    def person(self, role: str, school: int = 0, crew: int = 0) -> Client:
        name = f"{role}-{school}-{crew}"
        if name not in self.people:
            history = History(self.site.histories / f"{name}.jsonl", name)
            self.people[name] = Client(self.site.port, history, name, self.world)
            self.people[name].login()
        return self.people[name]

    def pair(self, role: str, school: int = 0) -> tuple[Client, Client]:
        """Two people who hold the same post."""
        return self.person(role, school, 0), self.person(role, school, 1)

    def child(self, *, ending: str = "") -> Pupil:
        """A child nobody has entered; ``ending``: what its number must end in."""
        children = (pupil(serial, year=self.world["year"]) for serial in self.serials)
        return next(child for child in children if child.id_number.endswith(ending))

    def entry(self, clerk: Client, school: int = 0) -> Sending:
        return clerk.entry(self.child(), self.world["schools"][school])

    def entered(self, count: int, school: int = 0) -> list[str]:
        """Enter pupils, two clerks at once; their cases, which wait for the principal."""
        found = []
        for start in range(0, count, 2):
            clerks = self.pair("clerk", school)[: count - start]
            answers = sent(*((clerk, self.entry(clerk, school)) for clerk in clerks))
            assert {answer.outcome for answer in answers} == {"done"}, answers
            found += [answer.cases[0] for answer in answers]
        return found

    def signed(self, *roles: str, school: int = 0) -> None:
        """Let everything that waits at these posts move on."""
        for role in roles:
            person = self.person(role, school)
            while signing := person.signing():
                assert person.send(signing).outcome == "done"

    def approved(self, count: int, school: int = 0) -> list[str]:
        """Pupils with a register and without a class; the numbers of their cases."""
        numbers = self.entered(count, school)
        self.signed("principal", "centre", "county", school=school)
        return numbers

    def placed(self, count: int, school: int = 0) -> None:
        """Put so many of the approved pupils into a class, where they wait for numbers."""
        clerk = self.person("clerk", school)
        placing = clerk.assignment(self.luck, most=count)
        assert placing
        assert clerk.send(placing).outcome == "done"

    def judged(self) -> Checker:
        """What the judge says of all calls so far."""
        with self.site.tables() as tables:
            checker = Checker(read(self.site.histories), tables)
            checker.check()
        return checker

    def check(self) -> dict[str, int]:
        """Nothing may be wrong so far."""
        checker = self.judged()
        found = checker.faults, self.site.tracebacks()
        assert found == ([], []), found
        return checker.counts
