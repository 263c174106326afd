"""What workers do about private files."""

from django.utils.timezone import localdate

from xueji.documents import services
from xueji.jobs.leases import Lease
from xueji.jobs.models import Job
from xueji.jobs.registry import job
from xueji.jobs.services import JobFailed

ORPHANS = (
    "多数私有文件在数据库里没有登记，没有删除任何文件。"
    "请管理员核对数据库与文件夹是否来自同一份备份。"
)


@job("document_expiry", title="清理过期材料", daily=True)
def expire(this: Job, lease: Lease) -> None:
    """Remove expired and orphaned files; doing it again changes nothing."""
    try:
        services.expire(today=localdate())
    except services.TooManyOrphans:
        raise JobFailed(ORPHANS) from None
