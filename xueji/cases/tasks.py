"""What workers do about cases."""

from django.utils.timezone import localdate, now

from xueji.cases import services
from xueji.jobs.leases import Lease
from xueji.jobs.models import Job
from xueji.jobs.registry import job


@job("lapse", title="退回业务件到期失效", daily=True)
def lapse(this: Job, lease: Lease) -> None:
    """End what was returned and not mended in time; each case ends once."""
    services.lapse(today=localdate(), at=now())
