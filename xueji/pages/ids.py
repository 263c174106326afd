"""Numbers as browsers send them: nothing that is sent can break the reading of one."""

LONGEST = 18  # digits that a bigint always holds


def whole(text: str, *, digits: int = LONGEST) -> int | None:
    """The number, or None for anything but so many ASCII digits; ``²`` is a digit to Python."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None
