"""Acting once on a form: a double click, a retry and the back button find the first answer."""

import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import resolve

from xueji.audit import services as audit
from xueji.pages.under import FIELD, OF_NO_POST

MADE = {"account", "organisation", "order", "case"}  # whose address names what an act has made
NOT_CONTENT = {"csrfmiddlewaretoken", "form_key", FIELD}


@dataclass(frozen=True)
class Done:
    """Where an act led, and what is said of it as soon as it is committed, never before.

    Its warning stands beside what was done; where that is nothing, NotDone says so.
    """

    location: str
    success: str = ""
    warning: str = ""

    def __post_init__(self) -> None:
        if self.warning and not self.success:
            raise ValueError("a warning alone is NotDone")


@dataclass(frozen=True)
class NotDone:
    """Where one is led for whom nothing could be done, and why; the audit has no row of it."""

    location: str
    warning: str = ""


def once(
    request: HttpRequest,
    act: Callable[[], Done | NotDone],
    *,
    apart: Collection[str] = (),
    changed: Callable[[], HttpResponse] | None = None,
    back: str = "",
) -> HttpResponse:
    """Run ``act`` and its form key in one transaction; go where it says.

    ``act`` returns where to go and what to say, and may raise to undo everything, the key
    included; a message it queued itself would outlive a failed commit.
    A repeat of the same form goes to the same address without acting again; fields named in
    ``apart`` do not make it another form. ``changed`` answers a used key that comes back with
    other content; without it what was typed then is lost, and ``back`` is shown with a warning:
    the form's own address, unless that can only be posted to.
    """
    key = posted_key(request)
    aside = NOT_CONTENT | set(apart)
    sent: dict[str, object] = {
        name: request.POST.getlist(name) for name in request.POST if name not in aside
    }
    sent |= {name: _fingerprints(request, name) for name in request.FILES}
    content = audit.digest(sent)
    try:
        done = _act(request, act, key, content)
    except audit.OtherContent:
        if changed:
            return changed()
        messages.warning(
            request,
            "这张表已经提交过，内容和上次不同，这次没有保存。\n\n请从列表重新打开，再改、再提交。",
        )
        return go(request, back or request.path)
    if isinstance(done, Done) and done.success:
        messages.success(request, done.success)
    if done.warning:
        messages.warning(request, done.warning)
    return go(request, done.location)


def posted_key(request: HttpRequest) -> UUID:
    """The key of the posted form."""
    try:
        return UUID(request.POST.get("form_key", ""))
    except ValueError:
        raise BadRequest("form_key") from None


def _fingerprints(request: HttpRequest, name: str) -> list[str]:
    """Of each file its content, read piece by piece, so that another file is another form."""
    found = []
    for file in request.FILES.getlist(name):
        digest = hashlib.sha256()
        for piece in file.chunks():
            digest.update(piece)
        file.seek(0)
        found.append(digest.hexdigest())
    return found


def _act(
    request: HttpRequest, act: Callable[[], Done | NotDone], key: UUID, content: str
) -> Done | NotDone:
    with transaction.atomic():
        location = audit.claim(key=key, user_id=request.user.pk, content=content)
        if location is not None:
            return NotDone(location)  # silent: its session could overwrite what the first is told
        done = act()
        if isinstance(done, Done):
            _audit(request, done)
        audit.answer(key=key, location=done.location)
    return done


def _audit(request: HttpRequest, done: Done) -> None:
    match = request.resolver_match
    named = match.kwargs
    if not named and match.func.act not in OF_NO_POST:  # those lead to where one wanted to go
        named = _made(done.location)
    audit.acted(
        acting=request.acting,
        act=match.func.act,
        page=match.url_name,
        target=" ".join(map(str, named.values())),
        address=request.META.get("REMOTE_ADDR", ""),
    )


def _made(location: str) -> dict[str, object]:
    """What the page names to which an act led that was done to nothing there was before."""
    found = resolve(urlsplit(location).path)
    return found.kwargs if found.url_name in MADE else {}


def go(request: HttpRequest, location: str) -> HttpResponse:
    """Lead the browser to ``location``; htmx would follow a redirect silently."""
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": location})
    return redirect(location)
