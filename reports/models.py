"""Rosters that were asked for, and the choices of columns that people keep."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from xueji.accounts.models import Role
from xueji.identity.classification import classified
from xueji.identity.fields import EncryptedTextField


class Format(models.TextChoices):
    XLSX = "xlsx", "Excel 表格（xlsx）"
    CSV = "csv", "文本（csv），给别的系统读"


class ExportState(models.TextChoices):
    WAITING = "waiting", "等待核准"
    REFUSED = "refused", "未核准"
    MAKING = "making", "正在生成"
    READY = "ready", "可以下载"


@classified(
    public="id post asked_at source columns sort format whole rows state approver_role "
    "approver_at decided_by decided_at job document students",
    personal="title words purpose note",
    sensitive="query",
)
class RosterExport(models.Model):
    """One roster as a file: what was asked for, by whom, what for, who agreed, and where it lies.

    ``query`` is the address of the list, a search in it included. ``rows`` are the pupils at the
    asking, ``students`` those in the file. Its state is written by reports.services alone.
    """

    post = models.ForeignKey("xueji.Post", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("提出时间")
    source = models.CharField("名单", max_length=20)
    query = EncryptedTextField("条件", purpose="roster.query")
    words = models.CharField("条件", max_length=200, blank=True)
    title = models.CharField("标题", max_length=60, blank=True)
    columns = ArrayField(models.CharField(max_length=40), verbose_name="列")
    sort = models.CharField("排列", max_length=10)
    format = models.CharField("格式", max_length=4, choices=Format)
    whole = models.BooleanField("完整号码", default=False)
    purpose = models.CharField("用途", max_length=200)
    rows = models.PositiveIntegerField("人数")
    state = models.CharField("状态", max_length=10, choices=ExportState)
    approver_role = models.CharField("核准岗位", max_length=20, choices=Role, blank=True)
    approver_at = models.ForeignKey(
        "xueji.Organisation", models.PROTECT, null=True, related_name="+", verbose_name="核准单位"
    )
    decided_by = models.ForeignKey("xueji.Post", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField("核准时间", null=True)
    note = models.CharField("意见", max_length=200, blank=True)
    job = models.ForeignKey("xueji.Job", models.PROTECT, null=True, related_name="+")
    document = models.ForeignKey("xueji.Document", models.PROTECT, null=True, related_name="+")
    students = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="ready", document__isnull=False)
                | (~Q(state="ready") & Q(document__isnull=True)),
                name="roster_ready_has_its_file",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["waiting", "refused"]) | ~Q(approver_role=""),
                name="roster_waits_for_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["post", "-asked_at"], name="roster_of_post"),
            models.Index(fields=["-asked_at", "-id"], name="roster_asked"),
            models.Index(
                fields=["approver_at", "approver_role"],
                condition=Q(state="waiting"),
                name="roster_waiting",
            ),
        ]

    def __str__(self) -> str:
        return self.title or f"名册 {self.pk}"


@classified(public="id user name columns")
class RosterChoice(models.Model):
    """Columns and their order that a person keeps under a name."""

    user = models.ForeignKey("xueji.User", models.PROTECT, related_name="+")
    name = models.CharField("名称", max_length=20)
    columns = ArrayField(models.CharField(max_length=40), verbose_name="列")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="roster_choice_name_unique"),
        ]

    def __str__(self) -> str:
        return self.name
