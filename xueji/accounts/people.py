"""Acts of an administrator on other people's accounts and posts, below its own office.

Each one is written down, and ends the sessions of whom it concerns at once.
"""

from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from xueji.accounts import factor, log, passwords, sealing, services, sessions, throttle
from xueji.accounts.access import Acting, not_over
from xueji.accounts.factor import ADMINISTRATION
from xueji.accounts.models import LEVEL_OF_ROLE, Happened, Post, Role, User
from xueji.organisations.models import Organisation, within

DAY = timedelta(days=1)
MOST_YEARS = 10  # between today and any day of a post that is meant


class Refused(Exception):
    """An act is not done; the message is the Chinese sentence that says why and who can."""


# -- who administers whom -------------------------------------------------------------------------
def in_reach(acting: Acting) -> QuerySet[User]:
    """Accounts of the administrator's office and of those below."""
    return User.objects.filter(within(acting.post.organisation.path, "home__path"))


def refusal(account: User, acting: Acting) -> str:
    """Why this account is not administered by this post; "" when it is."""
    if account.pk == acting.user.pk:
        return "自己的账号不能自己管。请同级的另一位账号管理员，或上级账号管理员办理。"
    own = acting.post.organisation
    for post in not_over(account.posts.all(), on=acting.today).select_related("organisation"):
        if not acting.reaches(post.organisation.path):
            return f"此人还有岗位“{post}”，不在您管理的范围。请上级账号管理员办理。"
        if post.role in ADMINISTRATION and post.organisation_id == own.pk:
            return f"此人的岗位“{post}”与您同级，互不管理。请上级账号管理员办理。"
    return ""


def roles_at(organisation: Organisation, acting: Acting) -> list[Role]:
    """What may be granted there: roles of its level, and administration only below one's own."""
    if not acting.reaches(organisation.path):
        return []
    below = organisation.pk != acting.post.organisation_id
    return [
        role
        for role in Role
        if LEVEL_OF_ROLE.get(role, organisation.level) == organisation.level
        and (below or role not in ADMINISTRATION)
    ]


def _lock(account_id: int, acting: Acting) -> User:
    account = in_reach(acting).select_for_update(of=("self",)).get(pk=account_id)
    if said := refusal(account, acting):
        raise Refused(said)
    return account


# -- accounts -------------------------------------------------------------------------------------
@transaction.atomic
def open_account(
    *, username: str, name: str, home: Organisation, acting: Acting
) -> tuple[User, str]:
    """A new account without a post, and the password with which it logs in once."""
    if not acting.reaches(home.path):
        raise Refused(f"{home} 不在您管理的范围。请该单位的上级账号管理员开通。")
    taken = Refused(f"账号“{username}”已经有人用了。请换一个，例如加上单位的简拼或数字。")
    if User.objects.filter(username__iexact=username).exists():
        raise taken
    password = passwords.first()
    account = User(username=username, name=name, home=home, opened_at=acting.at)
    account.password_set_at, account.must_change = acting.at, True
    account.set_password(password)
    try:
        with transaction.atomic():
            account.save()
    except IntegrityError:  # somebody else was faster by a moment
        raise taken from None
    log.note(Happened.OPENED, account, at=acting.at, acting=acting)
    return account, password


@transaction.atomic
def disable(*, account_id: int, acting: Acting, reason: str) -> User:
    """No log-in any more, and none of the posts gives anything; they stay as they are."""
    account = _lock(account_id, acting)
    if not account.is_active:
        raise Refused("这个账号已经停用。")
    account.is_active = False
    account.save(update_fields=["is_active"])
    return _done(Happened.DISABLED, account, acting, reason)


@transaction.atomic
def enable(*, account_id: int, acting: Acting, reason: str) -> User:
    """Let a disabled account log in again; only the level above winds the clock of sealing."""
    account = _lock(account_id, acting)
    if account.is_active:
        raise Refused("这个账号没有停用。")
    if account.home_id != acting.post.organisation_id:
        account.opened_at = acting.at
    elif sealing.is_sealed(account, at=acting.at):
        raise Refused(f"这个账号久未使用，和封存的一样由上一级启用。{_who_above(acting)}")
    account.is_active = True
    account.save(update_fields=["is_active", "opened_at"])
    return _done(Happened.ENABLED, account, acting, reason)


