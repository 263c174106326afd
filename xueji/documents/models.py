"""Private files: encrypted, under random keys, reached only through what they belong to."""

import uuid

from django.db import models
from django.db.models import Q

from xueji.identity.classification import classified


@classified(
    public="key content_type size uploaded_by uploaded_at expires_on removed_at",
    personal="name digest",
)
class Document(models.Model):
    """One file in private storage. Whoever reaches the case or pupil it hangs on reaches it.

    The row outlives its file: past ``expires_on`` the file goes and ``removed_at`` says when.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.CharField("文件名", max_length=120)
    content_type = models.CharField("类型", max_length=80)
    size = models.PositiveIntegerField("大小")
    digest = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey("xueji.Post", models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField("上传时间")
    expires_on = models.DateField("保留至", null=True)
    removed_at = models.DateTimeField("文件删除时间", null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["expires_on"],
                condition=Q(removed_at__isnull=True),
                name="document_to_expire",
            ),
        ]

    def __str__(self) -> str:
        return self.name
