"""A form acts under the post that it was opened under, though another window has switched since.

Whatever form carries the token against forgery carries the post too; what is sent beside a form
has to send the form along. Where it is not the present one,
nothing is done: the page that answers holds all that was sent, and leads back under that post.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from xueji.accounts.models import Post
from xueji.pages.ids import whole
from xueji.pages.kept import HAD_FILE, TYPED_AT, sent_to, way_back

FIELD = "under_post"
OF_THIS_PAGE = ("post", "next")  # what its own form adds to what was sent
OF_NO_POST = ("own_session",)  # what one does to one's own account
TOLD = (
    "没有存上：本页是以「{former}」打开的，您在别的窗口换到了「{present}」。"
    "请在那边换回，再接着填。"
)


def field(request: HttpRequest | None) -> SafeString:
    """What a form of this page carries; nothing where nobody acts."""
    acting = getattr(request, "acting", None)
    if acting is None:
        return SafeString("")
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, acting.post.pk)


def another(request: HttpRequest, view: Callable) -> HttpResponse | None:
    """The answer to a form of another post than the present one; None for all else."""
    if FIELD not in request.POST or view.act in OF_NO_POST:
        return None
    named = whole(request.POST[FIELD])
    if named == request.acting.post.pk:
        return None
    former = _held(request, named)
    if request.htmx:
        told = TOLD.format(former=former or "另一个岗位", present=request.acting.post)
        return HttpResponse(told, status=409, content_type="text/plain; charset=utf-8")
    is_shown_first = hasattr(view, "resume")
    is_sent_again = former is not None and (is_shown_first or not request.FILES)
    context = {
        "former": former,
        "was_over": False,
        "acting": request.acting,
        "is_sent_again": is_sent_again,
        "is_shown_first": is_shown_first,
        "has_files": bool(request.FILES),
        "sent": sent_to(request, view) if is_sent_again else [],
        "next": way_back(request, view),
    }
    return render(request, "pages/under.html", context, status=409)


def again(request: HttpRequest) -> HttpResponse:
    """The same page for what was on its way back when the session ended.

    This request needs no token, and the page holds one. So what it sends goes on only to a form
    that is shown again without one too; a button is to be pressed anew.
    """
    sent = sent_to(request, None)
    kept = dict(sent)
    next_page = kept.get("next", "")
    is_typed = kept.get(TYPED_AT) not in (None, reverse("switch_post"))
    is_shown_first = is_typed and _needs_no_token(next_page)
    context = {
        "former": _held(request, whole(request.POST.get("post", ""))),
        "was_over": True,
        "acting": request.acting,
        "is_sent_again": is_shown_first,
        "is_shown_first": is_shown_first,
        "has_files": HAD_FILE in kept,
        "reason": "" if is_shown_first else kept.get("reason", ""),
        "sent": [one for one in sent if is_shown_first and one[0] not in OF_THIS_PAGE],
        "next": next_page,
    }
    return render(request, "pages/under.html", context)


def _needs_no_token(address: str) -> bool:
    try:
        view = resolve(urlsplit(address).path).func
    except (Resolver404, ValueError):
        return False
    return getattr(view, "csrf_exempt", False)


def _held(request: HttpRequest, pk: int | None) -> Post | None:
    return next((post for post in request.posts if post.pk == pk), None)
