"""What workers do about cases."""

from django.conf import settings
from django.utils.timezone import localdate, now

from xueji.cases import services
from xueji.jobs.leases import Lease
from xueji.jobs.models import Job
from xueji.jobs.registry import job
from xueji.notices import services as notices


@job("lapse", title="退回业务件到期失效", daily=True)
def lapse(this: Job, lease: Lease) -> None:
    """End what was returned and not mended in time; each case ends once."""
    services.lapse(today=localdate(), at=now())


@job("notices", title="提醒快要失效的业务件，清理旧消息", daily=True)
def remind(this: Job, lease: Lease) -> None:
    """Tell makers of what lapses soon, each return once; forget what was told long ago."""
    services.remind(today=localdate(), at=now())
    notices.forget(before=now() - settings.NOTICES_KEPT)


@job("draft_expiry", title="清理久未改动的草稿", daily=True)
def forget_drafts(this: Job, lease: Lease) -> None:
    """Throw away drafts that nobody goes on with; doing it again finds the next ones."""
    services.forget_drafts(saved_before=now() - settings.DRAFTS_KEPT, today=localdate())
