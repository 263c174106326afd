"""One client process of the long race: a school's clerk and principal and the offices above, who
enter, sign, assign, issue and undo, and now and then send what must be refused.

Killed at any moment it is started again and goes on where its history ends.
"""

import json
import random
import sys
import time
from pathlib import Path
from typing import Any

from tests.races.browser import History, Sending
from tests.races.client import Client, Pupil, pupil

SERIALS = 500  # children of one process, those of planted faults included
ROUND, UNDO, RETURN, ALONE = 0.15, 0.08, 0.03, 0.05
CUT, OTHER, OLD = 0.03, 0.03, 0.3  # planted; the last for each round
NO_TOKEN = "0" * 64


class Office:
    """The people of one process."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan, self.world = plan, plan["world"]
        file = Path(plan["folder"], f"{plan['process']:02d}.jsonl")
        told = file.read_text().splitlines() if file.exists() else []
        calls = [json.loads(line) for line in told if '"call"' in line]
        self.used = {c["says"]["name"] for c in calls if c["act"] in ("enter", "enter_other")}
        self.tried = len({c["says"]["name"] for c in calls if c["act"] == "enter"})
        self.luck = random.Random(f"{plan['seed']} {plan['process']} {len(calls)}")
        self.history = History(file, f"{plan['process']}.{len(calls)}")
        self.school = self.world["schools"][plan["process"] % 8]
        self.people: dict[str, Client] = {}
        self.cases: list[str] = []

    def person(self, role: str) -> Client:
        """The one of this process who holds that post, logged in."""
        if role not in self.people:
            crew, school = divmod(self.plan["process"], 8)
            person = Client(self.plan["port"], self.history, f"{role}-{school}-{crew}", self.world)
            person.login()
            self.people[role] = person
        return self.people[role]

    def run(self) -> None:
        """Enter the share of pupils, or stop when the time is over; then finish what waits."""
        while self.tried < self.plan["share"] and time.time() < self.plan["until"]:
            self.pupil()
            for chance, act in (
                (CUT, self.cut),
                (ALONE, self.sign_alone),
                (RETURN, self.send_back),
                (UNDO, self.undo),
                (ROUND, self.round),
            ):
                if self.luck.random() < chance * self.plan["haste"]:
                    act()
        for _ in range(self.plan["rounds"]):
            self.round()

    # -- ordinary work ------------------------------------------------------------------------
    def next_child(self) -> Pupil:
        serial = self.plan["process"] * SERIALS + len(self.used)
        child = pupil(serial, year=self.world["year"])
        self.used.add(child.name)
        return child

    def pupil(self) -> None:
        """Enter one pupil; whoever got no answer may send the very same form again."""
        clerk, child = self.person("clerk"), self.next_child()
        entry = clerk.entry(child, self.school)
        self.tried += 1
        answer = clerk.enter(entry)
        if answer.outcome == "unknown" and self.luck.random() < 0.5:
            clerk.get("/keys/")  # the site is back
            answer = clerk.enter(entry)
        if answer.outcome == "done":
            self.cases += answer.cases[:1]
            if self.luck.random() < OTHER:
                clerk.send(clerk.other(entry, self.next_child(), self.school))

    def round(self) -> None:
        """Everything that waits moves on by one office each, and is numbered."""
        for role in ("principal", "centre", "county"):
            self.send(role, self.person(role).signing())
        self.send("clerk", self.person("clerk").assignment(self.luck))
        if self.luck.random() < OLD:
            self.issue(NO_TOKEN)
        self.issue()

    def issue(self, token: str = "") -> None:
        """Number a school of the centre's four; others of the centre are after the same ones."""
        own = self.plan["process"] % 8
        is_last = self.tried >= self.plan["share"]
        is_own = is_last or self.luck.random() < 0.5
        index = own if is_own else own // 4 * 4 + self.luck.randrange(4)
        school = self.world["schools"][index]
        self.send("centre", self.person("centre").issuing(school, token=token))

    def sign_alone(self) -> None:
        """Sign a single case on its own page, or on one that was opened before it moved on."""
        older = int(self.luck.random() < OLD)
        role = self.luck.choice(("principal", "centre", "county"))
        if numbers := self.person(role).waiting():
            number = self.luck.choice(numbers)
            self.send(role, self.person(role).verdict(number, older=older))

    def send_back(self) -> None:
        self.send("principal", self.person("principal").signing(decision="returned", most=1))

    def undo(self) -> None:
        """Undo an entry of ours; its number, if it has one, becomes a hole for the next."""
        if len(self.cases) > 2:
            number = self.cases.pop(0)  # the oldest; the later ones are still on their way
            role = self.luck.choice(("centre", "county"))
            self.send(role, self.person(role).undoing(number))

    def send(self, role: str, sending: Sending | None) -> None:
        if sending:
            self.person(role).send(sending)

    # -- what must be refused, or never be answered -------------------------------------------
    def cut(self) -> None:
        """Hang up in the middle of an entry, of a bulk signature or of an issue, or after it."""
        share = self.luck.choice((1, self.luck.uniform(0.2, 0.99)))
        role = self.luck.choice(("clerk", "principal", "centre"))
        person = self.person(role)
        if role == "clerk":
            sending: Sending | None = person.entry(self.next_child(), self.school)
        else:
            sending = person.signing() if role == "principal" else person.issuing(self.school)
        if sending:
            person.cut(sending, share)


if __name__ == "__main__":
    Office(json.loads(sys.argv[1])).run()
