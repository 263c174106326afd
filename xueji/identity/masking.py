"""How a list shows what it must not show in full."""

_STAR = "*"


def mask_id(number: str | None) -> str:
    """``130283********0027``; a national number keeps its letter; others two at each end.

    What is shorter than six characters is hidden whole.
    """
    text = number or ""
    if len(text) >= 18:
        head = 7 if len(text) == 19 and not text[0].isdigit() else 6
        return _hide(text, head, 4)
    return _hide(text, 2, 2) if len(text) >= 6 else _STAR * len(text)


def mask_phone(number: str | None) -> str:
    """``1393152****``: the last four digits hidden, all of a number shorter than eight."""
    text = number or ""
    return _hide(text, len(text) - 4, 0) if len(text) >= 8 else _STAR * len(text)


def mask_name(name: str | None) -> str:
    """``王**``: the first character alone."""
    return _hide(name or "", 1, 0) if name else ""


def mask_email(address: str | None) -> str:
    """``w***@example.com``: the first character of the name and the domain stay."""
    name, at, domain = (address or "").partition("@")
    return f"{name[:1]}***{at}{domain}" if name else ""


def _hide(text: str, head: int, tail: int) -> str:
    return text[:head] + _STAR * (len(text) - head - tail) + text[len(text) - tail :]
