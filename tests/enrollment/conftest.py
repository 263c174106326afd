"""A clerk at noon, and the form as a browser would send it."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from tests import pupils
from tests.numbering import making
from xueji.students.models import Student

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


@pytest.fixture
def intake(world):
    """Ten pupils without a class: six boys, four girls, of two months and two villages."""
    rows = making.entrants(world, making.names(10), class_number=None)
    for n, student in enumerate(rows):
        Student.objects.filter(pk=student.pk).update(
            sex="12"[n % 5 >= 3],
            birth_date=date(2020, 1 + n % 2, 3),
            hukou_code=f"13028310322{7 + n % 2}",
            address_text=f"军屯村 {n} 号",
        )
    return rows
