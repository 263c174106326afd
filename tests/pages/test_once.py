"""What is said of an act is true: nothing before the commit, nothing where others can read it."""

import base64
import json
import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from enrollment.services.draft import keep
from tests import pupils
from tests.browsing import verdict
from xueji.accounts.models import UserSession
from xueji.audit.models import FormKey
from xueji.cases.models import Case, State

NAME = "郗若璠"

WITHHOLD = """
CREATE FUNCTION planted() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'not now' USING ERRCODE = 'serialization_failure'; END $$;
CREATE CONSTRAINT TRIGGER planted AFTER INSERT ON xueji_formkey
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION planted();
"""


@pytest.fixture
def no_commit(db) -> Iterator[None]:
    """Every form is acted on to its end, and then the database does not commit."""
    with connection.cursor() as cursor:
        cursor.execute(WITHHOLD)
        yield
        cursor.execute("DROP FUNCTION planted CASCADE")


def signing(world) -> tuple[str, Case, str, dict[str, object]]:
    case = pupils.submitted(world, name=NAME)
    return "principal", case, reverse("case_decide", args=[case.number]), verdict(case)


def signing_many(world) -> tuple[str, Case, str, dict[str, object]]:
    case = pupils.submitted(world, name=NAME)
    chosen = {"case": [f"{case.pk}:{case.version}"]}
    return "principal", case, reverse("cases_decide"), verdict(case) | chosen


def withdrawing(world) -> tuple[str, Case, str, dict[str, object]]:
    case = pupils.submitted(world, name=NAME)
    path = reverse("case_withdraw", args=[case.number])
    return "clerk", case, path, {"reason": "重复录入", "form_key": str(uuid4())}


def entering(world) -> tuple[str, Case, str, dict[str, object]]:
    key, row = str(uuid4()), pupils.row(name=NAME)
    case = keep(case=None, row=row, tab=key, version=0, acting=world.acting("clerk")).case
    more = {"entered_on": "2026-09-01", "save": "open", "version": "1", "form_key": key}
    return "clerk", case, reverse("enrollment_edit", args=[case.number]), row | more


def discarding(world) -> tuple[str, Case, str, dict[str, object]]:
    row = pupils.row(name=NAME)
    acting = world.acting("clerk")
    case = keep(case=None, row=row, tab=str(uuid4()), version=0, acting=acting).case
    path = reverse("enrollment_discard", args=[case.number])
    return "clerk", case, path, {"form_key": str(uuid4())}


ACTS = [signing, signing_many, withdrawing, entering, discarding]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("prepared", ACTS)
def test_what_was_not_committed_is_not_told_as_done(world, client_of, prepared, request):
    username, case, path, data = prepared(world)
    before = Case.objects.filter(pk=case.pk).values().get()
    request.getfixturevalue("no_commit")
    client = client_of(username)
    client.raise_request_exception = False

    answer = client.post(path, data)

    assert (answer.status_code, "记录号" in answer.content.decode()) == (503, True)
    assert Case.objects.filter(pk=case.pk).values().get() == before
    page = client.get(reverse("desk")).content.decode()
    assert re.findall(r"已(?:签署|撤回|提交|删除)[^<]*" + NAME + "|已签署 1 件", page) == []


@pytest.mark.parametrize("prepared", ACTS)
def test_what_was_committed_is_told_once(world, client_of, prepared):
    username, _, path, data = prepared(world)
    client = client_of(username)
    client.post(path, data)

    pages = [client.get(reverse("keys")).content.decode() for _ in range(2)]

    told = [len(re.findall(r"已(?:签署|撤回|提交|删除草稿)", page)) for page in pages]
    assert told == [1, 0]


def unpacked(text: str) -> str:
    """A cookie as it is, and what its parts hold once decoded."""
    parts = [text]
    for part in re.split(r"[.:]", text):
        padded = part + "=" * (-len(part) % 4)
        try:
            parts.append(base64.urlsafe_b64decode(padded).decode())
        except ValueError:
            continue
    return "\n".join(parts + [json.dumps(text)])


@pytest.mark.parametrize("prepared", ACTS)
def test_no_cookie_holds_what_was_told(world, client_of, prepared):
    username, _, path, data = prepared(world)
    client = client_of(username)
    client.post(path, data)
    assert set(client.cookies) <= {"xueji", "xueji-csrf"}
    held = "\n".join(unpacked(cookie.value) for cookie in client.cookies.values())
    assert [word for word in (NAME, ascii(NAME)[1:-1], "已") if word in held] == []


def test_what_was_told_to_one_person_does_not_outlive_the_session(world, client_of):
    _, case, path, data = signing(world)
    client = client_of("principal")
    client.post(path, data)
    client.post(reverse("logout"))
    twin = Client()
    twin.cookies = client.cookies.copy()
    assert "已签署" not in twin.get(reverse("login")).content.decode()
    assert UserSession.objects.count() == 0
    case.refresh_from_db()
    assert (case.state, FormKey.objects.count()) == (State.OPEN, 1)
