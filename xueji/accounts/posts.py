"""Posts of people below an administrator's office: given, ended, handed over.

Each act is written down, and ends the sessions of whom it concerns at once.
"""

from datetime import date, timedelta

from django.db import transaction

from xueji.accounts import log, services
from xueji.accounts.access import Acting, not_over
from xueji.accounts.factor import ADMINISTRATION
from xueji.accounts.models import Happened, Post, Role, User
from xueji.accounts.people import Refused, done, in_reach, lock, roles_at
from xueji.organisations.models import Organisation

DAY = timedelta(days=1)
MOST_YEARS = 10  # between today and any day of a post that is meant


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
    account = lock(account_id, acting)
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
    done(Happened.GRANTED, account, acting, f"{post}，{starts} {until}")
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
    account = lock(account_id, acting)
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
    if post.user_id == acting.user.pk:
        log.note(Happened.ENDED, post.user, at=acting.at, acting=acting, note=f"{post}，{said}")
    else:
        done(Happened.ENDED, post.user, acting, f"{post}，{said}")


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
