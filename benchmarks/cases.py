"""Desk, inbox and lists of transfers with 100,000 cases under way in a province, at every level.

The peer is the same page of the same province while ten cases are under way: what a page reads
must not grow with what is not on it. ``XUEJI_BENCH_CASES`` takes another number.
"""

import gc
import json
import os
import statistics
import sys
from dataclasses import dataclass, field

# this script is called like the app it measures: its own folder must not be looked in
sys.path.pop(0)

import django

django.setup()

from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402

from benchmarks._asked import Asked, ask, sequential  # noqa: E402
from benchmarks._cases import FEW, ONE_NAME, Province  # noqa: E402
from xueji.pages import finding  # noqa: E402
from xueji.pages.paging import SIZE  # noqa: E402

CASES = int(os.environ.get("XUEJI_BENCH_CASES", "100000"))
ROUNDS, REQUESTS = 5, 20  # with ten cases, with all of them
MOST_QUERIES, MOST_TIMES, MOST_MS = 20, 3, 300
MOST_ON_DESK = 35  # queries of a page that is many lists and figures
# a document number that nobody has, as an address has it
NOBODY = finding.asking(finding.parsed(""), "130283201801011234")["find"]
PEER = "the same page with 10 cases under way"
PAGES = {
    "desk": ("/", {}),
    "mine": ("/cases/", {"tab": "mine"}),
    "others": ("/cases/", {"tab": "others"}),
    "overdue": ("/cases/", {"tab": "overdue"}),
    "closed": ("/cases/", {"tab": "closed"}),
    "found": ("/cases/", {"tab": "others", "q": ONE_NAME}),
    "found_surname": ("/cases/", {"tab": "closed", "q": ONE_NAME[0]}),
    "found_number": ("/cases/", {"tab": "others", "find": NOBODY}),
    "out": ("/transfers/", {"show": "out"}),
    "in": ("/transfers/", {"show": "in"}),
    "to_place": ("/transfers/", {"show": "in", "state": "to_place"}),
    "holding": ("/transfers/", {"show": "holding"}),
    "late": ("/transfers/", {"show": "late"}),
    "files": ("/transfers/", {"show": "files"}),
}


@dataclass
class Question:
    """A list of a post; ``few``: milliseconds in the database with ten cases under way."""

    role: str
    page: str
    client: Client
    few: list[float] = field(default_factory=list)

    def ask(self, **more: str) -> Asked:
        path, query = PAGES[self.page]
        asked = ask(self.client, path, query | more)
        assert asked.status == 200, (self.role, self.page, asked.status)
        return asked

    def last_page(self) -> dict[str, str]:
        """Where the last page begins, as one comes to it page by page; {} where there is one."""
        if len(self.ask().rows) < SIZE:
            return {}
        return {"after": str(self.ask(before="").rows[0].pk)}


def judge(question: Question, which: str, **more: str) -> bool:
    """Ask with all cases under way, as often as a 95th percentile needs; one line."""
    asked = [question.ask(**more) for _ in range(REQUESTS)]
    few, sql = statistics.median(question.few), statistics.median(one.sql() for one in asked)
    p95 = statistics.quantiles((one.whole for one in asked), n=20)[-1]
    scans = sequential(asked[-1], "xueji_case")
    queries = max(len(one.statements) for one in asked)
    most = MOST_ON_DESK if question.page == "desk" else MOST_QUERIES
    quick = sql <= MOST_TIMES * few and p95 < MOST_MS
    line = {
        "bench": f"cases.{question.role}.{question.page}.{which}",
        "ours": round(sql, 2),
        "peer": round(few, 2),
        "peer_name": PEER,
        "ratio": round(few / sql, 2),
        "target": round(1 / MOST_TIMES, 2),
        "ok": quick and queries <= most and not scans,
        "samples": {
            "cases": CASES,
            "queries": queries,
            "p95_ms": round(p95, 1),
            "sequential": len(scans),
            "rows": len(asked[-1].rows),
            "sql": [round(one.sql(), 2) for one in asked],
            "request": [round(one.whole, 1) for one in asked],
        },
    }
    print(json.dumps(line, ensure_ascii=False), flush=True)
    if os.environ.get("XUEJI_BENCH_PLANS"):
        print("\n".join(scans), file=sys.stderr)
    return bool(line["ok"])


def main() -> int:
    setup_test_environment()  # answers tell the rows of their pages
    gc.freeze()  # as `xueji.serving` does
    province = Province()
    asked = [
        Question(role, page, province.client(role)) for role in province.users for page in PAGES
    ]
    province.fill(FEW, done=FEW)
    for question in asked:
        question.ask()  # once for what is only learnt once
        question.few = [question.ask().sql() for _ in range(ROUNDS)]
    province.fill(CASES - FEW, done=CASES // 10 - FEW)
    passed = []
    for question in asked:
        passed.append(judge(question, "first"))
        if last := question.last_page():
            passed.append(judge(question, "last", **last))
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
