"""An empty register is not a proof of anything."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command


def test_an_empty_register_proves_nothing(db):
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("check_ledger", stdout=out)
    assert json.loads(out.getvalue()) == {
        "students": 0,
        "events": 0,
        "faults": [{"check": "register_is_empty"}],
    }
