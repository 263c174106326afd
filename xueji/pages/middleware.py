"""Around every view: the acting post, the declared act, refusals that give nothing away."""

from collections.abc import Callable
from datetime import datetime

from django.contrib.auth import views
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.timezone import localdate

from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.accounts.models import Post
from xueji.pages import gate, under
from xueji.pages.kept import kept, page_of
from xueji.pages.views import errors

Answer = Callable[[HttpRequest], HttpResponse]
TOUCH = 60  # seconds between two writes of a session in use
LOGGED_OUT = "已退出登录。请在新标签页登录后继续，本页内容仍在。"


def answers(get_response: Answer) -> Answer:
    """Keep personal pages out of caches."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response

    return answer


class AccessMiddleware:
    """Give each request its acting post and refuse what the view did not declare."""

    def __init__(self, get_response: Answer):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        return errors.not_allowed(request, response) if response.status_code == 405 else response

    def process_view(self, request, view, args, kwargs) -> HttpResponse | None:
        if any("\0" in text for text in (request.path_info, *request.GET.values())):
            raise BadRequest("NUL")  # no database text holds one
        request.POST = _writable(request.POST)
        if not hasattr(view, "act"):
            raise Http404("undeclared view")
        if view.act is None:
            return None
        now = timezone.now()
        if not request.user.is_authenticated or gate.is_too_old(request, now):
            return kept(request, view) or login_first(request)
        request.posts, request.acting = _posts_and_acting(request, now)
        if request.acting is None:
            return _without_post(request, now)
        request.demanded = gate.demanded(request, request.acting.user, request.posts, now)
        if first := gate.closed(request, view):
            return first
        if stopped := under.another(request, view):
            return stopped
        if not request.acting.may(view.act):
            raise Http404("not this post's act")
        return None

    def process_exception(self, request, error) -> HttpResponse | None:
        if isinstance(error, PermissionDenied):
            return errors.not_found(request, error)
        return None


def _writable(typed: QueryDict) -> QueryDict:
    """The form with U+FFFD for NUL, which nobody types and no database text holds."""
    if not any("\0" in text for _, texts in typed.lists() for text in texts):
        return typed
    plain = typed.copy()
    for name, texts in typed.lists():
        plain.setlist(name, [text.replace("\0", "\ufffd") for text in texts])
    return plain


def _without_post(request: HttpRequest, now: datetime) -> HttpResponse:
    today = localdate(now)
    posts = Post.objects.filter(user=request.user.pk, starts__gt=today)
    coming = access.not_over(posts, on=today)
    context = {"coming": coming.select_related("organisation").order_by("starts", "pk")}
    return render(request, "accounts/no_post.html", context, status=403)


def login_first(request: HttpRequest) -> HttpResponse:
    """Send to the login page; a request in the background is told, and its window stays."""
    if request.htmx:
        return HttpResponse(LOGGED_OUT, status=401, content_type="text/plain; charset=utf-8")
    return views.redirect_to_login(page_of(request) or request.get_full_path())


def _posts_and_acting(request: HttpRequest, now: datetime) -> tuple[list, Acting | None]:
    if now.timestamp() - request.session.get("seen", 0) > TOUCH:
        request.session["seen"] = int(now.timestamp())  # the session's idle time starts anew
        request.session.setdefault("started", int(now.timestamp()))
        request.session["address"] = request.META.get("REMOTE_ADDR", "")
        request.session["agent"] = request.headers.get("User-Agent", "")[:200]
    posts = list(access.posts_in_force(on=localdate(now)).filter(user=request.user.pk))
    chosen = request.session.get("post")
    post = next((post for post in posts if post.pk == chosen), posts[0] if posts else None)
    return posts, Acting(user=post.user, post=post, at=now) if post else None
