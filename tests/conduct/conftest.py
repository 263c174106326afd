import pytest


@pytest.fixture
def files(settings, tmp_path):
    """An empty private store of the test's own."""
    settings.PRIVATE_FILES = tmp_path / "files"
    return settings.PRIVATE_FILES
