"""What somebody was told about work of their post, and whether they have read it."""

from django.db import models
from django.db.models import Q

from xueji.identity.classification import classified


class Subject(models.TextChoices):
    TURN = "turn", "轮到您办"
    RETURNED = "returned", "退回补正"
    DONE = "done", "已办结"
    ENDED = "ended", "没有办成"
    LAPSING = "lapsing", "快要失效"
    FILES = "files", "档案逾期"


@classified(public="id post subject case count key at read_at")
class Notice(models.Model):
    """One thing told to one holder of a post; pupils are named by the page, not here.

    Many cases of one act are one notice without case. ``key`` names what is told once only.
    """

    post = models.ForeignKey("xueji.Post", models.PROTECT, related_name="notices")
    subject = models.CharField("事项", max_length=10, choices=Subject)
    case = models.ForeignKey("xueji.Case", models.PROTECT, null=True, related_name="notices")
    count = models.PositiveIntegerField("件数", default=1)
    key = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField("时间")
    read_at = models.DateTimeField("看过", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["post", "key"], condition=~Q(key=""), name="notice_told_once"
            ),
        ]
        indexes = [
            models.Index(fields=["post", "at", "id"], name="notice_post_at"),
            models.Index(fields=["post"], condition=Q(read_at__isnull=True), name="notice_unread"),
            models.Index(fields=["case"], condition=Q(read_at__isnull=True), name="notice_of_case"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.at:%Y-%m-%d %H:%M}"
