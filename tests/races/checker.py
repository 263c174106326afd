"""Judges a race by what the clients were told and by the final tables, by nothing in between.

An acknowledged act is in the registers, a refused one is not, an unknown one may be either; what
is in the registers was asked for; serials run without gap and in the order of the answers.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psycopg

SIGNED = re.compile(r"已签署 (\d+) 件")
NUMBERS = """
SELECT h.name, n.number, n.serial, n.state, n.refilled, n.series_id, h.number
FROM numbering_registernumber n JOIN xueji_student h ON h.id = n.holder_id
"""
LASTS = "SELECT id, last FROM numbering_series"
STEPS = """
SELECT s.case_id, c.number, u.username, s.decision, extract(epoch FROM s.decided_at)::float8
FROM xueji_step s JOIN xueji_case c ON c.id = s.case_id JOIN xueji_user u ON u.id = s.decided_by_id
WHERE s.decision IN ('agreed', 'returned', 'refused')
"""
HEADS = """
SELECT o.name,
    (SELECT count(*) FROM xueji_student s WHERE s.school_id = o.id
        AND s.register_type = 'regular' AND s.status = 'enrolled'),
    (SELECT coalesce(sum(e.change), 0) FROM xueji_registerevent e WHERE e.school_id = o.id)
FROM xueji_organisation o JOIN xueji_school ON organisation_id = o.id
"""


@dataclass
class Call:
    """One act of a client with what it was told; without an answer the outcome is unknown."""

    act: str
    process: str
    start: float
    says: dict[str, Any]
    key: str = ""
    planted: str = ""
    end: float = float("inf")
    outcome: str = "unknown"
    notices: list[str] = field(default_factory=list)
    again: bool = False  # a first page with notices may have been lost on its way

    @property
    def half(self) -> bool:
        return self.planted == "broken off"

    @property
    def may_be(self) -> bool:
        """Whether its effect may be in the registers."""
        return self.outcome in {"done", "unknown"} and not self.half


def read(folder: Path) -> list[Call]:
    """All calls of all clients."""
    calls: dict[str, Call] = {}
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text().splitlines():
            told = json.loads(line)
            if name := told.pop("call", ""):
                told.pop("path")
                calls[name] = Call(**told)
            else:
                call = calls[told["answer"]]
                call.end, call.outcome = told["end"], told["outcome"]
                call.notices, call.again = told.get("notices", []), told.get("again", False)
    return list(calls.values())


def once(calls: Iterable[Call]) -> list[Call]:
    """One call for each form: sent again it is the same act, told when any of the answers told."""
    forms: dict[object, list[Call]] = defaultdict(list)
    for number, call in enumerate(calls):
        forms[(call.key, call.act, call.half) if call.key else number].append(call)
    order = ("done", "unknown", "late", "refused", "fault")
    return [
        replace(
            same[0],
            start=min(call.start for call in same),
            end=max(call.end for call in same),
            outcome=min((call.outcome for call in same), key=order.index),
            notices=[notice for call in same for notice in call.notices],
            again=any(call.again for call in same),
        )
        for same in forms.values()
    ]


class Checker:
    """Compares the calls with the tables; ``faults`` says in words what does not fit."""

    def __init__(self, calls: list[Call], tables: psycopg.Connection) -> None:
        self.sent, self.calls, self.tables = calls, once(calls), tables
        self.faults: list[str] = []
        self.counts: dict[str, int] = {}

    def check(self) -> list[str]:
        self.answers()
        self.keys()
        self.entries()
        self.numbers()
        self.order()
        self.decisions()
        self.undone()
        self.heads()
        return self.faults

    def of(self, *acts: str) -> Iterator[Call]:
        return (call for call in self.calls if call.act in acts)

    def blame(self, what: str, found: Iterable[object]) -> None:
        if found := sorted(map(str, found)):
            self.faults.append(f"{what}: {len(found)}, e.g. {', '.join(found[:3])}")

    # -- one question each --------------------------------------------------------------------
    def answers(self) -> None:
        """Nobody was shown a failure of the product itself."""
        self.counts["calls"] = len(self.sent)
        self.counts |= Counter(call.outcome for call in self.sent)
        self.counts |= Counter(f"planted: {c.planted}" for c in self.sent if c.planted)
        self.blame("answered 500", (call.act for call in self.sent if call.outcome == "fault"))

    def keys(self) -> None:
        """A form key is kept exactly with the effect of its form."""
        kept = {str(row[0]) for row in self.tables.execute("SELECT key FROM xueji_formkey")}
        outcomes = defaultdict(set)
        for call in self.sent:
            if call.key and not call.act.endswith("_other"):
                outcomes[call.key].add("refused" if call.half else call.outcome)
        told = {key for key, heard in outcomes.items() if heard & {"done", "late"}}
        refused = {key for key, heard in outcomes.items() if heard == {"refused"}}
        self.blame("acknowledged, but its form key is gone", told - kept)
        self.blame("refused, but its form key is kept", refused & kept)

    def entries(self) -> None:
        """Each acknowledged pupil is there once, no refused one is, and nobody else."""
        names = Counter(r[0] for r in self.tables.execute("SELECT name FROM xueji_student"))
        cases = self.tables.execute("SELECT title FROM xueji_case WHERE round > 0")
        titles = Counter(row[0] for row in cases)
        calls = list(self.of("enter"))
        told = {c.says["name"] for c in calls if c.outcome == "done"}
        possible = {c.says["name"] for c in calls if c.may_be}
        asked = {c.says["name"] for c in self.of("enter", "enter_other")}
        self.counts |= {"attempts": len(asked), "entered": len(told), "pupils": len(names)}
        self.blame("acknowledged entries lost", told - names.keys())
        self.blame("acknowledged entries without a case", told - titles.keys())
        self.blame("refused entries present", (names.keys() & asked) - possible)
        self.blame("pupils nobody entered", names.keys() - asked)
        self.blame("pupils entered twice", (n for n, count in names.items() if count > 1))
        self.blame("cases doubled", (t for t, count in titles.items() if count > 1))

    def numbers(self) -> None:
        """Serials run 1..last once each; what an answer named is there with that pupil."""
        rows = self.tables.execute(NUMBERS).fetchall()
        issued = Counter((name, number) for name, number, *_ in rows)
        told: Counter[tuple[str, str]] = Counter()
        possible: set[tuple[str, str]] = set()
        for call in self.of("issue"):
            pairs = [(name, number) for name, number, _ in call.says["pairs"]]
            if call.outcome == "done":
                told.update(pairs)
            if call.may_be:
                possible.update(pairs)
        standing: dict[int, list[int]] = defaultdict(list)
        for _, _, serial, _, refilled, series, _ in rows:
            if not refilled:
                standing[series].append(serial)
        lasts: dict[int, int] = dict(self.tables.execute(LASTS).fetchall())
        gaps, doubles = [], []
        for series, last in lasts.items():
            serials = Counter(standing[series])
            gaps += [f"{series}/{n}" for n in range(1, last + 1) if n not in serials]
            doubles += [f"{series}/{n}" for n, times in serials.items() if times > 1 or n > last]
        live = [row for row in rows if row[3] == "live"]
        bare = self.tables.execute("SELECT name, number FROM xueji_student WHERE number <> ''")
        self.counts |= {
            "numbers issued": len(rows),
            "numbers acknowledged": told.total(),
            "live": len(live),
            "holes open": sum(row[3] == "void" and not row[4] for row in rows),
            "holes filled again": sum(row[4] for row in rows),
        }
        self.blame("acknowledged numbers lost", (told - issued).keys())
        self.blame("numbers nobody asked for", issued.keys() - possible)
        self.blame("gaps", gaps)
        self.blame("serials doubled or beyond the last", doubles)
        self.blame(
            "numbers held by two",
            (number for number, times in Counter(row[1] for row in live).items() if times > 1),
        )
        self.blame("number and pupil differ", {r[:2] for r in live} ^ set(bare.fetchall()))

    def order(self) -> None:
        """Numbers of an answer given before another issue was asked for are the lower ones."""
        series: dict[str, list[tuple[float, float, list[str]]]] = defaultdict(list)
        for call in self.of("issue"):
            new = [number for _, number, hole in call.says["pairs"] if not hole]
            if call.outcome == "done" and new:
                series[new[0][:-4]].append((call.start, call.end, new))
        wrong = []
        for issues in series.values():
            ended = sorted((end, max(new)) for _, end, new in issues)
            highest, position = "", 0
            for start, _, new in sorted(issues):
                while position < len(ended) and ended[position][0] < start:
                    highest = max(highest, ended[position][1])
                    position += 1
                wrong += [min(new)] if min(new) <= highest else []
        self.blame("numbers out of order", wrong)

    def decisions(self) -> None:
        """Each acknowledged decision stands as it was given, and each one was given."""
        steps = defaultdict(list)
        for case, number, who, decision, at in self.tables.execute(STEPS):
            steps[who].append((case, number, decision, at))
        calls = [call for call in self.of("sign_one", "sign_all") if not call.half]
        hung = {(c.says["who"], m) for c in calls if c.outcome == "unknown" for m in _marks(c)}
        given: set[tuple[str, int]] = set()
        lost, present, acknowledged = [], [], 0
        for call in calls:
            who, wanted = call.says["who"], _marks(call)
            mine = {
                (case, number)
                for case, number, decision, at in steps[who]
                if decision == call.says["decision"]
                and call.start - 0.001 <= at <= call.end
                and wanted & {str(case), number}
            }
            given |= {(who, case) for case, _ in mine}
            told = _signed(call)
            if told is not None:
                acknowledged += told
                sure = [m for m in mine if not _hangs(m, who, hung)]
                late = {
                    (case, number)
                    for case, number, _, at in steps[who]
                    if at <= call.end and _hangs((case, number), who, hung)
                }  # what a call that hung up did is told on the next page of its person
                said = f"{call.outcome} {call.says}: {call.notices}"
                lost += [said] if len(mine | late) < told else []
                present += [said] if len(sure) > told else []
        there = {(who, case) for who, signed in steps.items() for case, *_ in signed}
        self.counts |= {
            "decisions": sum(map(len, steps.values())),
            "decisions acknowledged": acknowledged,
            "late decisions": sum(call.outcome == "late" for call in calls),
        }
        self.blame("acknowledged decisions lost", lost)
        self.blame("refused decisions present", present)
        self.blame("decisions nobody gave", there - given)

    def undone(self) -> None:
        """Each undone entry was undone by somebody, and its number is free or given again."""
        found = self.tables.execute("SELECT number FROM xueji_case WHERE state = 'reversed'")
        reversed_ = {row[0] for row in found}
        calls = list(self.of("undo"))
        told = {call.says["case"] for call in calls if call.outcome == "done"}
        possible = {call.says["case"] for call in calls if call.may_be}
        self.counts["entries undone"] = len(reversed_)
        self.blame("acknowledged undoings lost", told - reversed_)
        self.blame("cases nobody undid", reversed_ - possible)
        left = self.tables.execute(
            "SELECT s.name FROM xueji_student s JOIN xueji_case c ON c.student_id = s.id"
            " WHERE c.state = 'reversed' AND (s.number <> '' OR s.status <> 'pending')"
        )
        self.blame("undone entries with something left", (row[0] for row in left))

    def heads(self) -> None:
        """The ledger's sum is what the register counts, school by school."""
        rows = self.tables.execute(HEADS).fetchall()
        self.counts["在籍"] = sum(row[1] for row in rows)
        self.blame("ledger and register differ", (row for row in rows if row[1] != row[2]))


def _marks(call: Call) -> set[str]:
    """The cases a call is about: ids of a bulk signature, the number of a single one."""
    ids = {pair.split(":")[0] for pair in call.says.get("cases", [])}
    return ids | {call.says.get("case", "")}


def _hangs(found: tuple[int, str], who: str, hung: set[tuple[str, str]]) -> bool:
    """Whether a call without an answer may have made this decision."""
    return bool(hung & {(who, str(found[0])), (who, found[1])})


def _signed(call: Call) -> int | None:
    """How many decisions the answer acknowledged; None when nobody knows."""
    if call.outcome == "unknown" or call.again and not call.notices:
        return None
    if call.outcome != "done":
        return 0
    if call.act == "sign_one":
        return 1
    return sum(int(n) for notice in set(call.notices) for n in SIGNED.findall(notice))
