"""Making the file of a roster: read through a cursor, written as a stream, sealed as it comes."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import IO

from django.db import transaction
from django.utils.timezone import localtime

from reports.models import Format, RosterExport
from reports.queries.columns import Column
from reports.queries.sources import Source
from reports.services import rosters
from xueji.accounts.access import Acting
from xueji.cases.kinds import Refused
from xueji.documents import services as documents
from xueji.excel import delimited, texts, writer

TYPES = {
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.CSV: "text/csv",
}
PLACE = "序号"
PLACE_WIDTH = 6
EVERY = 500  # rows between two words of progress
TOO_LONG = (
    "第 {row} 行的「{label}」太长，一个单元格放不下；导出要么完整，要么不做。"
    "请先改短这一项，或者不选这一列。"
)
TOO_MUCH = "名单太长，一个 Excel 文件放不下；导出要么完整，要么不做。请少选几列，或分几次导出。"

Tell = Callable[[int, int], None]


def make(
    export: RosterExport,
    source: Source,
    acting: Acting,
    *,
    tell: Tell = lambda done, total: None,
    effect: Callable[[], AbstractContextManager] = nullcontext,
) -> None:
    """Write the file and hand it over within ``effect``; Refused when it cannot be whole."""
    columns = [source.columns[key] for key in export.columns if key in source.columns]
    if len(columns) != len(export.columns):
        raise Refused("所选的列里有本岗位已经不能看的，没有导出。请重新选列。")
    students: list[int] = []

    def rows() -> Iterator[list[str]]:
        for number, (pk, line) in enumerate(
            source.lines(columns, export.sort, export.whole), start=1
        ):
            students.append(pk)
            if number % EVERY == 0:
                tell(number, export.rows)
            yield [str(number), *line]

    with transaction.atomic():  # the cursor reads at one moment
        kept = _written(export, columns, acting, rows())
    tell(len(students), len(students))
    with effect():
        rosters.fill(
            export=export,
            kept=kept,
            students=students,
            name=_name(export, acting),
            content_type=TYPES[Format(export.format)],
            acting=acting,
        )


def _written(
    export: RosterExport, columns: list[Column], acting: Acting, rows: Iterator[list[str]]
) -> documents.Kept:
    headers = [PLACE, *(column.label for column in columns)]

    def produce(out: IO[bytes]) -> None:
        if export.format == Format.CSV:
            delimited.write(out, headers, rows)
        else:
            writer.write(out, _sheet(export, columns, headers, acting), rows)

    try:
        return documents.write(produce)
    except texts.TooLong as found:
        label = headers[found.column - 1]
        raise Refused(TOO_LONG.format(row=found.row, label=label)) from None
    except writer.TooMuch:
        raise Refused(TOO_MUCH) from None


def _sheet(
    export: RosterExport, columns: list[Column], headers: list[str], acting: Acting
) -> writer.Sheet:
    mark = marked(export, acting)
    place = f"{export.post.organisation}　{acting.today:%Y-%m-%d}　{export.words}"
    notes = [place.strip("　")] if export.title else []
    return writer.Sheet(
        name="名册",
        headers=headers,
        widths=[PLACE_WIDTH, *(column.width for column in columns)],
        title=export.title,
        notes=[*notes, *([mark] if export.whole else [])],
        foot=mark,
    )


def marked(export: RosterExport, acting: Acting) -> str:
    """Who took the file out, when and what for: it stands in a file with whole numbers."""
    by = f"{export.post.user.name}（{export.post}）"
    word = "含完整号码，" if export.whole else ""
    second = f"，{export.decided_by.user.name}核准" if export.decided_by else ""
    return f"{word}{by} {localtime(acting.at):%Y-%m-%d %H:%M} 导出，用途：{export.purpose}{second}"


def _name(export: RosterExport, acting: Acting) -> str:
    """The title; with whole numbers also who and when, as CSV has no other place for it."""
    title = export.title or "学生名册"
    if not export.whole:
        return f"{title} {acting.today:%Y-%m-%d}"
    who = export.post.user.name
    return f"{title}（含完整号码）{who} {localtime(acting.at):%Y-%m-%d %H%M}"
