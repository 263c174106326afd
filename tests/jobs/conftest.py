import shutil

import pytest

import tests.jobs.kinds  # noqa: F401 -- registers the tests' kinds of job
from tests.jobs.processes import Redis


@pytest.fixture
def own_redis(tmp_path):
    """A Redis that belongs to one test."""
    if not shutil.which("redis-server"):
        pytest.skip("redis-server is not installed: nothing about the broker is proven here")
    server = Redis(tmp_path)
    yield server
    server.end()


@pytest.fixture
def log(tmp_path):
    """Where the programs of one test write what they say."""
    return tmp_path / "programs.log"
