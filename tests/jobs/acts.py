"""What tests do to jobs, and what they read off them."""

from datetime import timedelta
from uuid import uuid4

from django.utils.timezone import now

from xueji.jobs import services
from xueji.jobs.models import Job


def queue(kind="test.fill", *, key=None, **parameters):
    """A queued job; without a key, one of its own."""
    return services.enqueue(kind=kind, key=key or f"{kind}:{uuid4()}", parameters=parameters)


def told(job):
    """State, attempts and reason, as the job's page would tell them."""
    job.refresh_from_db()
    return job.state, job.attempts, job.error


def long_ago(job):
    """Let the lease of a running job be over, the message of a queued one be lost for long."""
    past = now() - timedelta(minutes=10)
    Job.objects.filter(pk=job.pk).update(queued_at=past)
    Job.objects.filter(pk=job.pk, state="running").update(lease_until=past)
