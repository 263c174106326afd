"""The way back for whoever had to log in: to a page that can be opened, with what was typed.

A view that takes a form by POST alone names the page that carries the form; the login and the
page for a wrong method lead there. A view marked with ``typing`` also names the view that shows
its form again, filled and without any effect: the page that is answered in its place carries
everything that was sent to it. One marked with ``typing_here`` shows its own form again.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST

View = Callable[..., Any]
STILL = "还没有提交\n\n下面是您刚才填的，请核对后再提交。"
NO_FILE = "浏览器不送回文件，请重新选择。"
NOT_KEPT = {"csrfmiddlewaretoken"}
# in what is kept: the address it was sent to, and that a file was sent along
TYPED_AT, HAD_FILE = "typed_at", "had_file"


def posted_from(page: str, *arguments: str) -> Callable[[View], View]:
    """Take POST alone, from the page of that url name; it needs these arguments of the view."""

    def mark(view: View) -> View:
        view = require_POST(view)
        view.page = (page, arguments)
        return view

    return mark


def typing(resume: str, *arguments: str, beside: str = "") -> Callable[[View], View]:
    """Mark a view whose POST may be long typed; ``resume`` is the url name of the way back.

    ``beside``: a field without which nothing typed came along.
    """

    def mark(view: View) -> View:
        view.resume = (resume, arguments)
        view.beside = beside
        return view

    return mark


def typing_here(**pressed: str) -> Callable[[View], View]:
    """Mark a view that shows its form again where it takes it: the way back leads there.

    What comes back is shown and not acted on: as a form that is opened, already filled (a GET
    that has a POST's data), or, where the form has a button that only looks ahead, as if that one
    had been ``pressed``: its name and value. That alone needs no token: the page it comes from is
    of a session before.
    """

    def mark(view: View) -> View:
        guarded = csrf_protect(view)

        @wraps(view)
        def shown_again(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method != "POST" or TYPED_AT not in request.POST:
                return guarded(request, *args, **kwargs)
            # told by the page that shows it; a message would outlive an answer that leads away
            request.came_back = STILL + (NO_FILE if HAD_FILE in request.POST else "")
            if pressed:
                typed = request.POST.copy()
                for button, value in pressed.items():
                    typed[button] = value
                request.POST = typed  # type: ignore[assignment]
            else:
                request.method = "GET"
            return view(request, *args, **kwargs)

        shown_again.resume = None
        shown_again.csrf_exempt = True
        return shown_again

    return mark


def page_of(request: HttpRequest) -> str | None:
    """The address of the page whose form is sent here; None for what can be opened itself."""
    page = getattr(request.resolver_match.func, "page", None)
    return _address(request, *page) if page else None


def kept(request: HttpRequest, view: View | None) -> HttpResponse | None:
    """The page with what was sent; None where nothing typed is at stake."""
    if not hasattr(view, "resume") or request.method != "POST" or request.htmx:
        return None
    if (beside := getattr(view, "beside", "")) and beside not in request.POST:
        return None
    context = {"sent": sent_to(request, view), "action": way_back(request, view)}
    return render(request, "pages/kept.html", context, status=403)


def sent_to(request: HttpRequest, view: View | None) -> list[tuple[str, str]]:
    """Names and values that were sent; a form that is shown again is told where they were sent."""
    sent = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in NOT_KEPT
        for value in values
    ]
    if hasattr(view, "resume") and TYPED_AT not in request.POST:
        sent.append((TYPED_AT, request.path))
    if request.FILES:
        sent.append((HAD_FILE, "1"))
    return sent


def way_back(request: HttpRequest, view: View | None) -> str:
    """Where what was sent is sent again: to be shown in its form first, where a view can do so."""
    resume = getattr(view, "resume", None)
    return _address(request, *resume) if resume else request.get_full_path()


def _address(request: HttpRequest, name: str, arguments: tuple[str, ...]) -> str:
    given = request.resolver_match.kwargs
    return reverse(name, args=[given[argument] for argument in arguments])
