"""Photographs that came as a ZIP."""

from django.db import models

from xueji.identity.classification import classified
from xueji.identity.fields import EncryptedJSONField
from xueji.organisations.models import School


class PhotoBatchState(models.TextChoices):
    WORKING = "working", "处理中"
    REFUSED = "refused", "不能处理"
    DONE = "done", "已处理"


@classified(
    public="id school post opened_at state files kept source job done_at",
    personal="file_name",
    sensitive="summary",
)
class PhotoBatch(models.Model):
    """One ZIP of photographs of a school's pupils; the archive goes once it was looked through."""

    school = models.ForeignKey(School, models.PROTECT, related_name="photo_batches")
    post = models.ForeignKey("xueji.Post", models.PROTECT, related_name="+")
    opened_at = models.DateTimeField("上传时间")
    file_name = models.CharField("文件名", max_length=120)
    state = models.CharField(
        "状态", max_length=10, choices=PhotoBatchState, default=PhotoBatchState.WORKING
    )
    files = models.PositiveIntegerField("照片", default=0)
    kept = models.PositiveIntegerField("已存", default=0)
    summary = EncryptedJSONField(purpose="photos.summary", default=dict)
    source = models.ForeignKey("xueji.Document", models.PROTECT, related_name="+")
    job = models.ForeignKey("xueji.Job", models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField("处理时间", null=True)

    class Meta:
        indexes = [models.Index(fields=["school", "-id"], name="photo_batch_school")]

    def __str__(self) -> str:
        return f"{self.school_id} {self.get_state_display()}"
