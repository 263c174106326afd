"""Issuing register numbers against django-sequences writing the same rows, in one run.

Both sides number pupils that stand placed in the database: number, pupil, history and event in
one transaction. Writers are processes, rounds are interleaved, figures are medians of rounds.
"""

import gc
import json
import multiprocessing
import random
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version

# this script is called like the app it measures: its own folder must not be looked in
sys.path.pop(0)

import django
from django.conf import settings

settings.INSTALLED_APPS.append("sequences")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, connections  # noqa: E402

from benchmarks._numbering import (  # noqa: E402
    COHORT,
    Town,
    ours_append,
    ours_class,
    peer_append,
    peer_class,
)
from numbering.models import RegisterNumber, Series  # noqa: E402
from numbering.queries import preview  # noqa: E402

SEED = 20260901
ROUNDS, PUPILS = 5, 5000
CLASS, CLASSES = 45, 25
PEER = f"django-sequences {version('django-sequences')}"
WAYS = {"ours": ours_append, "peer": peer_append}


@dataclass(frozen=True)
class Contest:
    """Single pupils appended by so many processes to so many series at once."""

    name: str
    writers: int
    series: int
    target: float


CONTESTS = (
    Contest("append_hot_1", 1, 1, 1),
    Contest("append_hot_8", 8, 1, 1),
    Contest("append_hot_32", 32, 1, 1),
    Contest("append_spread_8", 8, 200, 1.5),
)
ENOUGH = 30  # numbers per writer, so that the least and the most served can be compared
LEAST, LONGEST = 2.5, 20.0  # seconds of a run; a quiet machine needs the first only


def writer(way: Callable, town: Town, work: list, total, start, out) -> None:
    """Number one's own pupils until all have done enough; send back what each took."""
    gc.freeze()
    connection.ensure_connection()
    took, failed = [], 0
    start.wait()
    began = time.perf_counter()
    for pk, school in work:
        before = time.perf_counter()
        age = before - began
        if age > LONGEST or (age > LEAST and total.value <= 0):
            break
        try:
            way(town.acting, town.schools[school], pk)
        except Exception as error:  # a failure is a result
            failed += 1
            print(repr(error), file=sys.stderr)
        took.append(time.perf_counter() - before)
        with total.get_lock():
            total.value -= 1
    out.put((took, failed, time.perf_counter() - began))


def run(way: Callable, contest: Contest) -> dict[str, float]:
    """One round of one side: numbers a second, waits in ms, least to most served, failures."""
    town = Town(contest.series)
    pupils = town.pupils(list(town.schools), PUPILS // contest.series)
    random.Random(SEED).shuffle(pupils)
    connections.close_all()
    fork = multiprocessing.get_context("fork")
    start, out = fork.Barrier(contest.writers), fork.Queue()
    total = fork.Value("i", ENOUGH * contest.writers)
    processes = [
        fork.Process(
            target=writer, args=(way, town, pupils[n :: contest.writers], total, start, out)
        )
        for n in range(contest.writers)
    ]
    for process in processes:
        process.start()
    results = [out.get() for _ in processes]
    for process in processes:
        process.join()
    took = sorted(t for times, _, _ in results for t in times)
    counts = [len(times) for times, _, _ in results]
    return {
        "rate": round(len(took) / max(age for _, _, age in results), 1),
        "p50_ms": round(1000 * took[len(took) // 2], 2),
        "p99_ms": round(1000 * took[int(len(took) * 0.99)], 2),
        "served": round(min(counts) / max(counts), 2),
        "failed": sum(failed for _, failed, _ in results) + _faults(town),
    }


def _faults(town: Town) -> int:
    """Series of the town whose serials are not 1 to n, each once."""
    faults = 0
    for series in Series.objects.filter(unit__in=town.schools):
        serials = RegisterNumber.objects.filter(series=series).order_by("serial")
        given = list(serials.values_list("serial", flat=True))
        faults += given != [*range(1, len(given) + 1)]
    return faults


def classes() -> dict[str, list[float]]:
    """Milliseconds that each class of 45 took, ours and the peer's in turn, a school for each."""
    town = Town(2 * CLASSES)
    took: dict[str, list[float]] = {"ours": [], "peer": []}
    for number, (pk, school) in enumerate(town.schools.items()):
        town.pupils([pk], CLASS)
        token = preview(lineage=school, on=town.acting.today, **COHORT).token
        side, way = (("ours", ours_class), ("peer", peer_class))[number % 2]
        began = time.perf_counter()
        way(town.acting, school, token)
        took[side].append(round(1000 * (time.perf_counter() - began), 2))
    assert not _faults(town)
    return took


def report(
    name: str, ours: float, peer: float, *, target: float, samples: dict, less: bool = False
) -> bool:
    """Print one line; ``less``: the smaller figure is the better one."""
    ratio = peer / ours if less else ours / peer
    failed = any(sample["failed"] for sample in samples["ours"] if isinstance(sample, dict))
    line = {
        "bench": f"numbering.{name}",
        "ours": ours,
        "peer": peer,
        "peer_name": PEER,
        "ratio": round(ratio, 2),
        "target": target,
        "ok": ratio >= target and not failed,
        "samples": samples,
    }
    print(json.dumps(line), flush=True)
    return line["ok"]


def compete(contest: Contest) -> bool:
    """All rounds of one contest, ours and the peer's in turn, and what is asked of them."""
    samples: dict[str, list] = {"ours": [], "peer": []}
    for _ in range(ROUNDS):
        for side, way in WAYS.items():
            samples[side].append(run(way, contest))

    def figures(key: str) -> list[float]:
        return [statistics.median(s[key] for s in samples[side]) for side in ("ours", "peer")]

    passed = [report(contest.name, *figures("rate"), target=contest.target, samples=samples)]
    if contest.writers == 32:
        name = f"{contest.name}_p99_ms"
        passed.append(report(name, *figures("p99_ms"), target=3, samples=samples, less=True))
        name = f"{contest.name}_least_to_most_served"
        served = [figures("served")[0], 1.0]
        passed.append(report(name, *served, target=0.8, samples=samples))
    return all(passed)


def main() -> int:
    with connection.cursor() as cursor:
        for setting in ("synchronous_commit", "fsync"):
            cursor.execute(f"SHOW {setting}")
            assert cursor.fetchone()[0] == "on", f"{setting} must be on"
    call_command("migrate", "sequences", verbosity=0)
    took = classes()
    rates = [round(1000 * CLASS / statistics.median(took[side]), 1) for side in ("ours", "peer")]
    passed = [report("class_of_45", *rates, target=1.5, samples=took)]
    passed += [compete(contest) for contest in CONTESTS]
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
