"""How gunicorn serves, in a container as on a machine: ``gunicorn -c python:xueji.serving``."""

import gc
import os
from pathlib import Path

worker_class = "gthread"
threads = 4
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
timeout = 60
max_requests = 2000  # a worker's memory is given back before it matters
max_requests_jitter = 200
control_socket_disable = True


def post_worker_init(worker: object) -> None:
    """What pages would wait for: Celery, loaded by the first job; garbage, sought in all of it."""
    from xueji.jobs import sending  # noqa: PLC0415 -- gunicorn reads this before Django is set up

    sending.prepare()
    gc.collect()
    gc.freeze()


def on_starting(server: object) -> None:
    """Figures begin anew with each start; files of ended workers would otherwise pile up."""
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        for file in Path(folder).glob("*.db"):
            file.unlink(missing_ok=True)
