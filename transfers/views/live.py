"""What both forms are told while one types: that it is safe."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from transfers.services import keep_draft
from transfers.services.submit import at_work
from transfers.views import new, take
from transfers.views.typed import MODE, posted_case, typed_of
from xueji.accounts import access
from xueji.cases.kinds import Refused
from xueji.cases.services import Stale
from xueji.pages.kept import posted_from

STALE = "另一个窗口改过这份草稿，这里的没有存；提交时会列出两边的不同"


@access.act("transfers.start")
@posted_from("transfer_new")
def draft(request: HttpRequest) -> HttpResponse:
    """Save what was typed; the first time this begins the draft, and the page goes on as it."""
    case = posted_case(request, None)
    form, mode = (take, MODE) if request.POST.get("mode") == MODE["mode"] else (new, {})
    try:
        opened = form.open_form(request, case, at_work(request.acting))
        kept = keep_draft(
            typed=typed_of(request, case, {**opened.form.row(), **mode}),
            title=form.title_of(opened),
            acting=request.acting,
        )
    except Stale:
        return render(request, "cases/_saved.html", {"words": STALE})
    except Refused as refusal:
        return render(request, "cases/_saved.html", {"words": str(refusal)})
    words = f"草稿已存 {timezone.localtime(request.acting.at):%H:%M}"
    response = render(request, "cases/_saved.html", {"words": words, "kept": kept})
    if kept.is_new:
        response["HX-Replace-Url"] = reverse("transfer_edit", args=[kept.case.number])
    return response
