"""One site for all tests here, built once and never changed; they run after all others."""

import logging
from collections.abc import Iterator

import pytest
import time_machine
from django.db import connection, transaction

from tests.conftest import group_of
from tests.permissions import site as sites
from tests.permissions.site import Site
from tests.permissions.sweep import Swept, sweep
from tests.world import NOON


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The site last: it lies in one transaction that stays open until the end."""
    items.sort(key=lambda item: group_of(item.nodeid))


@pytest.fixture(scope="session")
def _whole_site(django_db_setup, django_db_blocker) -> Iterator[Site]:
    with django_db_blocker.unblock():
        try:
            with transaction.atomic(), time_machine.travel(NOON, tick=False):
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL synchronous_commit = on")  # /readyz asks for it
                site = sites.build()
                connection.check_constraints()  # once, not after each test again
                yield site
                transaction.set_rollback(True)
        finally:
            connection.close()


@pytest.fixture(autouse=True)
def no_word_about_refusals(caplog):
    """Thousands of refused requests are what is wanted here."""
    with caplog.at_level(logging.ERROR, "django.request"):
        yield


@pytest.fixture
def site(_whole_site, db) -> Site:
    """The site as it was built; what a test changes in it is undone."""
    return _whole_site


@pytest.fixture(scope="session")
def _known() -> dict[str, Swept]:
    return {}


@pytest.fixture
def swept(site, _known):
    """``swept("students")``: all answers of that page, asked for once in the whole run."""

    def of(url: str) -> Swept:
        if url not in _known:
            _known[url] = sweep(site, url)
        return _known[url]

    return of
