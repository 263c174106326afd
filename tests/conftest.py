"""Fixtures of the whole suite: a key ring, a world, and clients that are logged in."""

import io
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from tests import world as worlds
from xueji.identity import crypto


def group_of(item: pytest.Item) -> str:
    """What one worker does alone, after all else: races and processes, and halves of the site.

    A page of the site is asked for once, by the worker that has all tests of it.
    """
    module = item.module.__name__
    if module.startswith("tests.permissions"):
        url = item.callspec.params.get("url", "") if hasattr(item, "callspec") else ""
        return f"site {sum(url.encode()) % 2}"
    return "race" if item.get_closest_marker("race") or module.startswith("tests.jobs") else ""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if group := group_of(item):
            item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session", autouse=True)
def keyring() -> Path:
    """The suite's own key ring, in the state folder that dev.py gave it."""
    if not settings.XUEJI_KEYRING.exists():
        crypto.create_keyring(settings.XUEJI_KEYRING)
    return settings.XUEJI_KEYRING


@pytest.fixture
def world(db) -> worlds.World:
    """A small, complete world (tests/world.py), at noon of 2 September 2026."""
    return worlds.build()


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
