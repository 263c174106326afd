"""The log leads from an incident number to what broke, and quotes nobody."""

import logging
import re

import pytest
from django.urls import reverse

from tests import pupils
from xueji.cases.models import Case
from xueji.logs import Json, WithoutValues
from xueji.pages.views import cases

CANARY = "郗若璠"


def faulty(world, client_of):
    """A page breaks on a row that the database refuses and quotes."""
    case = pupils.submitted(world, name=CANARY)
    client = client_of("principal")
    client.raise_request_exception = False
    return case, client.get(reverse("case", args=[case.number]))


@pytest.fixture
def refused_row(monkeypatch) -> None:
    """Showing a case writes a row that breaks a constraint, under another exception."""

    def shown(request, *, students, **more):
        found = Case.objects.get(student=students[0])
        try:
            Case.objects.filter(pk=found.pk).update(version=-1)
        except Exception as error:
            raise LookupError(f"of {found.title}") from error

    monkeypatch.setattr(cases, "shown", shown)


def test_a_row_that_the_database_refuses_is_not_quoted(world, client_of, refused_row, logged):
    case, answer = faulty(world, client_of)
    log = logged()
    assert answer.status_code == 500
    assert [word for word in (CANARY, case.title, "DETAIL", "Failing row") if word in log] == []
    assert re.findall(r"^[\w.]*\.(?:LookupError|IntegrityError|CheckViolation)$", log, re.M) == [
        "builtins.LookupError",
        "django.db.utils.IntegrityError",
        "psycopg.errors.CheckViolation",
    ]
    assert re.search(r"/xueji/pages/views/cases\.py:\d+ case$", log, re.M)


def test_the_planted_row_would_have_been_quoted(world, client_of, refused_row, caplog):
    """So the test above has something to find: any other formatter prints the child."""
    faulty(world, client_of)
    assert CANARY in caplog.text


def test_the_number_on_the_page_finds_the_trace(world, client_of, refused_row, logged):
    _, answer = faulty(world, client_of)
    (number,) = re.findall(r"\b[0-9a-f]{6}\b", answer.content.decode())
    lines = [line for line in logged().splitlines() if number in line]
    assert [line.partition("incident ")[2] for line in lines] == [
        f"{number} at cases/<str:number>/",
        number,
    ]


def test_an_exception_caused_by_itself_ends(logged):
    first, second = ValueError(CANARY), KeyError(CANARY)
    first.__context__, second.__context__ = second, first
    logging.getLogger("xueji").error("broken", exc_info=first)
    text = logged()
    assert (text.count("builtins."), CANARY in text) == (2, False)


@pytest.mark.parametrize(
    "form", [WithoutValues("{message}", style="{"), Json()], ids=["line", "json"]
)
def test_what_was_typed_into_an_address_is_not_repeated(world, client_of, caplog, form):
    """Django's own lines name it: of a page that is not there, and of a form that may not."""
    client = client_of("clerk")
    client.get(f"/students/{CANARY}/")
    client.put("/students/")
    told = [form.format(record) for record in caplog.records if record.name == "django.request"]
    escaped = CANARY.encode("unicode_escape").decode()
    assert [escaped in record.getMessage() for record in caplog.records].count(True) == 1
    assert [line.partition('message": "')[2].partition('"')[0] or line for line in told] == [
        "Not Found: no page",
        "Method Not Allowed (PUT): students/",
        "Method Not Allowed: students/",
    ]
