"""Granting and ending posts; the guardian row follows in the same transaction."""

from datetime import date

from django.contrib.auth.models import Permission
from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate

from xueji.accounts.models import LEVEL_OF_ROLE, Grant, Post, Role, User
from xueji.organisations.models import Organisation


class WrongLevel(Exception):
    """A role was granted at an organisation of another level."""


def permission_of(role: str) -> Permission:
    return Permission.objects.get(
        codename=role, content_type__app_label="xueji", content_type__model="organisation"
    )


@transaction.atomic
def grant(
    *,
    user: User,
    role: str,
    organisation: Organisation,
    starts: date,
    ends: date | None = None,
    granted_by: Post | None = None,
) -> Post:
    """Give ``user`` a post from ``starts`` on, until ``ends`` or until it is ended.

    The first post says which office the account belongs to, unless it was opened for one.

    Raises WrongLevel when the role does not belong to the organisation's level.
    """
    level = LEVEL_OF_ROLE.get(Role(role))
    if level is not None and level != organisation.level:
        raise WrongLevel(f"{role} at {organisation}")
    post = Post.objects.create(
        user=user,
        role=role,
        organisation=organisation,
        starts=starts,
        ends=ends,
        granted_by=granted_by,
    )
    if user.home_id is None:
        user.home = organisation
        user.save(update_fields=["home"])
    Grant.objects.get_or_create(
        user=user, permission=permission_of(role), content_object=organisation
    )
    return post


@transaction.atomic
def end(*, post: Post, on: date, ended_by: Post | None = None) -> None:
    """End a post after the day ``on``; ended today or before, it gives nothing any more at once.

    Ended before its first day, it never begins. Its guardian row goes with it, unless this post or
    another one like it still has days to run.
    """
    today = localdate()
    post.starts, post.ends, post.ended_by = min(post.starts, on), on, ended_by
    post.at_once = on <= today
    post.save(update_fields=["starts", "ends", "at_once", "ended_by"])
    running = Post.objects.filter(
        Q(ends__isnull=True) | Q(ends__gte=today),
        at_once=False,
        user=post.user_id,
        role=post.role,
        organisation=post.organisation_id,
    )
    if not running.exists():
        Grant.objects.filter(
            user=post.user_id,
            permission=permission_of(post.role),
            content_object=post.organisation_id,
        ).delete()
