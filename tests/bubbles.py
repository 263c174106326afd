"""Forms whose fields the browser itself would check, in a bubble and in words of its own.

Our forms say ``novalidate``: the server tells what is missing or wrong, in our words, beside the
field. Every page that the suite is answered is read.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.test import Client

FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
FIELD = re.compile(r"<(?:input|select|textarea)\b([^>]*)>")
CHECKED = re.compile(
    r"\s(?:required|pattern|min|max|minlength|step)(?=[\s=]|$)|\stype=\"(?:email|url|number)\""
)


def left_to_the_browser(html: str) -> list[str]:
    """The fields, by name, that a browser would check before it sends their form."""
    return [
        _named(field)
        for attributes, inside in FORM.findall(html)
        if "novalidate" not in attributes.split()
        for field in FIELD.findall(inside)
        if CHECKED.search(field)
    ]


def _named(field: str) -> str:
    name = re.search(r'\sname="([^"]*)"', field)
    return name[1] if name else field


@contextmanager
def watching(hits: set[str]) -> Iterator[None]:
    """Fill ``hits`` with page and field while the block runs."""
    ask = Client.request

    def asked(self: Client, **request):
        answer = ask(self, **request)
        if not answer.streaming and answer.get("Content-Type", "").startswith("text/html"):
            page = re.sub(r"\d+", "…", request.get("PATH_INFO", ""))
            hits.update(f"{name} on {page}" for name in left_to_the_browser(answer.text))
        return answer

    Client.request = asked
    try:
        yield
    finally:
        Client.request = ask
