"""The county of the races, and one calm site for those in which nothing is killed."""

from collections.abc import Iterator

import pytest

from tests.races import site as sites
from tests.races.crowd import Crowd


@pytest.fixture(scope="session")
def county() -> Iterator[sites.County]:
    with sites.county(crews=2) as founded:
        yield founded


@pytest.fixture(scope="session")
def crowd(county: sites.County) -> Iterator[Crowd]:
    with sites.site(county, "calm") as running:
        yield Crowd(running)
