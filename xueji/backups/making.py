"""A backup is whole or not there: the database as of one moment, and the files that it names.

First the database, then the files: a file without a row is harmless, a row without its file is
not. The key ring is not part of it: both together are the plain text.
"""

import hashlib
import json
import shutil
import tarfile
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import connection, transaction

from xueji.backups.programs import run
from xueji.identity import crypto

MANIFEST, DATABASE, FILES = "manifest.json", "database.dump", "files.tar"
PROOF = "backup.proof"
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"


def make(folder: Path, *, at: datetime) -> Path:
    """Write a backup below ``folder``; it gets its name when all of it is written and read."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    half = Path(tempfile.mkdtemp(dir=folder, prefix=".xueji-"))  # made as 0700
    try:
        tables = _dump(half / DATABASE)
        count = _pack(half / FILES)
        label = str(uuid4())
        manifest = {
            "version": 1,
            "made_at": at.isoformat(timespec="seconds"),
            "label": label,
            "proof": crypto.encrypt(PROOF, label).hex(),
            "tables": tables,
            "files": count,
            "sha256": {name: digest(half / name) for name in (DATABASE, FILES)},
        }
        (half / MANIFEST).write_text(json.dumps(manifest, indent=1))
        return half.rename(folder / f"xueji-{at:%Y%m%d-%H%M%S}")
    except BaseException:
        shutil.rmtree(half, ignore_errors=True)
        raise


def _dump(file: Path) -> dict[str, int]:
    """Dump what one snapshot sees; return the rows of each table that it saw."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        run("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={file}")
        return counted(cursor)


def counted(cursor: Any) -> dict[str, int]:
    """Rows of each table; a parted one counts for its parts."""
    cursor.execute(TABLES)
    names = [name for (name,) in cursor.fetchall()]
    found = {}
    for name in names:
        cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(name)}")  # noqa: S608
        (found[name],) = cursor.fetchone()
    return found


def _pack(file: Path) -> int:
    """Pack the private files, sealed as they are; one that expires meanwhile is left out."""
    count = 0
    with tarfile.open(file, "w") as packed:
        for path in sorted(settings.PRIVATE_FILES.glob("??/????????-*")):
            try:
                packed.add(path, arcname=str(path.relative_to(settings.PRIVATE_FILES)))
            except FileNotFoundError:
                continue
            count += 1
    return count


def digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
