import pytest


@pytest.fixture
def clerk(world):
    """The clerk of a township primary, at work."""
    return world.acting("clerk")
