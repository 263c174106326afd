"""The daily jobs of the rooms below this one; those above register their own."""

from django.utils.timezone import localdate

from xueji.audit import partitions
from xueji.jobs.leases import Lease
from xueji.jobs.models import Job
from xueji.jobs.registry import job


@job("partitions", title="准备查阅记录的月份分区", daily=True)
def prepare_partitions(this: Job, lease: Lease) -> None:
    """Have next month's part of the access log ready; doing it again changes nothing."""
    partitions.prepare(localdate())
