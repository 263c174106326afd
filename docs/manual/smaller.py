"""Writes a screenshot again with at most 256 colours, at about a third of its size.

Standard library only. Reads what Chromium writes: eight bits, red, green, blue, not interlaced.
"""

import struct
import zlib
from collections import Counter
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS, COLOURS = 3, 256
Colour = tuple[int, ...]


def smaller(png: bytes) -> bytes:
    """The same picture; colours beyond the most common ones become their nearest."""
    rows = _rows(png)
    counted: Counter[Colour] = Counter()
    for row in rows:
        counted.update(row)
    palette = _palette(counted)
    index = {colour: _nearest(colour, palette) for colour in counted}
    lines = b"".join(b"\0" + bytes(index[colour] for colour in row) for row in rows)
    size = struct.pack(">II5B", len(rows[0]), len(rows), 8, 3, 0, 0, 0)
    colours = b"".join(map(bytes, palette))
    parts = [
        (b"IHDR", size),
        (b"PLTE", colours),
        (b"IDAT", zlib.compress(lines, 9)),
        (b"IEND", b""),
    ]
    return SIGNATURE + b"".join(_chunk(kind, body) for kind, body in parts)


def _palette(counted: Counter[Colour]) -> list[Colour]:
    """Of each group of colours that look alike the most common one, of the commonest groups."""
    groups: Counter[Colour] = Counter()
    shown: dict[Colour, Colour] = {}
    for colour, count in counted.most_common():
        group = tuple(value >> 3 for value in colour)
        groups[group] += count
        shown.setdefault(group, colour)
    return [shown[group] for group, _ in groups.most_common(COLOURS)]


def _nearest(colour: Colour, palette: list[Colour]) -> int:
    def distance(place: int) -> int:
        return sum((a - b) ** 2 for a, b in zip(colour, palette[place], strict=True))

    return min(range(len(palette)), key=distance)


def _rows(png: bytes) -> list[list[Colour]]:
    chunks = list(_chunks(png))
    width, _, depth, kind, *_, interlaced = struct.unpack(">II5B", dict(chunks)[b"IHDR"])
    if (depth, kind, interlaced) != (8, 2, 0):
        raise ValueError("not a plain picture in red, green and blue")
    data = zlib.decompress(b"".join(body for name, body in chunks if name == b"IDAT"))
    above = bytearray(width * CHANNELS)
    rows = []
    for start in range(0, len(data), len(above) + 1):
        line = bytearray(data[start + 1 : start + 1 + len(above)])
        _unfilter(data[start], line, above)
        rows.append(
            list(zip(*(line[channel::CHANNELS] for channel in range(CHANNELS)), strict=True))
        )
        above = line
    return rows


def _unfilter(kind: int, line: bytearray, above: bytearray) -> None:
    """Undo one of the four predictions of the PNG standard; 0 is none."""
    for i in range(len(line) if kind else 0):
        left = line[i - CHANNELS] if i >= CHANNELS else 0
        corner = above[i - CHANNELS] if i >= CHANNELS else 0
        guess = (left, above[i], (left + above[i]) // 2, _paeth(left, above[i], corner))[kind - 1]
        line[i] = (line[i] + guess) & 255


def _paeth(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    return min((left, above, corner), key=lambda value: abs(guess - value))


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(SIGNATURE)
    while at < len(png):
        length, kind = struct.unpack_from(">I4s", png, at)
        yield kind, png[at + 8 : at + 8 + length]
        at += 12 + length


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
