"""Taking in an intake of 10,000 pupils by workbook, against a plain loop and django-import-export.

Ours is what the jobs call: read apart, every rule of the form, doubles in the file and in the
tree, then pupil, sheet, family, case, steps, papers, typed values and histories, all or nothing.
The peers write pupil, sheet and family with their histories, and check what Django checks.
"""

import json
import os
import resource
import statistics
import sys
import time
from importlib.metadata import version
from pathlib import Path

# this script is called like a package it measures: its own folder must not be looked in
sys.path.pop(0)

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import transaction  # noqa: E402

from benchmarks import _import as peers  # noqa: E402
from enrollment.excel import intake as intakes  # noqa: E402
from enrollment.excel import report  # noqa: E402
from enrollment.models import BatchState, ImportBatch  # noqa: E402
from enrollment.queries import imports  # noqa: E402
from enrollment.services.batch.judge import judge  # noqa: E402
from enrollment.services.batch.store import store  # noqa: E402
from enrollment.services.context import load  # noqa: E402
from tests import world as worlds  # noqa: E402
from tests.world import NOON  # noqa: E402
from xueji.cases import services as cases  # noqa: E402
from xueji.cases.models import Decision  # noqa: E402
from xueji.identity import crypto  # noqa: E402

ROWS = int(os.environ.get("XUEJI_BENCH_ROWS", "10000"))
ROUNDS = int(os.environ.get("XUEJI_BENCH_ROUNDS", "3"))
TARGET, MOST_MEMORY = 10, 250
FAULTY_EACH = 20  # of so many rows one has a fault


class Undo(Exception):
    """Rolls a round back, so that each begins on the same register."""


def batch_of(world: worlds.World) -> ImportBatch:
    return ImportBatch.objects.create(
        school=world.school_of("clerk"),
        post=world.posts["clerk"],
        opened_at=NOON,
        file_name="新生.xlsx",
        state=BatchState.STORING,
    )


def check(world: worlds.World, data: bytes) -> intakes.Intake:
    context = load(world.school_of("clerk").pk, today=NOON.date())
    found = intakes.read(data, context)
    judge(found.entries, context)
    return found


def ours(world: worlds.World, data: bytes) -> dict[str, float]:
    """Seconds of check and of storing."""
    began = time.perf_counter()
    found = check(world, data)
    checked = time.perf_counter()
    assert not any(entry.faults for entry in found.entries), found.entries[0].faults
    context = load(world.school_of("clerk").pk, today=NOON.date())
    acting = world.acting("clerk")
    store(batch=batch_of(world), entries=found.entries, context=context, acting=acting)
    return {"check": checked - began, "store": time.perf_counter() - checked}


def signed(world: worlds.World) -> dict[str, float]:
    """Seconds of each signature on the whole batch; the last one places and writes events."""
    batch = ImportBatch.objects.get()
    took = {}
    for person in ("principal", "centre", "county"):
        acting = world.acting(person)
        began = time.perf_counter()
        seen = imports.seen(batch, acting)
        outcomes = cases.decide(
            seen=seen, decision=Decision.AGREED, note="", acting=acting, from_list=True
        )
        took[person] = round(time.perf_counter() - began, 2)
        assert {outcome.kind for outcome in outcomes.values()} == {"signed"}
    return took


def timed(way, *arguments) -> float:
    began = time.perf_counter()
    way(*arguments)
    return time.perf_counter() - began


def undone(way, *arguments):
    """What a round took or found, with everything it wrote rolled back."""
    found = []
    try:
        with transaction.atomic():
            found.append(way(*arguments))
            raise Undo
    except Undo:
        return found[0]


def memory() -> float:
    """Peak of this process and of the largest child, in MB."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return round(max(own, child) / 1024, 1)


def faulty(world: worlds.World, header, lines) -> dict[str, float]:
    """Seconds of a check in which every twentieth row has faults, and of marking the workbook."""
    wrong = [
        {**line, "nation": "火星族", "postcode": "6440"} if n % FAULTY_EACH == 0 else line
        for n, line in enumerate(lines)
    ]
    data = peers.workbook(header, wrong)
    began = time.perf_counter()
    found = check(world, data)
    checked = time.perf_counter()
    report.marked(data, found)
    took = {"check": round(checked - began, 2), "mark": round(time.perf_counter() - checked, 2)}
    return {**took, "faults": sum(len(entry.faults) for entry in found.entries)}


def line(name: str, own: float, peer: float, peer_name: str, *, target: float, samples) -> bool:
    ratio = peer / own
    said = {
        "bench": f"import.{name}",
        "ours": round(own, 2),
        "peer": round(peer, 2),
        "peer_name": peer_name,
        "ratio": round(ratio, 2),
        "target": target,
        "ok": ratio >= target,
        "samples": samples,
    }
    print(json.dumps(said, ensure_ascii=False), flush=True)
    return bool(said["ok"])


def main() -> int:
    if not Path(settings.XUEJI_KEYRING).exists():
        crypto.create_keyring(settings.XUEJI_KEYRING)
    world = worlds.build()
    rules = load(world.school_of("clerk").pk, today=NOON.date()).rules
    header, lines = peers.columns(world, rules), peers.children(ROWS)
    data = peers.workbook(header, lines)
    took: dict[str, list] = {"ours": [], "plain": [], "django-import-export": []}
    peak = []
    for turn in range(ROUNDS):
        took["ours"].append(undone(ours, world, data))
        peak.append(memory())
        if turn == 0:
            took["plain"].append(undone(timed, peers.plain, data, header))
        took["django-import-export"].append(undone(timed, peers.import_export, data, header))
    own = statistics.median(round(sum(one.values()), 3) for one in took["ours"])
    signatures = undone(lambda: (ours(world, data), signed(world))[1])
    samples = {
        **{side: took[side] for side in took},
        "rows": ROWS,
        "columns": len(header),
        "signatures": signatures,
        "faulty": faulty(world, header, lines),
    }
    name = f"django-import-export {version('django-import-export')} use_bulk"
    bulk = statistics.median(took["django-import-export"])
    passed = [
        line(
            "plain",
            own,
            took["plain"][0],
            "openpyxl, full_clean, save",
            target=TARGET,
            samples=samples,
        ),
        line("bulk", own, bulk, name, target=TARGET, samples={"see": "import.plain"}),
        line("memory_mb", peak[0], MOST_MEMORY, "limit", target=1, samples=peak),
    ]
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
