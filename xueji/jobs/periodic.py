"""The daily jobs of the rooms below this one; those above register their own."""

from django.conf import settings
from django.utils.timezone import localdate, now

from xueji.accounts import sealing, throttle
from xueji.accounts.sessions import SessionStore
from xueji.audit import partitions
from xueji.audit import services as audit
from xueji.jobs.leases import Lease
from xueji.jobs.models import Job
from xueji.jobs.registry import job


@job("partitions", title="准备查阅记录的月份分区", daily=True)
def prepare_partitions(this: Job, lease: Lease) -> None:
    """Have the next year's parts of the access log ready; doing it again changes nothing."""
    partitions.prepare(localdate())


@job("key_expiry", title="清理用过的表单编号和过期的登录", daily=True)
def forget_keys(this: Job, lease: Lease) -> None:
    """Remove used form keys and sessions that are over; doing it again changes nothing."""
    audit.forget_keys(before=now() - settings.FORM_KEYS_KEPT)
    throttle.forget(before=now() - throttle.KEPT)
    SessionStore.clear_expired()


@job("account_sealing", title="封存久未登录的账号", daily=True)
def seal_accounts(this: Job, lease: Lease) -> None:
    """Seal accounts that nobody used for so long; doing it again changes nothing."""
    while sealing.seal_some(at=now()):
        lease.progress(0, 0)
