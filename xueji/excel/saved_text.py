"""The text of a table that a program saved as text, such as CSV."""

import codecs

from xueji.excel import refusals
from xueji.excel.gate import claimed
from xueji.excel.refusals import Unreadable

ENCODINGS = ("utf-8-sig", "gb18030")  # gb18030 is what Excel in Chinese writes


def is_text(data: bytes) -> bool:
    """Whether it is a text and no workbook; Unreadable where it is neither."""
    try:
        claimed(data)
    except Unreadable as why:
        if str(why) in (refusals.TEXT, refusals.UNKNOWN):
            return True
        raise
    return False


def decoded(data: bytes) -> str:
    """The text; Unreadable where it is none."""
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if wide else ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable(refusals.UNDECODED)
