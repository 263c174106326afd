"""What somebody logged in must do before any page is answered, whatever they ask for.

The order matters: who has a second factor shows it first, so that a stolen password alone cannot
change the password; then an expired or first password is changed; then a missing factor enrolled.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from xueji.accounts import factor, passwords
from xueji.accounts.models import Post, User
from xueji.pages.kept import kept, page_of

PASSED = "factor"  # in the session: which enrolment of the second factor was shown


def is_too_old(request: HttpRequest, at: datetime) -> bool:
    """Whether this session has lasted as long as one may; then it is over."""
    started = request.session.get("started")
    if started is None or at.timestamp() - started < settings.SESSION_AT_MOST.total_seconds():
        return False
    logout(request)
    return True


def demanded(request: HttpRequest, user: User, posts: Iterable[Post], at: datetime) -> str:
    """The url name of the page that comes before all others; "" when nothing is to be done."""
    if user.factor_at and request.session.get(PASSED) != mark(user):
        return "login_code"
    if passwords.must_change(user, at=at):
        return "my_password"
    if not user.factor_at and factor.is_demanded(posts):
        return "my_factor"
    return ""


def mark(user: User) -> str:
    """What the session keeps of the enrolment that was shown: another one counts no more."""
    return user.factor_at.isoformat()


def closed(request: HttpRequest, view: Callable) -> HttpResponse | None:
    """The way to the page that comes first, unless this is it."""
    name = request.demanded
    if not name or request.resolver_match.url_name == name:
        return None
    if request.htmx:
        return HttpResponse("请先完成登录。", status=401, content_type="text/plain; charset=utf-8")
    wanted = urlencode({"next": page_of(request) or request.get_full_path()})
    return kept(request, view) or redirect(f"{reverse(name)}?{wanted}")


def onwards(request: HttpRequest) -> str:
    """Where one wanted to go before this page came first; the desk if that is not known or safe.

    A word without a slash would be taken for the name of a page.
    """
    wanted = request.POST.get("next") or request.GET.get("next", "")
    if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return wanted
    return reverse("desk")
