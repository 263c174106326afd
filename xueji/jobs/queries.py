"""What a page tells about jobs."""

from xueji.jobs.models import Job, JobState


def waiting_before(job: Job) -> int:
    """How many queued jobs will be taken before this one."""
    return Job.objects.filter(state=JobState.QUEUED, pk__lt=job.pk).count()
