"""Taking in an intake by workbook, against a plain loop and django-import-export.

Ours is what the jobs call: read apart, every rule of the form, doubles in the file and in the
tree, then pupil, sheet, family, case, steps, papers, typed values and histories, all or nothing.
The peers write the same rows with their histories, each with the means of its library, check what
Django checks (fields, uniqueness, constraints), judge the same rules and look for the same
likenesses. They are spared reading and cleaning what was typed, addresses to codes, the message
for each cell, the notice to the principal. Like ours, django-import-export shows before it stores:
a dry run, then the import, as its pages do it. The peers take 2,000 rows, which is minutes of
theirs; they and we grow with the rows, ours is measured at 10,000 besides. Each round is rolled
back.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

# this script is called like a package it measures: its own folder must not be looked in
sys.path.pop(0)

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import transaction  # noqa: E402

from benchmarks import _import as workbooks  # noqa: E402
from benchmarks import _import_peers as peers  # noqa: E402
from benchmarks._export import megabytes  # noqa: E402
from enrollment.excel import intake as intakes  # noqa: E402
from enrollment.excel import report  # noqa: E402
from enrollment.models import BatchState, ImportBatch  # noqa: E402
from enrollment.queries import imports  # noqa: E402
from enrollment.services.batch import undo  # noqa: E402
from enrollment.services.batch.judge import judge  # noqa: E402
from enrollment.services.batch.store import store  # noqa: E402
from enrollment.services.context import load  # noqa: E402
from tests import world as worlds  # noqa: E402
from tests.world import NOON, World  # noqa: E402
from xueji.cases import services as cases  # noqa: E402
from xueji.cases.models import Decision  # noqa: E402
from xueji.identity import crypto  # noqa: E402

ROWS = int(os.environ.get("XUEJI_BENCH_ROWS", "10000"))
COMPARED = int(os.environ.get("XUEJI_BENCH_PEER_ROWS", "2000"))
ROUNDS = int(os.environ.get("XUEJI_BENCH_ROUNDS", "3"))
TARGET, GROWTH = 10, 1.25
MOST_MEMORY, MOST_MARKING = 250, 600  # MB, of a process with everything it needs to stand idle
SECONDS = {"check": 5, "store": 10, "principal": 10, "centre": 10, "county": 10, "undo": 10}
FAULTY_EACH = 20  # of so many rows one has a fault

Took = dict[str, float]


class Undo(Exception):
    """Rolls a round back, so that each begins on the same register."""


def undone(way: Callable[[], Took]) -> Took:
    """What a round took, with everything it wrote rolled back."""
    found = []
    try:
        with transaction.atomic():
            found.append(way())
            raise Undo
    except Undo:
        return found[0]


class Clock:
    """Seconds of one thing after another."""

    def __init__(self) -> None:
        self.took: Took = {}
        self.since = time.perf_counter()

    def tell(self, name: str) -> None:
        now = time.perf_counter()
        self.took[name], self.since = round(now - self.since, 3), now


# -- ours ------------------------------------------------------------------------------------------
def check(world: World, data: bytes) -> intakes.Intake:
    context = load(world.school_of("clerk").pk, today=NOON.date())
    found = intakes.read(data, context)
    judge(found.entries, context, take=lambda piece: None)
    return found


def ours(world: World, data: bytes, clock: Clock) -> ImportBatch:
    """Check and storing, as the two jobs do them."""
    found = check(world, data)
    clock.tell("check")
    assert not any(entry.faults for entry in found.entries), found.entries[0].faults
    batch = ImportBatch.objects.create(
        school=world.school_of("clerk"),
        post=world.posts["clerk"],
        opened_at=NOON,
        file_name="新生.xlsx",
        state=BatchState.STORING,
    )
    context = load(world.school_of("clerk").pk, today=NOON.date())
    store(batch=batch, entries=found.entries, context=context, acting=world.acting("clerk"))
    clock.tell("store")
    return batch


def whole_way(world: World, data: bytes) -> Took:
    """Check, storing, three signatures on the whole batch, of which the last places, and undo."""
    clock = Clock()
    batch = ours(world, data, clock)
    for person in ("principal", "centre", "county"):
        acting = world.acting(person)
        seen = imports.seen(batch, acting)
        outcomes = cases.decide(
            seen=seen, decision=Decision.AGREED, note="", acting=acting, from_list=True
        )
        assert {outcome.kind for outcome in outcomes.values()} == {"signed"}
        clock.tell(person)
    undo.undo(batch_id=batch.pk, acting=world.acting("county"))
    clock.tell("undo")
    return clock.took


def marked(world: World, header, lines) -> Took:
    """A check in which every twentieth row has two faults, and the workbook that goes back."""
    wrong = [
        {**line, "nation": "火星族", "postcode": "6440"} if n % FAULTY_EACH == 0 else line
        for n, line in enumerate(lines)
    ]
    data, clock = workbooks.workbook(header, wrong), Clock()
    found = check(world, data)
    clock.tell("check")
    report.marked(data, found)
    clock.tell("mark")
    return {**clock.took, "faults": sum(len(entry.faults) for entry in found.entries)}


def apart(way: str, rows: int) -> Took:
    """One way in a process of its own, as memory is counted by the process; what it took."""
    command = [sys.executable, __file__, way, str(rows)]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(told.splitlines()[-1])


def alone(way: str, rows: int) -> Took:
    """What ``apart`` runs: seconds, and the peak of this process and of its largest child in MB."""
    world = worlds.build()
    header, lines = columns(world), workbooks.children(rows)
    if way == "marked":
        took = marked(world, header, lines)
    else:
        data, lines, clock = workbooks.workbook(header, lines), [], Clock()
        ours(world, data, clock)
        took = clock.took
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {**took, "own": round(megabytes(), 1), "megabytes": round(max(megabytes(), child), 1)}


# -- all together ----------------------------------------------------------------------------------
def columns(world: World):
    return workbooks.columns(world, load(world.school_of("clerk").pk, today=NOON.date()).rules)


def compared() -> dict[str, list]:
    """Ours and the peers in turn, on the same workbook; seconds of each round."""
    took: dict[str, list] = {"ours": [], "plain": [], "import_export": []}
    for _ in range(ROUNDS):
        took["ours"].append(undone(lambda: _on_a_world(whole_way)))
        took["plain"].append(undone(lambda: _on_a_world(_timed(peers.plain)))["seconds"])
        took["import_export"].append(
            undone(lambda: _on_a_world(_timed(peers.import_export)))["seconds"]
        )
    return took


def _on_a_world(way: Callable[[World, bytes], Took]) -> Took:
    world = worlds.build()
    return way(world, workbooks.workbook(columns(world), workbooks.children(COMPARED)))


def _timed(peer: Callable) -> Callable[[World, bytes], Took]:
    def way(world: World, data: bytes) -> Took:
        context = load(world.school_of("clerk").pk, today=NOON.date())
        header, clock = columns(world), Clock()
        peer(data, header, context, world.acting("clerk"))
        clock.tell("seconds")
        return clock.took

    return way


def line(name: str, own: float, peer: float, peer_name: str, *, target: float, **more) -> bool:
    ratio = peer / own
    said = {
        "bench": f"import.{name}",
        "ours": round(own, 2),
        "peer": round(peer, 2),
        "peer_name": peer_name,
        "ratio": round(ratio, 2),
        "target": target,
        "ok": ratio >= target,
        **more,
    }
    print(json.dumps(said, ensure_ascii=False), flush=True)
    return bool(said["ok"])


def limits(rounds: list[Took]) -> list[bool]:
    """Each step of a batch of COMPARED rows against the seconds that a clerk waits for it."""
    middle = {name: statistics.median(one[name] for one in rounds) for name in SECONDS}
    return [
        line(name, middle[name], most, "limit", target=1, unit="s", rows=COMPARED)
        for name, most in SECONDS.items()
    ]


def grown() -> list[bool]:
    """How ours grows, and what memory it takes."""
    half, whole = apart("ours", ROWS // 2), apart("ours", ROWS)
    twice = apart("marked", ROWS * 2)
    short, long = (one["check"] + one["store"] for one in (half, whole))
    return [
        line("growth", long / short / 2, GROWTH, "linear is 1", target=1, samples=[half, whole]),
        line("megabytes", whole["megabytes"], MOST_MEMORY, "limit", target=1, rows=ROWS),
        line(
            "marked_megabytes",
            twice["megabytes"],
            MOST_MARKING,
            "limit",
            target=1,
            rows=ROWS * 2,
            samples=twice,
        ),
    ]


def main() -> int:
    if not Path(settings.XUEJI_KEYRING).exists():
        crypto.create_keyring(settings.XUEJI_KEYRING)
    if len(sys.argv) == 3:
        print(json.dumps(undone(lambda: alone(sys.argv[1], int(sys.argv[2])))))
        return 0
    took = compared()
    own = statistics.median(one["check"] + one["store"] for one in took["ours"])
    bulk = f"django-import-export {version('django-import-export')} use_bulk, dry run and import"
    passed = [
        line(way, own, statistics.median(took[way]), name, target=TARGET, rows=COMPARED, **more)
        for way, name, more in (
            ("plain", "openpyxl, full_clean, save", {"samples": took}),
            ("import_export", bulk, {"see": "import.plain"}),
        )
    ]
    return 0 if all([*passed, *limits(took["ours"]), *grown()]) else 1


if __name__ == "__main__":
    sys.exit(main())
