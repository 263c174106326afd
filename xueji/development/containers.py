"""The product in containers, with passwords made once."""

from __future__ import annotations

import os
import secrets
import subprocess
import tempfile
from pathlib import Path

from xueji.development.ground import STATE, Stop
from xueji.development.processes import foreground


def up(*arguments: str) -> int:
    """Start the containers; their passwords are made once and stay in the state folder."""
    if subprocess.getstatusoutput("docker compose version")[0]:
        raise Stop("没有 docker compose is missing; without it:", run="python3 dev.py demo")
    secrets_folder = STATE / "secrets"
    make_secrets(secrets_folder)
    file = STATE / "compose.env"
    file.write_text(f"XUEJI_SECRETS={secrets_folder}\n")
    command = ["docker", "compose", "--env-file", file, "up", "--build", *arguments]
    return foreground(command, env=dict(os.environ))


def make_secrets(folder: Path) -> None:
    """Files that containers read as accounts of their own; only the folder keeps others out."""
    if folder.exists():
        return
    STATE.mkdir(mode=0o700, parents=True, exist_ok=True)
    half = Path(tempfile.mkdtemp(dir=STATE))  # made as 0700
    before = STATE / "compose.env"  # where earlier versions kept them; the database knows no other
    lines = before.read_text().split() if before.exists() else []
    kept = dict(line.split("=", 1) for line in lines)
    names = ("OWNER_PASSWORD", "APP_PASSWORD", "REDIS_PASSWORD")
    owner, app, queue = (kept.get(name) or secrets.token_hex(24) for name in names)
    settings = f"requirepass {queue}\ndir /data\nappendonly yes\nmaxmemory-policy noeviction\n"
    contents = {
        "owner_password": owner,
        "app_password": app,
        "database_url": f"postgresql://xueji_app:{app}@db/xueji",
        "database_owner_url": f"postgresql://xueji_owner:{owner}@db/xueji",
        "redis_url": f"redis://:{queue}@redis/0",
        "redis_settings": settings,
    }
    for name, content in contents.items():
        (half / name).write_text(content)
        (half / name).chmod(0o444)
    half.rename(folder)
