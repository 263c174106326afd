"""A clerk at noon, and the form as a browser would send it."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from tests import pupils

HIDDEN = re.compile(r'<input type="hidden"[^>]* name="(form_key|case|version)" value="([^"]*)"')


@pytest.fixture
def clerk(client_of, noon) -> Client:
    return client_of("clerk")


@pytest.fixture
def opened(clerk) -> Callable[..., dict[str, str]]:
    """``opened(name="李雷")``: a whole form on a page that the clerk has just opened."""

    def form(*, at: str = "/enrollment/new/", client: Client = clerk, **typed: str):
        hidden = dict(HIDDEN.findall(client.get(at).content.decode()))
        row = {
            name: "on" if value == "1" and name.startswith(("paper_", "m1_guardian")) else value
            for name, value in pupils.row(**typed).items()
        }
        return {**hidden, **{name: value for name, value in row.items() if value}}

    return form
