"""Fixtures of the whole suite: a key ring, a world, and clients that are logged in."""

import gc
import io
import logging
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.models import Permission
from django.test import Client
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests import bubbles, canaries, remembered, rows
from tests import world as worlds
from xueji.identity import crypto


def group_of(nodeid: str) -> str:
    """What one worker does alone, after all else: crowds of processes first, the site last.

    A page of the site is asked for once, by the worker that has all tests of it; and so is how
    accessible each kind of page is. The demo is loaded by one worker.
    """
    path, _, name = nodeid.partition("::")
    url = name.partition("[")[2]
    if path.startswith(("tests/demo/", "tests/ledger/test_check.py")):
        return "demo"
    if path == "tests/browser/test_accessible.py":
        return "pages"
    if path == "tests/permissions/test_matrix.py":
        return f"site {len(url) % 3}"
    if path.startswith("tests/permissions/"):
        return "site fields" if path.endswith("/test_fields.py") else "site"
    return "crowd" if path.startswith(("tests/races/", "tests/jobs/")) or "race" in path else ""


class Shares(LoadScopeScheduling):
    """Shares the suite among workers test by test, but for the groups."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid) or nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Shares:
    return Shares(config, log)


def pytest_collection_finish() -> None:
    """What is there now stays to the end: the garbage collector need not walk it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def keyring() -> Path:
    """The suite's own key ring, in the state folder that dev.py gave it."""
    if not settings.XUEJI_KEYRING.exists():
        crypto.create_keyring(settings.XUEJI_KEYRING)
    return settings.XUEJI_KEYRING


@pytest.fixture(scope="session", autouse=True)
def leaks(keyring) -> Iterator[set[str]]:
    """Canaries seen where none may be, asked at the end of all tests (tests/canaries.py)."""
    hits: set[str] = set()
    with canaries.watching(hits):
        yield hits
    assert hits == set()


@pytest.fixture(scope="session", autouse=True)
def bubbled(keyring) -> Iterator[set[str]]:
    """Fields that a browser would check in its own words, asked likewise (tests/bubbles.py)."""
    hits: set[str] = set()
    with bubbles.watching(hits):
        yield hits
    assert hits == set()


@pytest.fixture(scope="session")
def _built() -> dict[int, tuple[worlds.World, str]]:
    return {}


@pytest.fixture
def world(db, _built) -> worlds.World:
    """A small, complete world (tests/world.py), at noon of 2 September 2026.

    Built by the services once; its rows are then written again as they were, until a test of
    several connections empties all tables and Django gives its permissions new ids.
    """
    permissions = Permission.objects.latest("pk").pk
    if permissions in _built:
        rows.write(_built[permissions][1])
    else:
        _built[permissions] = (worlds.build(), rows.written())
    world = deepcopy(_built[permissions][0])
    remembered.begin(world, permissions)
    return world


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """The site's clock stands at noon of 2 September 2026, until a test moves it."""
    with time_machine.travel(worlds.NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def noon(clock) -> datetime:
    return worlds.NOON


@pytest.fixture
def next_day() -> Iterator[None]:
    """Later than a pupil's history: who leaves at the moment of entering was never there."""
    with time_machine.travel(worlds.NOON + timedelta(days=1), tick=False):
        yield


@pytest.fixture
def files(settings, tmp_path) -> Path:
    """An empty private store of the test's own."""
    settings.PRIVATE_FILES = tmp_path / "files"
    return settings.PRIVATE_FILES


@pytest.fixture
def client_of(world):
    """``client_of("clerk")``: a client logged in as that person of the world."""

    def client(username: str) -> Client:
        client = Client()
        client.force_login(world.posts[username].user)
        return client

    return client


@pytest.fixture
def logged() -> Iterator[Callable[[], str]]:
    """``logged()``: what the product's own handler has written, as an operator reads it."""
    (handler,) = (
        handler
        for handler in logging.getLogger().handlers
        if isinstance(handler, logging.StreamHandler) and handler.name == "console"
    )
    text = io.StringIO()
    before = handler.setStream(text)
    yield text.getvalue
    handler.setStream(before)
