"""What workers do about the tree: orders are carried out on their day."""

from django.utils.timezone import now

from xueji.establishment import services
from xueji.jobs.leases import Lease
from xueji.jobs.models import Job
from xueji.jobs.registry import job


@job("orders", title="执行到期的建制调整", daily=True)
def carry_out(this: Job, lease: Lease) -> None:
    """Carry out the orders of the day; doing it again carries out what was in the way before."""
    done = services.carry_out_due(at=now())
    lease.progress(done, done)
