"""Who looked at which children, which form was already acted on, and how history is signed."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from xueji.identity.classification import classified


class SignedHistory(models.Model):
    """Base of every history table: the post under which the change was made.

    A history is asked for by its row or its pupil; what else it names has no index, since each
    is written with every change.
    """

    history_post = models.ForeignKey(
        "xueji.Post", models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        abstract = True


class AccessKind(models.TextChoices):
    LIST = "list", "查看名单"
    VIEW = "view", "查看"
    REVEAL = "reveal", "显示"
    FILE = "file", "打开材料"
    LOOKUP = "lookup", "按证件号查找"
    EXPORT = "export", "导出"
    PRINT = "print", "打印"


@classified(
    public="id at user_id post_id organisation_path kind page students field address",
    personal="filter reason",
)
class Access(models.Model):
    """One answer that showed personal data. Append-only, partitioned by month of ``at``.

    Actor, post and students are kept by value: the row outlives what it names.
    """

    at = models.DateTimeField("时间")
    user_id = models.BigIntegerField()
    post_id = models.BigIntegerField()
    organisation_path = models.CharField(max_length=64, db_collation="C")
    kind = models.CharField("行为", max_length=10, choices=AccessKind)
    page = models.CharField("页面", max_length=60)
    filter = models.CharField("条件", max_length=200, blank=True)
    students = ArrayField(models.BigIntegerField(), default=list)
    field = models.CharField("字段", max_length=40, blank=True)
    reason = models.CharField("理由", max_length=200, blank=True)
    address = models.CharField("地址", max_length=45, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["user_id", "at"], name="access_user_at"),
            models.Index(fields=["at", "id"], name="access_at"),
            models.Index(
                fields=["at", "organisation_path", "user_id"],
                condition=models.Q(kind="reveal"),
                name="access_reveals",
            ),
            GinIndex(fields=["students"], name="access_students"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.kind}"


@classified(public="id at user_id post_id organisation_path act page target address")
class Act(models.Model):
    """One form that was acted on. Append-only, ids by value, written with the effect."""

    at = models.DateTimeField("时间")
    user_id = models.BigIntegerField()
    post_id = models.BigIntegerField()
    organisation_path = models.CharField(max_length=64, db_collation="C")
    act = models.CharField("事项", max_length=40)
    page = models.CharField("页面", max_length=60)
    target = models.CharField("对象", max_length=60, blank=True)
    address = models.CharField("地址", max_length=45, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["at", "id"], name="act_at"),
            models.Index(fields=["user_id", "at"], name="act_user_at"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.act}"


@classified(public="key user digest location at")
class FormKey(models.Model):
    """The key of a form that was acted on, with where the answer led.

    Written in the transaction of the effect: a double click, a retry and the back button
    find the row and get the same answer.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey("xueji.User", models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    location = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.key)
