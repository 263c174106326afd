"""A roster of 100,000 pupils in 30 columns, against XlsxWriter and django-import-export.

All three read the same pupils of the same register in one run, each in a process of its own, in
turn. Ours is the whole path of the job, sealing of the file included; XlsxWriter is fed the same
texts and writes text cells in constant memory; django-import-export exports a resource with the
same thirty attributes. Memory is what a process needs beyond what it needs to stand idle.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from importlib.metadata import version
from io import BytesIO

# this script stands beside others that are called like apps
sys.path.pop(0)

import django

django.setup()

from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402
from python_calamine import CalamineWorkbook  # noqa: E402

from benchmarks._export import COLUMNS, WAYS, acting_of, run, source_of  # noqa: E402
from benchmarks._lists import prepare  # noqa: E402
from reports.models import RosterExport  # noqa: E402
from xueji.documents import services as documents  # noqa: E402
from xueji.jobs import sending  # noqa: E402
from xueji.jobs import services as jobs  # noqa: E402
from xueji.pages.forms import new_key  # noqa: E402

ROWS = int(os.environ.get("XUEJI_BENCH_ROWS", "100000"))
ROUNDS = {"ours": 3, "xlsxwriter": 3, "import_export": 1}
PEERS = {
    "xlsxwriter": (f"XlsxWriter {version('xlsxwriter')} constant_memory", 4.0),
    "import_export": (f"django-import-export {version('django-import-export')}", 10.0),
}
MOST_MEGABYTES, MOST_GROWN, AT_ONCE = 100.0, 10.0, 0.5


def measured(way: str, rows: int) -> dict[str, float]:
    """Seconds and megabytes of one way in a process of its own."""
    command = [sys.executable, __file__, way, str(rows)]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(told.splitlines()[-1])


def line(name: str, ours: float, peer: float, peer_name: str, target: float, **more) -> bool:
    ratio = round(peer / ours, 2)
    told = {"bench": f"export.{name}", "ours": ours, "peer": peer, "peer_name": peer_name}
    told |= {"ratio": ratio, "target": target, "ok": ratio >= target, **more}
    print(json.dumps(told, ensure_ascii=False), flush=True)
    return ratio >= target


def compete(rows: int) -> list[bool]:
    """The three in turn; then how much memory ours needs, and for a tenth of the rows."""
    samples: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    for turn in range(max(ROUNDS.values())):
        for way in WAYS:
            if turn < ROUNDS[way]:
                samples[way].append(measured(way, rows))
    seconds = {
        way: round(statistics.median(one["seconds"] for one in found), 2)
        for way, found in samples.items()
    }
    passed = [
        line(way, seconds["ours"], seconds[way], name, target, rows=rows, samples=samples)
        for way, (name, target) in PEERS.items()
    ]
    added = max(0.1, *(one["added"] for one in samples["ours"]))
    tenth = measured("ours", rows // 10)["added"]
    passed.append(line("megabytes", added, MOST_MEGABYTES, "limit", 1.0, unit="MB"))
    # the buffers are full long before a tenth of 100,000 rows
    grown = round(max(added - tenth, 0.1), 1)
    passed.append(
        line("flat", grown, MOST_GROWN, "limit above a tenth of the rows", 1.0, unit="MB")
    )
    return passed


def answered(rows: int) -> list[bool]:
    """How long the browser waits: for the job to stand, and for the first bytes of its file."""
    client = Client(headers={"host": "127.0.0.1"})
    acting = acting_of("province")
    client.force_login(acting.user)
    form = {"column": COLUMNS, "title": "", "sort": "name", "format": "xlsx"}
    form |= {"purpose": "上级检查", "act": "export", "form_key": new_key()}
    form |= {f"place-{key}": str(place) for place, key in enumerate(COLUMNS)}
    client.get(reverse("reports_roster_new"))  # a worker of the web server is warm
    sending.prepare()  # as it does when it starts
    before = time.perf_counter()
    answer = client.post(reverse("reports_roster_new"), form)
    asked = time.perf_counter() - before
    assert answer.status_code == 302, answer.status_code
    export = RosterExport.objects.order_by("-pk")[0]
    if export.job_id:
        jobs.run_job(export.job_id)
        export.refresh_from_db()
    before = time.perf_counter()
    file = client.get(reverse("reports_roster_file", args=[export.pk]))
    first = next(iter(file.streaming_content))
    began = time.perf_counter() - before
    assert first[:2] == b"PK"
    return [
        line("job_asked", round(asked, 3), AT_ONCE, "limit", 1.0, unit="s", rows=rows),
        line("first_bytes", round(began, 3), AT_ONCE, "limit", 1.0, unit="s"),
        line("unequal_rows", 1 + _unequal(export), 1.0, "none", 1.0, unit="rows + 1"),
    ]


def _unequal(export: RosterExport) -> int:
    """Rows of the file, as another program reads them, that are not what the register says."""
    data = BytesIO(documents.open_bytes(export.document))
    sheet = CalamineWorkbook.from_filelike(data).get_sheet_by_index(0)
    read = iter(sheet.iter_rows())
    next(read)
    source = source_of("province")
    columns = [source.columns[key] for key in COLUMNS]
    wrong = total = 0
    for total, (_, texts) in enumerate(source.lines(columns, "name", False), start=1):
        wrong += [str(cell) for cell in next(read)] != [str(total), *texts]
    return wrong + sum(1 for _ in read) + (total == 0)


def main() -> int:
    if len(sys.argv) == 3:
        print(json.dumps(run(sys.argv[1], int(sys.argv[2]))))
        return 0
    prepare()
    rows = min(ROWS, source_of("province").count())
    return 0 if all([*compete(rows), *answered(rows)]) else 1


if __name__ == "__main__":
    sys.exit(main())
