"""The demo county, made once and served until told to end."""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import os
import shutil
import socket
import time
from pathlib import Path

from xueji.development.ground import ROOT, STATE, Stop, known, say
from xueji.development.packages import python
from xueji.development.processes import deafen, foreground, spawn, stop, tail
from xueji.development.programs import reachable
from xueji.development.services import RUNNING, role_of, services, state_lock, write_running


def demo(*arguments: str) -> int:
    """Serve the demo county until told to end."""
    options = known(arguments, "--reset", "--lan")
    with state_lock() as alone:
        if not alone:
            second = "XUEJI_STATE=/tmp/xueji-two PORT=8001 python3 dev.py demo"
            raise Stop(f"演示已在运行 a demo already runs on {STATE}; for a second:", run=second)
        host, port = address(lan="--lan" in options)
        interpreter = python()
        RUNNING.unlink(missing_ok=True)
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
        if foreground([*manage_py, *step], env=env | {"XUEJI_ROLE": role_of(step[0])}):
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
        RUNNING.unlink(missing_ok=True)
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
