"""The clock of the world, and the form as a browser would send it."""

import re
from collections.abc import Callable

import pytest
import time_machine
from django.test import Client

from tests import pupils
from tests.world import NOON

HIDDEN = re.compile(r'<input type="hidden"[^>]* name="(form_key|case|version)" value="([^"]*)"')


@pytest.fixture
def noon():
    """The site's clock stands at noon of 2 September 2026."""
    with time_machine.travel(NOON, tick=False):
        yield


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
