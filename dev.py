#!/usr/bin/env python3
"""The one front door: from a fresh clone to a running demo, tests and checks, with nothing set up.

Standard library only, here and in ``xueji/development``, because both run before anything is
installed. Whatever is started is also stopped; PostgreSQL never runs as root.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys

from xueji.development.browser import browser
from xueji.development.containers import up
from xueji.development.demo import demo
from xueji.development.ground import ROOT, VENV, Stop, known, say
from xueji.development.packages import python
from xueji.development.processes import foreground, in_charge
from xueji.development.services import RUNNING, role_of, services, state_lock

# how pytest shares the whole suite; tests/conftest.py says what one worker keeps for the end
WORKERS = [f"-n{min((os.cpu_count() or 1) + 1, 5)}"]  # one waits for a browser or a crowd

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


def manage(*arguments: str) -> int:
    """Run manage.py on the running demo's database, or on the same data started for it."""
    command = [python(), ROOT / "manage.py", *arguments]
    chosen = {"XUEJI_ROLE": os.environ.get("XUEJI_ROLE", role_of(*arguments[:1]))}
    with contextlib.ExitStack() as running:
        if running.enter_context(state_lock(patience=60)):
            env = running.enter_context(services(kept=True, durable=True))
        else:
            env = dict(os.environ) | json.loads(RUNNING.read_text())
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


def main(name: str = "--help", *arguments: str) -> int:
    commands = {job.__name__: job for job in (demo, test, check, bench, manage, up)}
    if name not in commands or {"-h", "--help"} & set(arguments) - {name} and name != "manage":
        print(HELP)
        return 0 if name in {*commands, "-h", "--help"} else 2
    with in_charge():
        try:
            return commands[name](*arguments)
        except Stop as reason:
            print(reason, file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            return 130


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
