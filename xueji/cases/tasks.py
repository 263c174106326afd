"""What workers do about cases."""

from django.conf import settings
from django.utils.timezone import localdate, now

from xueji.cases import services
from xueji.jobs.leases import Lease
from xueji.jobs.models import Job
from xueji.jobs.registry import job


@job("lapse", title="退回业务件到期失效", daily=True)
def lapse(this: Job, lease: Lease) -> None:
    """End what was returned and not mended in time; each case ends once."""
    services.lapse(today=localdate(), at=now())


@job("draft_expiry", title="清理久未改动的草稿", daily=True)
def forget_drafts(this: Job, lease: Lease) -> None:
    """Throw away drafts that nobody goes on with; doing it again finds the next ones."""
    services.forget_drafts(saved_before=now() - settings.DRAFTS_KEPT, today=localdate())
