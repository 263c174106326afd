"""Runs jobs without Redis, in a process of its own; what it leaves when killed, a sweep rescues."""

import logging
import signal
import threading
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError, close_old_connections, connection

from xueji.jobs import services

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0
SWEEP_EVERY = 60.0


class Command(BaseCommand):
    help = "Run queued jobs until told to stop (SIGTERM). For machines without Redis. Writes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="sweep, run what waits, and end")
        parser.add_argument("--force", action="store_true", help="run although REDIS_URL is set")

    def handle(self, *, once: bool, force: bool, **options: Any) -> None:
        if settings.REDIS_URL and not force:
            raise CommandError(
                "已设置 REDIS_URL，任务由 Celery 执行，不必运行 work。"
                "Redis 不可用而要临时代替时，请加 --force。"
            )
        if once:
            services.sweep()
            while services.run_next():
                pass
            return
        told = threading.Event()

        def stop(*_: object) -> None:
            """Interrupt what runs: its transaction rolls back, its job returns to the queue."""
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            told.set()  # in case whoever is interrupted lets nothing out
            raise KeyboardInterrupt

        signal.signal(signal.SIGTERM, stop)
        try:
            _work(told)
        except KeyboardInterrupt:
            log.info("work: stopped")


def _work(told: threading.Event) -> None:
    swept = float("-inf")
    while not told.is_set():
        close_old_connections()
        try:
            if time.monotonic() - swept > SWEEP_EVERY:
                services.sweep()
                swept = time.monotonic()
            idle = not services.run_next()
        except (OperationalError, InterfaceError) as error:
            log.warning("work: the database cannot be reached: %s", type(error).__name__)
            connection.close()
            idle = True
        if idle:
            told.wait(LOOK_EVERY)
