"""The roster as a post asks for it, against the list of an ordinary project, on one register.

The peer is Django's admin changelist over ``school_id IN (subquery)``: exact counts of what is
found and of everything, ``icontains`` on name, initials and number, pages by OFFSET in the order
of the number. Of ours the statements that read pupils are timed as the view sends them, joins,
capped count and search included; beside it stands the whole request.
"""

import json
import os
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from benchmarks._asked import Asked, ask, sequential
from xueji.accounts import access
from xueji.accounts.models import User
from xueji.organisations.models import path_range
from xueji.students.models import Student

PUPILS = int(os.environ.get("XUEJI_BENCH_PUPILS", "100000"))
ROUNDS = 5
# what is asked of the ratio: the list of a school or a centre is small either way
ROLES = {"clerk": 0.15, "centre": 0.4, "county": 2.0, "city": 2.0, "province": 1.5}
PAGE = 50
PEER = "admin changelist over a subquery, by OFFSET"
REACH = "school_id IN (SELECT id FROM xueji_organisation WHERE path >= %s AND path < %s)"
ORDER = f"ORDER BY number, id DESC LIMIT {PAGE} OFFSET %s"


@dataclass(frozen=True)
class Question:
    """What is asked of both: ours by a query of the address, the peer by its WHERE and OFFSET."""

    name: str
    ours: dict[str, str]
    where: str = ""
    values: tuple[str, ...] = ()
    offset: int = 0


@dataclass
class Desk:
    """A post at its browser."""

    role: str
    path: str
    client: Client
    pupils: int
    fiftieth: int  # pupils by their place in the list
    middle: int


def prepare() -> None:
    """A register of XUEJI_BENCH_PUPILS pupils, unless the database has one already."""
    if Student.objects.exists():
        return
    sizes = ["--students", str(PUPILS), "--schools", str(max(30, PUPILS * 3 // 1000))]
    call_command("load_demo", "--force-test", "--seed", "1", *sizes)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def desks() -> Iterator[Desk]:
    """The demo's people at every level of the tree."""
    for role in ROLES:
        user = User.objects.get(username=role)
        post = access.posts_in_force(on=access.localdate()).filter(user=user).first()
        client = Client(headers={"host": "127.0.0.1"})
        client.force_login(user)
        path = post.organisation.path
        listed = Student.objects.within(path).order_by("org_path", "grade", "name_order", "pk")
        pupils = listed.count()
        fiftieth, middle = (listed[place].pk for place in (PAGE - 1, pupils // 2))
        yield Desk(role, path, client, pupils, fiftieth, middle)


def ours(desk: Desk, question: Question) -> Asked:
    """The page of the roster."""
    asked = ask(desk.client, reverse("students"), question.ours)
    assert asked.status == 200, asked.status
    return asked


def peer(desk: Desk, question: Question) -> float:
    """Milliseconds of the changelist's statements: what is found, everything, and the page."""
    reach = list(path_range(desk.path))
    found = f"FROM xueji_student WHERE {REACH}{question.where}"
    values = [*reach, *question.values]
    statements = [
        (f"SELECT count(*) {found}", values),
        (f"SELECT count(*) FROM xueji_student WHERE {REACH}", reach),
        (f"SELECT * {found} {ORDER}", [*values, question.offset]),
    ]
    before = time.perf_counter()
    with connection.cursor() as cursor:
        for sql, parameters in statements:
            cursor.execute(sql, parameters)
            cursor.fetchall()
    return 1000 * (time.perf_counter() - before)


def compete(bench: str, desk: Desk, question: Question) -> bool:
    """Both in turn, the medians of the rounds, one line."""
    samples: dict[str, list[float]] = {"ours": [], "peer": [], "request": []}
    for _ in range(ROUNDS):
        asked = ours(desk, question)
        samples["ours"].append(round(asked.sql('FROM "xueji_student"'), 2))
        samples["request"].append(round(asked.whole, 1))
        samples["peer"].append(round(peer(desk, question), 2))
    scans = sequential(asked, "xueji_student")
    mine, theirs = (statistics.median(samples[side]) for side in ("ours", "peer"))
    line = {
        "bench": f"{bench}.{desk.role}.{question.name}",
        "ours": mine,
        "peer": theirs,
        "peer_name": PEER,
        "ratio": round(theirs / mine, 2),
        "target": ROLES[desk.role],
        "ok": theirs / mine >= ROLES[desk.role] and not scans,
        "samples": samples | {"pupils": desk.pupils, "sequential": len(scans)},
    }
    print(json.dumps(line, ensure_ascii=False), flush=True)
    return bool(line["ok"])
