"""Long jobs. The row is the truth; Celery or ``manage.py work`` only run what it says."""

from django.db import models
from django.db.models import Q

from xueji.identity.classification import classified


class JobState(models.TextChoices):
    QUEUED = "queued", "排队中"
    RUNNING = "running", "进行中"
    DONE = "done", "已完成"
    FAILED = "failed", "没做成"


@classified(
    public="id kind key state done total attempts lease lease_until post created_at queued_at "
    "finished_at error result",
    sensitive="parameters",
)
class Job(models.Model):
    """One piece of work outside a request, idempotent by ``key``.

    ``parameters`` names what to work on by id; personal data never stands there. Its state is
    written by jobs.services and jobs.leases alone.
    """

    kind = models.CharField("种类", max_length=40)
    key = models.CharField(max_length=120, unique=True)
    state = models.CharField("状态", max_length=10, choices=JobState, default=JobState.QUEUED)
    parameters = models.JSONField(default=dict)
    done = models.PositiveIntegerField("已做", default=0)
    total = models.PositiveIntegerField("共", default=0)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    post = models.ForeignKey("xueji.Post", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField("提出时间", auto_now_add=True)
    queued_at = models.DateTimeField("排队时间")
    finished_at = models.DateTimeField("结束时间", null=True)
    error = models.CharField("原因", max_length=300, blank=True)
    result = models.ForeignKey("xueji.Document", models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(
                fields=["state", "queued_at"],
                condition=Q(state__in=["queued", "running"]),
                name="job_unfinished",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=JobState.RUNNING, lease__isnull=False, lease_until__isnull=False)
                | (~Q(state=JobState.RUNNING) & Q(lease__isnull=True, lease_until__isnull=True)),
                name="job_leased_while_running",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[JobState.DONE, JobState.FAILED], finished_at__isnull=False)
                | (~Q(state__in=[JobState.DONE, JobState.FAILED]) & Q(finished_at__isnull=True)),
                name="job_ends_once",
            ),
            models.CheckConstraint(
                condition=~Q(state=JobState.FAILED) | ~Q(error=""), name="job_fails_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.get_state_display()}"
