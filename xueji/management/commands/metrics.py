"""Serves figures for Prometheus, in a process and on an address of its own."""

import os
import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector

from xueji.pages.figures import Figures


class Command(BaseCommand):
    help = (
        "Serve /metrics until told to stop: jobs, cases and sessions and, where web and this share"
        " PROMETHEUS_MULTIPROC_DIR, web's answers. Reads only."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--bind", default="127.0.0.1:9464", help="address:port")

    def handle(self, *, bind: str, **options: Any) -> None:
        told = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: told.set())
        host, _, port = bind.rpartition(":")
        server, thread = start_http_server(int(port), addr=host, registry=registry())
        self.stdout.write(f"http://{host}:{server.server_port}/metrics")
        told.wait()
        server.shutdown()
        thread.join()


def registry() -> CollectorRegistry:
    """What is told: the register's figures, and the answers that web's processes counted."""
    told = CollectorRegistry()
    told.register(Figures())
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(told)
    return told
