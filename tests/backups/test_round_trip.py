"""What was backed up stands again in an empty database, row by row and file by file."""

import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.conf import settings as live
from django.core.management import CommandError, call_command
from django.db import connection
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tests import pupils
from tests.documents.scans import png
from xueji.backups import making, restoring
from xueji.documents import services as documents
from xueji.students.models import Student

ROOT = Path(__file__).resolve().parents[2]
RESTORED = "xueji_restored"
RIGHTS = """
SELECT table_name, privilege_type FROM information_schema.role_table_grants
WHERE grantee = %s AND table_schema = 'public' ORDER BY 1, 2
"""


def owner_of(database: str) -> str:
    """Where the owner role finds a database beside the suite's own."""
    return make_conninfo(os.environ["DATABASE_OWNER_URL"], dbname=database)


def opened(database: str) -> psycopg.Connection:
    return psycopg.connect(owner_of(database), autocommit=True)


def signature(database: str) -> dict[str, object]:
    """Of each table a hash of all its rows; of the application role all its rights."""
    with opened(database) as tables:
        found: dict[str, object] = {}
        for (name,) in tables.execute(making.TABLES).fetchall():
            whole = sql.SQL(
                "SELECT md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM {} t"
            ).format(sql.Identifier(name))
            (found[name],) = tables.execute(whole).fetchone()
        found["rights"] = tables.execute(RIGHTS, [live.APPLICATION_ROLE]).fetchall()
        return found


@pytest.fixture
def empty():
    """An empty database beside the suite's own."""
    name = sql.Identifier(RESTORED)
    with opened(connection.settings_dict["NAME"]) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(name))
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(name))
        yield RESTORED
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


@pytest.fixture
def made(world, settings, tmp_path):
    """A backup of a county with a numbered pupil and a scan."""
    settings.PRIVATE_FILES = tmp_path / "files"
    pupils.enrolled(world, name="郗若璠")
    documents.store(name="户口本.png", data=png(), acting=world.acting("clerk"))
    call_command("backup", str(tmp_path / "backups"), stdout=io.StringIO())
    (folder,) = (tmp_path / "backups").iterdir()
    return folder


def restored(folder: Path, state: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """``manage.py restore`` into the empty database, as whoever runs the site does."""
    env = {**os.environ, "DATABASE_OWNER_URL": owner_of(RESTORED), "XUEJI_STATE": str(state)}
    command = [sys.executable, "manage.py", "restore", str(folder), *options]
    return subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.django_db(transaction=True)
def test_a_county_stands_again_as_it_was(world, made, empty, tmp_path):
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    before = signature(connection.settings_dict["NAME"])

    refused = restored(made, state, "--apply")
    assert (refused.returncode, "找不到密钥文件" in refused.stderr) == (1, True)

    shutil.copy2(live.XUEJI_KEYRING, state / "keyring.json")
    done = restored(made, state, "--apply")

    assert done.returncode == 0, done.stderr
    assert signature(empty) == before
    kept = {path.name: path.read_bytes() for path in live.PRIVATE_FILES.glob("??/*")}
    assert len(kept) == 1
    assert {path.name: path.read_bytes() for path in (state / "files").glob("??/*")} == kept
    assert "逐表行数相符" in done.stdout

    again = restored(made, state, "--apply")
    assert (again.returncode, "数据库里已有数据" in again.stderr) == (1, True)

    text = (made / "manifest.json").read_text() + str(os.listdir(made))
    assert ("郗若璠" in text, Student.objects.get().id_number in text) == (False, False)
    spoiled(made)


def spoiled(folder: Path) -> None:
    """A backup that is cut, changed or lacks a part is refused before anything is written."""
    for name in ("database.dump", "files.tar"):
        file = folder / name
        whole = file.read_bytes()
        for broken in (whole[:-1], whole[:100], b"", whole[:50] + b"\0" + whole[51:]):
            if broken == whole:
                continue
            file.write_bytes(broken)
            with pytest.raises(restoring.Unfit, match="和清单不符"):
                restoring.examine(folder)
        file.unlink()
        with pytest.raises(restoring.Unfit, match="不是一份完整的备份"):
            restoring.examine(folder)
        file.write_bytes(whole)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["label"] = "another"
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(restoring.Unfit, match="清单被改动过"):
        restoring.examine(folder)


def test_a_backup_that_breaks_off_leaves_nothing(db, tmp_path, monkeypatch):
    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(making, "_dump", broken)
    with pytest.raises(CommandError, match="No space left"):
        call_command("backup", str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_the_key_ring_is_not_laid_beside_the_backup(db, tmp_path):
    with pytest.raises(CommandError, match="不能和备份放在一起"):
        call_command("backup", str(tmp_path), keyring=tmp_path / "keys" / "keyring.json")
    assert list(tmp_path.iterdir()) == []
