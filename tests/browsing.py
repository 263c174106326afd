"""Asking for pages as a browser does, and reading what comes back."""

import re
from html import unescape
from uuid import uuid4

from django.http import HttpResponse

from xueji.cases.models import Case

REASON_NEEDED = "请写明原因，会留在业务件里。"


def raw(answer: HttpResponse) -> str:
    """The page as it was sent."""
    return answer.content.decode()


def text(answer: HttpResponse) -> str:
    """The page with its tags."""
    return unescape(raw(answer))


def words(answer: HttpResponse) -> str:
    """The page as one reads it, without tags and line ends."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", raw(answer))).split())


def errors(answer: HttpResponse) -> dict[str, list[str]]:
    return {name: list(told) for name, told in answer.context["form"].errors.items()}


def refused_reason(answer: HttpResponse) -> tuple[str, str]:
    """What stands in the field of a reason that was not taken, and what is told beside it."""
    field = re.search(
        r'<input [^>]*name="reason" value="([^"]*)"[^>]*aria-invalid="true"', raw(answer)
    )
    told = re.search(r'_error"><p class="error">([^<]*)</p>', raw(answer))
    return (unescape(field[1]) if field else "", unescape(told[1]) if told else "")


def key(**more: object) -> dict[str, object]:
    """A form that nobody has sent before."""
    return {"form_key": str(uuid4()), **more}


def verdict(case: Case, **changes: str) -> dict[str, object]:
    """The form by which a step is signed, as it stands on the page of the case."""
    return {"decision": "agreed", "note": "", "version": str(case.version), **key(), **changes}


def options(answer: HttpResponse, name: str) -> list[str]:
    """What a field of the page's form lets one choose from."""
    return [str(label) for _, label in answer.context["form"].fields[name].choices]


def hidden(answer) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text(answer))
    return {name: unescape(value) for name, value in found}
