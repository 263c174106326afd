"""The three ways of making a roster that benchmarks/export.py compares."""

import gc
import tempfile
import time
from collections.abc import Callable
from itertools import chain, islice
from pathlib import Path

from django.utils.timezone import now

from reports.queries import sources
from reports.queries.columns import Column
from reports.queries.sources import Source
from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.accounts.models import User
from xueji.documents import services as documents
from xueji.excel import writer
from xueji.students.models import Student

COLUMNS = [
    *("number", "name", "sex", "birth_date", "nation", "country", "id_type", "id_number"),
    *("school", "school_identifier", "grade", "school_class", "status", "register_type"),
    *("entered_on", "entry_mode", "boarding", "attendance", "hukou_kind", "hukou_text"),
    *("address_text", "phone", "birth_place_text", "native_place", "political", "former_name"),
    *("mail_address", "postcode", "only_child", "preschool"),
]


def acting_of(username: str) -> Acting:
    user = User.objects.get(username=username)
    post = access.posts_in_force(on=access.localdate()).filter(user=user)[0]
    return Acting(user=user, post=post, at=now())


def source_of(username: str) -> Source:
    return sources.find(acting_of(username), {}, "")


def _columns(source: Source) -> list[Column]:
    return [source.columns[key] for key in COLUMNS]


def _texts(rows: int):
    source = source_of("province")
    columns = _columns(source)
    headers = [column.label for column in columns]
    found = islice(source.lines(columns, "name", False), rows)
    return headers, (texts for _, texts in found)


def ours(rows: int) -> int:
    headers, texts = _texts(rows)
    widths = [column.width for column in _columns(source_of("province"))]
    sheet = writer.Sheet(name="名册", headers=headers, widths=widths)
    return documents.write(lambda out: writer.write(out, sheet, texts)).size


def xlsxwriter(rows: int) -> int:
    import xlsxwriter as peer  # noqa: PLC0415 -- only its own process pays for it

    headers, texts = _texts(rows)
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        book = peer.Workbook(file.name, {"constant_memory": True})
        text = book.add_format({"num_format": "@"})
        sheet = book.add_worksheet("名册")
        for number, row in enumerate(chain([headers], texts)):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell, text)
        book.close()
        return file.seek(0, 2)


def import_export(rows: int) -> int:
    from import_export import resources  # noqa: PLC0415 -- only its own process pays for it
    from import_export.fields import Field  # noqa: PLC0415

    source = source_of("province")
    columns = _columns(source)
    fields = {
        column.key: Field(attribute=column.fields[0], column_name=column.label)
        for column in columns
    }
    roster = type("Roster", (resources.Resource,), fields)()
    pupils = Student.objects.select_related("sheet", "school__organisation", "school_class")
    chosen = pupils.order_by("org_path", "grade", "name_order", "pk")[:rows]
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        file.write(roster.export(chosen).xlsx)
        return file.tell()


WAYS: dict[str, Callable[[int], int]] = {
    "ours": ours,
    "xlsxwriter": xlsxwriter,
    "import_export": import_export,
}


def megabytes() -> float:
    """The most that this program has held; ``getrusage`` would count who started it."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def run(way: str, rows: int) -> dict[str, float]:
    """One way once. A first small roster brings in what every process needs once."""
    WAYS[way](100)
    gc.collect()
    idle, before = megabytes(), time.perf_counter()
    size = WAYS[way](rows)
    seconds = time.perf_counter() - before
    return {
        "seconds": round(seconds, 2),
        "added": round(megabytes() - idle, 1),
        "peak": round(megabytes(), 1),
        "file_megabytes": round(size / 2**20, 1),
    }