@transaction.atomic
def reopen(*, account_id: int, acting: Acting, reason: str) -> User:
    """Open a sealed account again; only the level above the account's office does."""
    account = _lock(account_id, acting)
    if account.sealed_at is None:
        raise Refused("这个账号没有封存。")
    if account.home_id == acting.post.organisation_id:
        raise Refused(f"封存的账号由上一级解除。{_who_above(acting)}")
    account.sealed_at, account.opened_at = None, acting.at
    account.save(update_fields=["sealed_at", "opened_at"])
    return _done(Happened.REOPENED, account, acting, reason)


def _who_above(acting: Acting) -> str:
    """Whom to turn to where the level above has to do it."""
    if acting.post.organisation.parent_id is None:
        return "上面没有账号管理员的，请运行维护人员办理。"
    return "请上级账号管理员办理。"


@transaction.atomic
def reset(*, account_id: int, acting: Acting, reason: str) -> tuple[User, str]:
    """A new password that is good for one log-in."""
    account = _lock(account_id, acting)
    password = passwords.first()
    passwords.put(account, password, at=acting.at, must_change=True)
    return _done(Happened.RESET, account, acting, reason), password


def _done(kind: Happened, account: User, acting: Acting, note: str) -> User:
    sessions.end([account.pk])
    log.note(kind, account, at=acting.at, acting=acting, note=note)
    return account


# -- posts ----------------------------------------------------------------------------------------
@transaction.atomic
def grant(
    *,
    account_id: int,
    role: str,
    organisation: Organisation,
    starts: date,
    ends: date | None,
    acting: Acting,
) -> Post:
    """Give a post; nobody gives one to themselves, nobody holds two posts of administration."""
    account = _lock(account_id, acting)
    _refuse_grant(account, role, organisation, starts, ends, acting)
    post = services.grant(
        user=account,
        role=role,
        organisation=organisation,
        starts=starts,
        ends=ends,
        granted_by=acting.post,
    )
    until = f"至 {ends}" if ends else "起"
    _done(Happened.GRANTED, account, acting, f"{post}，{starts} {until}")
    return post


def _refuse_grant(
    account: User,
    role: str,
    organisation: Organisation,
    starts: date,
    ends: date | None,
    acting: Acting,
) -> None:
    label = Role(role).label
    if role not in roles_at(organisation, acting):
        raise Refused(
            f"{organisation} 没有您能授予的“{label}”岗位：岗位要和单位的级别相符，"
            "账号管理、安全管理、审计由上一级授予。请改选岗位或单位。"
        )
    if not account.is_active:
        raise Refused(f"{account.name} 的账号已停用。请先启用，再授予岗位。")
    if account.sealed_at is not None:
        raise Refused(f"{account.name} 的账号久未登录，已封存。请先由上一级解除封存，再授予岗位。")
    _refuse_far(acting, starts, ends)
    if ends is not None and ends < starts:
        raise Refused(f"岗位自 {starts} 起，不能在 {ends} 之前结束。请改日期。")
    if ends is not None and ends < acting.today:
        raise Refused(
            f"岗位到 {ends} 止，那天已经过去，授予了也不起作用。请改「至」的日期，或不填。"
        )
    held = not_over(account.posts.all(), on=starts)
    if there := held.filter(role=role, organisation=organisation).order_by("starts").first():
        until = f"，至 {there.ends} 止" if there.ends else ""
        raise Refused(
            f"{account.name} 在 {organisation} 已有“{label}”岗位，自 {there.starts} 起{until}。"
            "不用再授予；要改日期，请先结束原来的。"
        )
    if role in ADMINISTRATION and held.filter(role__in=ADMINISTRATION - {Role(role)}).exists():
        raise Refused("账号管理、安全管理、审计三种岗位互相制约，一人只能任一种。请另选一人。")


