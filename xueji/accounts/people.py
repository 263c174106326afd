"""Acts of an administrator on other people's accounts, below its own office.

Each one is written down, and ends the sessions of whom it concerns at once.
"""

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from xueji.accounts import factor, log, passwords, sealing, sessions, throttle
from xueji.accounts.access import Acting, not_over
from xueji.accounts.factor import ADMINISTRATION
from xueji.accounts.models import LEVEL_OF_ROLE, Happened, Role, User
from xueji.organisations.models import Organisation, within


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


def lock(account_id: int, acting: Acting) -> User:
    """The account, locked. Raises Refused unless it is administered by this post."""
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
    account = lock(account_id, acting)
    if not account.is_active:
        raise Refused("这个账号已经停用。")
    account.is_active = False
    account.save(update_fields=["is_active"])
    return done(Happened.DISABLED, account, acting, reason)


@transaction.atomic
def enable(*, account_id: int, acting: Acting, reason: str) -> User:
    """Let a disabled account log in again; only the level above winds the clock of sealing."""
    account = lock(account_id, acting)
    if account.is_active:
        raise Refused("这个账号没有停用。")
    if account.home_id != acting.post.organisation_id:
        account.opened_at = acting.at
    elif sealing.is_sealed(account, at=acting.at):
        raise Refused(f"这个账号久未使用，和封存的一样由上一级启用。{_who_above(acting)}")
    account.is_active = True
    account.save(update_fields=["is_active", "opened_at"])
    return done(Happened.ENABLED, account, acting, reason)


@transaction.atomic
def reopen(*, account_id: int, acting: Acting, reason: str) -> User:
    """Open a sealed account again; only the level above the account's office does."""
    account = lock(account_id, acting)
    if account.sealed_at is None:
        raise Refused("这个账号没有封存。")
    if account.home_id == acting.post.organisation_id:
        raise Refused(f"封存的账号由上一级解除。{_who_above(acting)}")
    account.sealed_at, account.opened_at = None, acting.at
    account.save(update_fields=["sealed_at", "opened_at"])
    return done(Happened.REOPENED, account, acting, reason)


def _who_above(acting: Acting) -> str:
    """Whom to turn to where the level above has to do it."""
    if acting.post.organisation.parent_id is None:
        return "上面没有账号管理员的，请运行维护人员办理。"
    return "请上级账号管理员办理。"


@transaction.atomic
def reset(*, account_id: int, acting: Acting, reason: str) -> tuple[User, str]:
    """A new password that is good for one log-in."""
    account = lock(account_id, acting)
    password = passwords.first()
    passwords.put(account, password, at=acting.at, must_change=True)
    return done(Happened.RESET, account, acting, reason), password


def done(kind: Happened, account: User, acting: Acting, note: str) -> User:
    """End the sessions of whom an act concerns, and write it down."""
    sessions.end([account.pk])
    log.note(kind, account, at=acting.at, acting=acting, note=note)
    return account


# -- security -------------------------------------------------------------------------------------
@transaction.atomic
def unlock(*, account_id: int, acting: Acting, reason: str) -> User:
    """Let the account be tried again at once."""
    account = lock(account_id, acting)
    throttle.unlock(account.username)
    log.note(Happened.UNLOCKED, account, at=acting.at, acting=acting, note=reason)
    return account


@transaction.atomic
def end_sessions(*, account_id: int, acting: Acting, reason: str) -> User:
    return done(Happened.SESSIONS, lock(account_id, acting), acting, reason)


@transaction.atomic
def take_off_factor(*, account_id: int, acting: Acting, reason: str) -> User:
    """Take the second factor off whoever lost the telephone; it is enrolled anew at log-in."""
    account = lock(account_id, acting)
    if account.factor_at is None:
        raise Refused("这个账号没有启用动态码。")
    factor.take_off(account)
    return done(Happened.FACTOR_OFF, account, acting, reason)
