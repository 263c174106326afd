"""wapiti and sqlmap, with hashes in a virtual environment of their own, and what they say."""

import contextlib
import fcntl
import hashlib
import json
import re
import subprocess
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.security.planted import ROOT
from tests.security.served import FORWARDED
from tests.security.walk import NOT_TRIED, Request

HOME = ROOT / ".state" / "scanners"
LOCK = ROOT / "requirements-security.lock"
# all that ask the product alone: no module here calls another machine
MODULES = {
    "shown": "cookieflags,csp,http_headers,crlf,redirect,xss,permanentxss",
    "asked": "sql",
    "read": "exec,-exec:post,file,-file:post",
}
ATTACK = Path(__file__).with_name("attack.py")
STOPPED = re.compile(r"Max attack time was reached for module (\w+)")
TESTED = re.compile(r"^URL: GET (\S+)|testing URL '(\S+)'", re.M)
FOUND = re.compile(r"^Parameter: (.+)$", re.M)


def programs() -> Path:
    """The folder of the scanners' programs; made anew when the lock is another."""
    HOME.parent.mkdir(mode=0o700, exist_ok=True)
    wanted, stamp = hashlib.sha256(LOCK.read_bytes()).hexdigest(), HOME / "installed"
    with open(LOCK) as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != wanted:
            venv.create(HOME, clear=True, with_pip=True)
            pip = [HOME / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-deps"]
            subprocess.run([*pip, "--require-hashes", "-r", LOCK], check=True)
            stamp.write_text(wanted)
    return HOME / "bin"


def versions() -> str:
    pinned = re.findall(r"^(sqlmap|wapiti3)==(\S+)", LOCK.read_text(), re.M)
    return ", ".join(f"{name} {version}" for name, version in sorted(pinned))


@dataclass(frozen=True)
class Report:
    """What wapiti found (category → where), and which modules had to stop early.

    ``shown``: how many of the requests, sent as they are, it was shown a page for.
    """

    shown: int
    found: dict[str, list[str]]
    stopped: list[str]


def wapiti(
    url: str,
    cookies: str,
    folder: Path,
    requests: Sequence[Request],
    *,
    modules: str,
    seconds: int,
) -> Report:
    """Attack these requests as the person of the cookies, each module for so long."""
    told = {
        "url": url,
        "folder": str(folder),
        "report": str(folder / "wapiti.json"),
        "requests": [(one.method, one.path, one.typed) for one in requests],
        "headers": {**FORWARDED, "Cookie": cookies, "Referer": f"{url}/"},
        "modules": modules,
        "not_tried": sorted(NOT_TRIED),
        "seconds": seconds,
    }
    (folder / "wapiti-asked.json").write_text(json.dumps(told))
    command = [programs() / "python", ATTACK, folder / "wapiti-asked.json"]
    said = _run("wapiti", command, folder)
    assert (folder / "wapiti.json").exists(), said[-3000:]
    report = json.loads((folder / "wapiti.json").read_text())
    found = {
        kind: [f"{one['method']} {one['path']} {one['parameter']}: {one['info']}" for one in rows]
        for kind, rows in (report["vulnerabilities"] | report["anomalies"]).items()
        if rows
    }
    crawled = [entry["request"]["status_code"] for entry in report["infos"]["crawled_pages"]]
    return Report(crawled.count(200), found, STOPPED.findall(said))


def sqlmap(
    url: str, cookies: str, folder: Path, requests: Sequence[Request], *, seconds: int
) -> tuple[int, list[str]]:
    """How many addresses with parameters it came to, and what could be injected.

    Not ``--smart``: that gives up where no error of the database is shown, as here.
    """
    if not seconds:
        return 0, []
    files = []
    for number, one in enumerate(one for one in requests if one.method == "GET" and one.names):
        headers = {"Host": urlsplit(url).netloc, "Cookie": cookies, **FORWARDED}
        lines = [f"GET {one.address} HTTP/1.1", *(f"{n}: {v}" for n, v in headers.items())]
        files.append(folder / f"address-{number}.txt")
        files[-1].write_text("\n".join([*lines, "", ""]))
    command = [
        *(programs() / "sqlmap", "-r", ",".join(map(str, files))),
        *("--force-ssl", "--batch", "--disable-coloring", "--dbms=PostgreSQL", "--level=1"),
        *("--risk=1", "--technique=BE", "--retries=0", "--timeout=60", "--ignore-code=*"),
        *(f"--skip={','.join(NOT_TRIED)}", "--drop-set-cookie", "--flush-session"),
        f"--output-dir={folder / 'sqlmap'}",
    ]
    said = _run("sqlmap", command, folder, seconds=seconds)  # its own limit is for each address
    return len(set(TESTED.findall(said))), sorted(set(FOUND.findall(said)))


def _run(name: str, command: Sequence[object], folder: Path, *, seconds: int | None = None) -> str:
    """What a scanner said until then; a log of that name stays beside its report."""
    call = [str(part) for part in command]
    with (
        (folder / f"{name}.log").open("w") as out,
        contextlib.suppress(subprocess.TimeoutExpired),
    ):
        subprocess.run(call, stdout=out, stderr=out, cwd=folder, check=False, timeout=seconds)
    return (folder / f"{name}.log").read_text(errors="replace")
