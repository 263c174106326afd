"""Putting a backup into an empty database and an empty folder, after proving that it is whole."""

import json
import os
import re
import shutil
import tarfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from xueji.backups.making import DATABASE, FILES, MANIFEST, PROOF, TABLES, counted, digest
from xueji.backups.programs import run
from xueji.identity import crypto

NAME = re.compile(r"[0-9a-f]{2}/[0-9a-f-]{36}")  # of a private file


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
    _unpack(folder / FILES)
    with connection.cursor() as cursor:
        found = counted(cursor)
    if other := sorted(n for n, rows in manifest["tables"].items() if found.get(n) != rows):
        raise Incomplete(f"恢复以后行数不符：{'、'.join(other)}。请重建空库再试。")
    return manifest


def _unpack(file: Path) -> None:
    """Write the private files by our own hand: Debian 12's tarfile knows no filter yet."""
    with tarfile.open(file) as packed:
        for member in packed:
            if not (member.isfile() and NAME.fullmatch(member.name)):
                raise Incomplete(f"files.tar 里有不属于备份的内容：{member.name[:60]}。")
            path = settings.PRIVATE_FILES / member.name
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with packed.extractfile(member) as source, os.fdopen(descriptor, "wb") as target:
                shutil.copyfileobj(source, target)
