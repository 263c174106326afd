"""What the forms that ask for a case are told while one types: that it is safe."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from transfers.views import asking, borrow, lend, new, take, taking
from transfers.views.typed import MODE
from xueji.accounts import access
from xueji.cases.kinds import Refused
from xueji.cases.services import Stale
from xueji.pages.kept import posted_from

STALE = "另一个窗口改过这份草稿，这里的没有存；提交时会列出两边的不同"


@access.act("transfers.start")
@posted_from("transfer_new")
def draft(request: HttpRequest) -> HttpResponse:
    """Save what was typed for a transfer, in whichever of the two forms."""
    if request.POST.get("mode") == MODE["mode"]:
        return _saved(request, lambda: taking.open_form(request, take.DESK, None))
    return _saved(request, lambda: new.open_form(request, None))


@access.act("borrowing.start")
@posted_from("borrowing_new")
def guest_draft(request: HttpRequest) -> HttpResponse:
    """Save what was typed for a guest."""
    return _saved(request, lambda: taking.open_form(request, borrow.DESK, None))


@access.act("borrowing.start")
@posted_from("borrowing_lend")
def lent_draft(request: HttpRequest) -> HttpResponse:
    """Save what was typed of a pupil who is to be lent outside."""
    return _saved(request, lambda: lend.open_form(request))


def _saved(request: HttpRequest, open_form: Callable[[], asking.Opened]) -> HttpResponse:
    """The first time this begins the draft, and the page goes on as it."""
    try:
        opened = open_form()
        kept = asking.kept(request, opened)
    except Stale:
        return render(request, "cases/_saved.html", {"words": STALE})
    except Refused as refusal:
        return render(request, "cases/_saved.html", {"words": str(refusal)})
    words = f"草稿已存 {timezone.localtime(request.acting.at):%H:%M}"
    response = render(request, "cases/_saved.html", {"words": words, "kept": kept})
    if kept.is_new:
        response["HX-Replace-Url"] = asking.edit_url(opened, kept.case.number)
    return response
