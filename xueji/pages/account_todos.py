"""What waits for accounts, security and audit: counts with ages and dates, no register data."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from django.conf import settings
from django.db.models import Count, Min, QuerySet

from xueji.accounts import duties
from xueji.accounts.access import Acting
from xueji.accounts.models import BY_HAND, KEPT_OUT, AccountEvent, User
from xueji.audit import queries
from xueji.audit.queries import Asked
from xueji.cases.todos import Todo

SHOWN = 8  # of one's last acts
WEEK = timedelta(days=7)
MOST_ALERTS = 500
# of a week's events those that an auditor looks into, by the name that finds them in the audit
LOOKED_INTO = {
    "stopped": ("登录被限制", "7 天内账号被试错太多；请看是谁、从哪里", KEPT_OUT),
    "by_hand": ("账号的停用、重设和解除", "7 天内管理员办的；请抽查原因是否写清", BY_HAND),
}


@dataclass(frozen=True)
class Duty:
    """One whose accounts stand on the list of accounts: its words, and what finds them."""

    label: str
    help: str
    find: Callable[[Acting], QuerySet[User]]
    since: str = ""

    def todo(self, name: str, acting: Acting) -> Todo:
        ages = {"since": Min(self.since)} if self.since else {}
        told = self.find(acting).order_by().aggregate(count=Count("pk"), **ages)
        return Todo(
            label=self.label,
            help=self.help,
            url="accounts",
            query=f"?duty={name}",
            unit="个",
            **told,
        )


OF_ACCOUNTS = {
    "sealed": Duty(
        "封存的账号待解除",
        "本人要用的，核实以后解除；不再用的，停用",
        duties.sealed,
        "sealed_at",
    ),
    "first": Duty(
        "初始密码没有改过",
        "开通或重设以后，本人还没有登录改密；找不到人的停用",
        duties.first_passwords,
        "password_set_at",
    ),
    "ending": Duty(
        "岗位 30 天内到期",
        "过了最后一天就不能办理；还要办的，续授或交接",
        duties.ending,
    ),
    "idle": Duty("在用的账号没有岗位", "授予岗位；人已离开的停用", duties.idle, "opened_at"),
}
OF_SECURITY = {
    "limited": Duty(
        "登录正受限制", "密码或动态码试错太多；是本人的解除，不是的查来源", duties.limited
    ),
    "factor": Duty(
        "该启用动态码而没有",
        "下次登录时必须启用；一直不登录的，请账号管理停用",
        duties.without_factor,
        "opened_at",
    ),
    "recovered": Duty(
        "7 天内用恢复码登录过", "手机可能丢了；丢了的解除动态码，重新启用", duties.recovered
    ),
}
LISTED = OF_ACCOUNTS | OF_SECURITY


def todos(acting: Acting) -> list[Todo]:
    """What waits for a post without register data; duties of which there are none are left out."""
    found: list[Todo] = []
    if acting.may("accounts.administer"):
        found = [*_of_accounts(acting)]
    elif acting.may("accounts.secure"):
        found = [duty.todo(name, acting) for name, duty in OF_SECURITY.items()]
    elif acting.may("audit.read"):
        found = [*_of_audit(acting)]
    return [todo for todo in found if todo.count]


def _of_accounts(acting: Acting) -> Iterator[Todo]:
    for name, duty in OF_ACCOUNTS.items():
        todo = duty.todo(name, acting)
        yield replace(todo, due=duties.first_end(acting)) if name == "ending" else todo
    yield Todo(
        label="岗位没有人的单位",
        count=duties.vacant(acting).count(),
        help="缺学籍管理员、校长、学籍专员等，业务会停在那里",
        url="accounts_vacant",
        unit="个",
    )


def _of_audit(acting: Acting) -> Iterator[Todo]:
    """Of the last seven days: who looked at much, who was kept out, what was done by hand."""
    first = acting.today - WEEK + timedelta(days=1)
    asked = Asked(paths=(acting.post.organisation.path,), first=first, last=acting.today)
    many = queries.alerts(asked, MOST_ALERTS)
    yield Todo(
        label="显示完整号码的预警",
        count=len(many),
        help=f"7 天内有人一天显示满 {settings.REVEALS_TOLD} 次；请核对理由",
        url="audit",
        query="?tab=alerts",
        unit="人次",
        since=min((row.day for row in many), default=None),
    )
    for name, (label, help, kinds) in LOOKED_INTO.items():
        events = queries.account_events(replace(asked, events=kinds)).order_by()
        told = events.aggregate(count=Count("pk"), since=Min("at"))
        query = f"?tab=accounts&events={name}"
        yield Todo(label=label, help=help, url="audit", query=query, unit="次", **told)


def done(acting: Acting) -> list[tuple[AccountEvent, User]]:
    """What this person did last to the accounts of others, under this post."""
    events = list(
        AccountEvent.objects.filter(user_id=acting.user.pk, post_id=acting.post.pk)
        .exclude(account_id=acting.user.pk)
        .order_by("-at", "-pk")[:SHOWN]
    )
    accounts = User.objects.in_bulk({event.account_id for event in events})
    return [(event, accounts[event.account_id]) for event in events if event.account_id in accounts]
