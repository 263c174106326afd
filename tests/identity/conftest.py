import pytest
from django.test import override_settings

from xueji.identity import crypto


@pytest.fixture(scope="module")
def ring(tmp_path_factory):
    """A key ring of this module's own, in use."""
    path = tmp_path_factory.mktemp("state") / "keyring.json"
    crypto.create_keyring(path)
    with override_settings(XUEJI_KEYRING=path):
        yield path
