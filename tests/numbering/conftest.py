import pytest

from tests.numbering import making


@pytest.fixture
def issued(world):
    """0001 to 0003 of 清泉小学."""
    making.entrants(world, making.names(3))
    making.issue(world)
    return world
