"""Whether this process may serve: keys readable, commits durable, tables up to date."""

from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from xueji.identity import crypto
from xueji.students.models import Student


class NotReady(Exception):
    """The process must not serve; the text says why."""


def require_keys_and_durability() -> None:
    """Stop a process that would lose numbers or cannot read what it keeps.

    Called once when the web process starts. A database that is away is not a reason: pages
    answer 503 until it is back.
    """
    crypto.check_keyring()
    try:
        sample = Student.objects.filter(id_number__isnull=False).order_by("pk")[:1]
        list(sample)  # decrypting it proves that the ring belongs to this database
        if not _durable():
            raise NotReady("synchronous_commit is off: acknowledged numbers could be lost")
    except OperationalError:
        return
    finally:
        connection.close()


def state() -> dict[str, bool]:
    """What /readyz answers; all true means ready."""
    try:
        crypto.check_keyring()
        keys = True
    except (crypto.KeyringUnusable, crypto.CannotDecrypt):
        keys = False
    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return {"keys": keys, "durable": _durable(), "migrated": not pending}


def _durable() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        return cursor.fetchone()[0] == "on"
