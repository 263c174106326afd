"""What tests in a browser need besides."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from xueji.development.packages import install
from xueji.development.processes import LIBC
from xueji.development.programs import installed_servers


def browser() -> str:
    """Chromium's path, after installing whatever the tests need and this machine lacks.

    Debian's headless shell opens a window four times as fast as the whole browser.
    """
    shell, whole = "chromium-headless-shell", ["chromium", "chromium-browser", "google-chrome"]
    system = Path("/etc/os-release")
    is_debian = system.exists() and "\nID=debian\n" in system.read_text()
    names = [os.environ.get("XUEJI_CHROMIUM") or shell, *([] if is_debian else whole)]
    fonts = any(Path("/usr/share/fonts").glob("**/NotoSansCJK*"))
    there = {
        shell if is_debian else whole[0]: any(map(shutil.which, names)),
        "fonts-noto-cjk": fonts or not LIBC,
        "redis-server": "REDIS_URL" in os.environ or shutil.which("redis-server"),
        "postgresql": os.environ.get("XUEJI_PG") != "local" or installed_servers(),
    }
    if missing := [package for package, found in there.items() if not found]:
        install(missing)
    return next(filter(None, map(shutil.which, names)), "")
