"""The same rows as CSV for other programs: UTF-8 with its mark, every cell quoted, none of it live.

Here a text cannot be marked as text: what a spreadsheet would calculate gets an apostrophe.
"""

from collections.abc import Iterable, Sequence
from typing import IO

from xueji.excel import texts

PIECE = 256 * 1024
MARK = "\ufeff"


def write(out: IO[bytes], headers: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """Write header and rows; the number of rows written."""
    pending, held, count = [MARK, _line(headers)], 0, 0
    for row in rows:
        count += 1
        line = _line(row)
        pending.append(line)
        held += len(line)
        if held >= PIECE:
            out.write("".join(pending).encode())
            pending, held = [], 0
    out.write("".join(pending).encode())
    return count


def _line(row: Sequence[str]) -> str:
    return ",".join(f'"{_safe(text)}"' for text in row) + "\r\n"


def _safe(text: str) -> str:
    plain = texts.legible(text)
    quoted = plain.replace('"', '""')
    return f"'{quoted}" if texts.is_live(plain) else quoted