@transaction.atomic
def end(*, account_id: int, post_id: int, on: date, acting: Acting) -> Post:
    """End a post after the day ``on``; ended today or before, it is over at once.

    One that would only begin later never does, and is over today.
    """
    account = _lock(account_id, acting)
    post = _running_post(account, post_id, on, acting)
    close(post, on=on, acting=acting)
    return post


def close(post: Post, *, on: date, acting: Acting) -> None:
    """End a post whatever its holder's office, as ``end`` does; whoever calls has asked whether.

    Whoever ends one of his own stays logged in: what posts he has is read with every request.
    """
    planned, over = post.starts, acting.today if on < post.starts else on
    services.end(post=post, on=over, ended_by=acting.post)
    said = f"{over} 止" if over >= planned else f"原定 {planned} 起，没有到任"
    if post.user_id != acting.user.pk:
        sessions.end([post.user_id])
    log.note(Happened.ENDED, post.user, at=acting.at, acting=acting, note=f"{post}，{said}")


@transaction.atomic
def hand_over(*, account_id: int, post_id: int, to_id: int, on: date, acting: Acting) -> Post:
    """End a post after the day ``on`` and give the same one to another person from then on.

    Whoever takes over a post that has not begun has it from the day that was meant.
    """
    if to_id == account_id:
        raise Refused("不能交接给本人。请填另一个人的账号。")
    both = in_reach(acting).filter(pk__in=[account_id, to_id]).order_by("pk")
    list(both.select_for_update(of=("self",)))  # in one order, whoever hands over to whom
    planned = Post.objects.filter(pk=post_id).values_list("starts", flat=True).first()
    post = end(account_id=account_id, post_id=post_id, on=on, acting=acting)
    starts = max(planned or acting.today, on + DAY if on > acting.today else acting.today)
    return grant(
        account_id=to_id,
        role=post.role,
        organisation=post.organisation,
        starts=starts,
        ends=None,
        acting=acting,
    )


def _running_post(account: User, post_id: int, on: date, acting: Acting) -> Post:
    posts = not_over(account.posts.all(), on=acting.today)
    post = posts.select_related("organisation", "user__home").filter(pk=post_id).first()
    if post is None:
        raise Refused("这个岗位已经结束。")
    if on < post.starts <= acting.today:
        raise Refused(f"岗位自 {post.starts} 起，不能在 {on} 结束。请改日期。")
    _refuse_far(acting, on)
    if post.ends is not None and on > post.ends:
        raise Refused(
            f"岗位本来到 {post.ends} 止，结束不能推到 {on}。"
            f"要延长，请另授一段，自 {post.ends + DAY} 起。"
        )
    return post


def _refuse_far(acting: Acting, *days: date | None) -> None:
    """A day whose year can only be a slip."""
    for day in days:
        if day is not None and abs(day.year - acting.today.year) > MOST_YEARS:
            raise Refused(f"{day} 离今天超过 {MOST_YEARS} 年。请核对年份。")


# -- security -------------------------------------------------------------------------------------
@transaction.atomic
def unlock(*, account_id: int, acting: Acting, reason: str) -> User:
    """Let the account be tried again at once."""
    account = _lock(account_id, acting)
    throttle.unlock(account.username)
    log.note(Happened.UNLOCKED, account, at=acting.at, acting=acting, note=reason)
    return account


@transaction.atomic
def end_sessions(*, account_id: int, acting: Acting, reason: str) -> User:
    return _done(Happened.SESSIONS, _lock(account_id, acting), acting, reason)


@transaction.atomic
def take_off_factor(*, account_id: int, acting: Acting, reason: str) -> User:
    """Take the second factor off whoever lost the telephone; it is enrolled anew at log-in."""
    account = _lock(account_id, acting)
    if account.factor_at is None:
        raise Refused("这个账号没有启用动态码。")
    factor.take_off(account)
    return _done(Happened.FACTOR_OFF, account, acting, reason)
