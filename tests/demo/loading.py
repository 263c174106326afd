"""A small demo in a transaction that is rolled back afterwards; shared by a module's tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.management import call_command
from django.db import transaction
from django.test import override_settings

TODAY = "2026-11-23"


@contextmanager
def loaded(blocker, *, seed: int = 7) -> Iterator[str]:
    """The demo of 300 pupils and 8 schools; yields what the command said."""
    with TemporaryDirectory() as files, override_settings(PRIVATE_FILES=Path(files)):
        yield from _loaded(blocker, seed)


def _loaded(blocker, seed: int) -> Iterator[str]:
    with blocker.unblock(), transaction.atomic():
        out = StringIO()
        call_command(
            "load_demo",
            "--students=300",
            "--schools=8",
            f"--seed={seed}",
            f"--today={TODAY}",
            "--force-test",
            stdout=out,
        )
        yield out.getvalue()
        transaction.set_rollback(True)
