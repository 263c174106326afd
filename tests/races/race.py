"""A race and its nemesis: client processes at work on a site while clients, workers, transactions
and the whole database are killed at random moments."""

import json
import random
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.races.site import ROOT, Site
from xueji.development.processes import spawn, stop

KILLS, CUTS = 0.05, 0.02  # of the pupils tried
PATIENCE = 120
WORKER_SHARE = 0.4  # of the kills; the others are clients


@dataclass(frozen=True)
class Size:
    """How much: client processes, pupils each tries, crashes of the database, seconds at most.

    ``haste`` makes everything but entering as many times likelier, for runs with few pupils.
    """

    processes: int
    share: int
    crashes: int
    haste: float
    seconds: int


@dataclass
class Race:
    """Runs the clients to their end; ``done`` counts what was broken, ``died`` what should not."""

    site: Site
    size: Size
    seed: int
    done: Counter[str] = field(default_factory=Counter)
    died: list[str] = field(default_factory=list)
    back_after: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.luck = random.Random(self.seed)
        self.folder = self.site.histories
        self.until = time.time() + self.size.seconds
        self.clients: dict[int, subprocess.Popen] = {}
        self.tails: dict[Path, int] = Counter()
        self.tried: set[str] = set()

    def run(self) -> None:
        """Start all, break things until they are through, then let what waits be finished."""
        for process in range(self.size.processes):
            self.clients[process] = self.start(process)
        try:
            while self.clients:
                self.disturb()
                self.watch()
                time.sleep(self.luck.uniform(0.02, 0.3))
            self.finish()
        finally:
            for client in self.clients.values():
                stop(client)

    def start(self, process: int, *, rounds: int = 1, share: int | None = None) -> subprocess.Popen:
        plan = {
            "port": self.site.port,
            "world": self.site.world,
            "process": process,
            "share": self.size.share if share is None else share,
            "seed": self.seed,
            "haste": self.size.haste,
            "until": self.until,
            "rounds": rounds,
            "folder": str(self.folder),
        }
        command = [sys.executable, "-m", "tests.races.office", json.dumps(plan)]
        return spawn(command, log=self.log(process), cwd=ROOT)

    def log(self, process: int) -> Path:
        return self.folder / f"{process:02d}.log"

    def watch(self) -> None:
        """Forget clients that are through; one that we killed goes on where it was."""
        for process, client in list(self.clients.items()):
            code = client.poll()
            if code is None:
                continue
            client.wait()
            if code == -9:
                self.clients[process] = self.start(process)
                continue
            del self.clients[process]
            if code:
                self.died.append(self.log(process).read_text()[-1500:])

    def disturb(self) -> None:
        """Break one thing whenever enough pupils were tried since the last one."""
        tried, done = self.count(), self.done
        kills = done["kill worker"] + done["kill client"]
        if kills < tried * KILLS:
            if done["kill worker"] < (kills + 1) * WORKER_SHARE:
                done["kill worker"] += self.site.kill_worker(self.luck)
            elif self.clients:
                client = self.luck.choice(list(self.clients.values()))
                done["kill client"] += client.poll() is None
                client.kill()
        if done["cut transaction"] < tried * CUTS:
            done["cut transaction"] += self.site.cut_transaction(self.luck)
        crashed, planned = done["kill database"], self.size.processes * self.size.share
        share = (crashed + 1) / (self.size.crashes + 1)
        if crashed < self.size.crashes and tried > planned * share:
            time.sleep(self.luck.uniform(0, 0.5))
            self.back_after.append(self.site.crash_database())
            done["kill database"] += 1

    def count(self) -> int:
        """Pupils tried so far, read from the ends of the histories."""
        for file in self.folder.glob("*.jsonl"):
            with open(file, "rb") as lines:
                lines.seek(self.tails[file])
                fresh = lines.read()
            fresh = fresh[: fresh.rfind(b"\n") + 1]
            self.tails[file] += len(fresh)
            for line in fresh.splitlines():
                if b'"act": "enter"' in line:
                    self.tried.add(json.loads(line)["says"]["name"])
        return len(self.tried)

    def finish(self) -> None:
        """Without any more disturbance whatever still waits is signed, placed and numbered."""
        self.site.wait_until_ready()
        schools = range(min(8, self.size.processes))
        self.clients = {process: self.start(process, rounds=2, share=0) for process in schools}
        for process, client in self.clients.items():
            if client.wait(timeout=PATIENCE):
                self.died.append(self.log(process).read_text()[-1500:])
