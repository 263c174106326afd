"""What workers do about the files of pupils."""

from django.utils.timezone import localdate, now

from xueji.dossiers import services
from xueji.jobs.leases import Lease
from xueji.jobs.models import Job
from xueji.jobs.registry import job


@job("dossiers", title="核对学籍档案材料", daily=True)
def assess(this: Job, lease: Lease) -> None:
    """Look through every file that is new or not complete; doing it again changes nothing."""
    last: int | None = 0
    done = 0
    while (last := services.assess_some(after=last, today=localdate())) is not None:
        done += services.BATCH
        lease.progress(done, done)
    services.tell_of_overdue(today=localdate(), at=now())
