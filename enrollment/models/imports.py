"""An intake that came as a workbook, and which case came from which row of it."""

from django.db import models

from xueji.identity.classification import classified
from xueji.identity.fields import EncryptedJSONField
from xueji.organisations.models import School


class BatchState(models.TextChoices):
    CHECKING = "checking", "核对中"
    REFUSED = "refused", "不能读取"
    FAULTY = "faulty", "有错误"
    READY = "ready", "待确认"
    STORING = "storing", "导入中"
    STORED = "stored", "已导入"
    UNDOING = "undoing", "撤销中"
    UNDONE = "undone", "已整批撤销"
    DISCARDED = "discarded", "已放弃"


@classified(
    public="id school post opened_at state rows faulty drafts same source staged marked job "
    "stored_at",
    personal="file_name",
    sensitive="summary",
)
class ImportBatch(models.Model):
    """One intake that came as a workbook; nothing of it stands in the register before STORED.

    The file, its rows and the workbook that goes back lie in private storage and expire.
    """

    school = models.ForeignKey(School, models.PROTECT, related_name="imports")
    post = models.ForeignKey("xueji.Post", models.PROTECT, related_name="+")
    opened_at = models.DateTimeField("上传时间")
    file_name = models.CharField("文件名", max_length=120)
    state = models.CharField("状态", max_length=10, choices=BatchState)
    rows = models.PositiveIntegerField("行数", default=0)
    faulty = models.PositiveIntegerField("有错误的行", default=0)
    drafts = models.PositiveIntegerField("待补材料的行", default=0)
    same = models.PositiveIntegerField("已在册的行", default=0)
    summary = EncryptedJSONField(purpose="import.summary", default=dict)
    source = models.ForeignKey("xueji.Document", models.PROTECT, null=True, related_name="+")
    staged = models.ForeignKey("xueji.Document", models.PROTECT, null=True, related_name="+")
    marked = models.ForeignKey("xueji.Document", models.PROTECT, null=True, related_name="+")
    job = models.ForeignKey("xueji.Job", models.PROTECT, null=True, related_name="+")
    stored_at = models.DateTimeField("导入时间", null=True)

    class Meta:
        indexes = [models.Index(fields=["school", "-id"], name="import_school")]

    def __str__(self) -> str:
        return f"{self.school_id} {self.get_state_display()}"

    @property
    def title(self) -> str:
        return f"批次 {self.pk}"

    @property
    def fresh(self) -> int:
        """How many rows are submitted on confirmation."""
        return self.rows - self.faulty - self.drafts - self.same


@classified(public="case batch line", personal="verified_by", sensitive="digest id_index")
class ImportedRow(models.Model):
    """Which row of which intake a case came from; digest and index find it when it comes again."""

    case = models.OneToOneField(
        "xueji.Case", models.CASCADE, primary_key=True, related_name="imported"
    )
    batch = models.ForeignKey(ImportBatch, models.PROTECT, related_name="imported")
    line = models.PositiveIntegerField("行号")
    digest = models.BinaryField(max_length=32, db_index=True, editable=False)
    id_index = models.BinaryField(max_length=32, null=True, db_index=True, editable=False)
    verified_by = models.CharField("核验人", max_length=50, blank=True)

    def __str__(self) -> str:
        return f"{self.batch_id} {self.line}"
