"""PDF that shows pages and does nothing else: no scripts, attached files, programs or passwords.

Content streams are skipped, because random bytes there look like anything; object streams are
unpacked, because names hide there.
"""

import re
import zlib

from xueji.documents import foreign
from xueji.documents.refusals import ACTIVE_PDF, CUT_SHORT, OPAQUE_PDF, SEALED_PDF, BadFile

PDF_START = b"%PDF-"
MOST_UNPACKED = 50 * 1024 * 1024

_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_ENDING = re.compile(rb"startxref\s+\d+\s+%%EOF[\s\0]*\Z")
_NAME_ENDS = rb"(?![^\s()<>\[\]{}/%])"
_ACTIVE = {
    "脚本": re.compile(rb"/(?:JavaScript|JS)" + _NAME_ENDS),
    "附带的文件": re.compile(rb"/(?:EmbeddedFiles?|Filespec|RichMedia|Collection)" + _NAME_ENDS),
    "会运行程序的动作": re.compile(rb"/Launch" + _NAME_ENDS),
    "会向外发送内容的表单": re.compile(rb"/(?:XFA|SubmitForm|ImportData)" + _NAME_ENDS),
}
_SEALED = re.compile(rb"/Encrypt" + _NAME_ENDS)
_OBJECT_STREAM = re.compile(rb"/ObjStm" + _NAME_ENDS)


def clean_pdf(data: bytes) -> bytes:
    """The same bytes, once they are known to be pages only; else BadFile."""
    if not _ENDING.search(data, max(0, len(data) - 1024)):
        foreign.refuse_in(data[data.rfind(b"%%EOF") + 5 :] if b"%%EOF" in data else b"")
        raise BadFile(CUT_SHORT.format(kind="PDF"))
    outside = _plain(_STREAM.sub(b"stream endstream", data))
    foreign.refuse_in(outside)
    _refuse_active(outside)
    for objects in _object_streams(data):
        _refuse_active(_plain(objects))
    return data


def _refuse_active(text: bytes) -> None:
    if _SEALED.search(text):
        raise BadFile(SEALED_PDF)
    for what, names in _ACTIVE.items():
        if names.search(text):
            raise BadFile(ACTIVE_PDF.format(what=what))


def _plain(text: bytes) -> bytes:
    """The same with escaped characters of names written out: ``/J#53`` is ``/JS``."""
    return _ESCAPED.sub(lambda found: bytes((int(found[1], 16),)), text)


def _object_streams(data: bytes) -> list[bytes]:
    """The unpacked streams that hold objects; BadFile if one cannot be read."""
    unpacked, room, after = [], MOST_UNPACKED, 0
    for stream in _STREAM.finditer(data):
        head, after = _plain(data[after : stream.start()]), stream.end()
        if not _OBJECT_STREAM.search(head[head.rfind(b" obj") :]):
            continue
        packed = zlib.decompressobj()
        try:
            objects = packed.decompress(stream[1], room)
        except zlib.error:
            raise BadFile(OPAQUE_PDF) from None
        room -= len(objects)
        if packed.unconsumed_tail or room <= 0:
            raise BadFile(OPAQUE_PDF)
        unpacked.append(objects)
    return unpacked
