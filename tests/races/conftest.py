"""One calm site for the races in which nothing is killed."""

from collections.abc import Iterator

import pytest

from tests.races.crowd import Crowd
from tests.races.site import site


@pytest.fixture(scope="session")
def crowd() -> Iterator[Crowd]:
    with site(crews=2) as running:
        yield Crowd(running)
