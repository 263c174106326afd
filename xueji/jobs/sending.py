"""Tells a worker about a queued job; a dead or hung Redis delays nobody and loses nothing."""

import logging
import threading

from django.conf import settings

from xueji.celery import app

log = logging.getLogger(__name__)

RUN_JOB = "xueji.jobs.tasks.run_job"
THREAD = "sending"
PATIENCE = 0.5


def prepare() -> None:
    """Load what the first message of a process would wait for; nothing is sent or connected."""
    if settings.REDIS_URL:
        app.finalize()
        app.connection_for_write().get_transport_cls()


def send(job_id: int) -> bool:
    """Hand the id to Redis and wait a moment for it; False leaves the job to the sweeper.

    The thread bounds what no socket option does: name look-up, retries, a full connection pool.
    """
    if not settings.REDIS_URL:
        return False
    sent = threading.Event()
    threading.Thread(target=_publish, args=(job_id, sent), name=THREAD, daemon=True).start()
    if not sent.wait(PATIENCE):
        log.warning("job %s: not handed to Redis yet; the sweeper will", job_id)
    return sent.is_set()


def _publish(job_id: int, sent: threading.Event) -> None:
    try:
        app.send_task(RUN_JOB, args=[job_id], retry=False)
        sent.set()
    except Exception as error:
        log.warning("job %s: Redis refused it: %s", job_id, type(error).__name__)
