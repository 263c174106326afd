"""What was typed survives a lost session and an old page: it waits in a form of its own.

A view marked with ``typing`` names the view that shows its form again, filled and without any
effect. The page that is answered in its place carries everything that was sent to it.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

View = Callable[..., Any]
NOT_KEPT = {"csrfmiddlewaretoken"}


def typing(resume: str) -> Callable[[View], View]:
    """Mark a view whose POST may be long typed; ``resume`` is the url name of the way back."""

    def mark(view: View) -> View:
        view.resume = resume
        return view

    return mark


def kept(request: HttpRequest, view: View | None) -> HttpResponse | None:
    """The page with what was sent; None where nothing typed is at stake."""
    resume = getattr(view, "resume", None)
    if resume is None or request.method != "POST" or request.htmx:
        return None
    sent = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in NOT_KEPT
        for value in values
    ]
    context = {"sent": sent, "action": reverse(resume)}
    return render(request, "pages/kept.html", context, status=403)
