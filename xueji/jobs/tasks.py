"""Celery's side of jobs: it brings an id or the minute's sweep, and decides nothing."""

from xueji.celery import app
from xueji.jobs import sending, services


@app.task(name=sending.RUN_JOB)
def run_job(job_id: int, **_later: object) -> None:
    """Run the job of that id; a message that comes twice does nothing the second time."""
    services.run_job(job_id)


@app.task(name="xueji.jobs.tasks.sweep")
def sweep(**_later: object) -> None:
    """Rescue, re-send and queue what is due; beat asks every minute."""
    services.sweep()
