"""Putting a backup into an empty database and an empty folder, after proving that it is whole."""

import json
import tarfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from xueji.backups.making import DATABASE, FILES, MANIFEST, PROOF, TABLES, counted, digest
from xueji.backups.programs import run
from xueji.identity import crypto


class Unfit(Exception):
    """This backup cannot be restored here; the text says why. Nothing was written."""


class Incomplete(Exception):
    """What was restored is not what was backed up."""


def examine(folder: Path) -> dict[str, Any]:
    """The manifest of a backup that is whole and fits: raises Unfit."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
        digests = {name: digest(folder / name) for name in (DATABASE, FILES)}
    except (OSError, ValueError):
        raise Unfit(f"{folder} 不是一份完整的备份：缺文件，或清单读不出。") from None
    if damaged := [name for name in digests if digests[name] != manifest["sha256"][name]]:
        raise Unfit(f"{'、'.join(damaged)} 和清单不符：备份已损坏或不完整，请换一份。")
    try:
        proven = crypto.decrypt(PROOF, bytes.fromhex(manifest["proof"])) == manifest["label"]
    except (crypto.KeyringUnusable, crypto.CannotDecrypt) as why:
        raise Unfit(f"{why} 请先把这份备份的密钥文件放到 {settings.XUEJI_KEYRING}。") from None
    if not proven:
        raise Unfit("清单被改动过，请换一份备份。")
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        if cursor.fetchone():
            raise Unfit("数据库里已有数据。请先建一个空库，再恢复到那里。")
    if any(settings.PRIVATE_FILES.glob("*")):
        raise Unfit(f"{settings.PRIVATE_FILES} 里已有文件。请先把它移开，再恢复。")
    return manifest


def restore(folder: Path) -> dict[str, Any]:
    """Restore all or, of the database, nothing; then count what is there: raises Incomplete."""
    manifest = examine(folder)
    run(
        "pg_restore",
        "--exit-on-error",
        "--single-transaction",
        "--no-owner",
        f"{folder / DATABASE}",
    )
    with tarfile.open(folder / FILES) as packed:
        settings.PRIVATE_FILES.mkdir(mode=0o700, parents=True, exist_ok=True)
        packed.extractall(settings.PRIVATE_FILES, filter="data")
    for inner in settings.PRIVATE_FILES.iterdir():
        inner.chmod(0o700)
    with connection.cursor() as cursor:
        found = counted(cursor)
    if other := sorted(n for n, rows in manifest["tables"].items() if found.get(n) != rows):
        raise Incomplete(f"恢复以后行数不符：{'、'.join(other)}。请重建空库再试。")
    return manifest
