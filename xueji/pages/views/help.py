"""The manual, chapter by chapter, for whoever is logged in."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from xueji.accounts import access
from xueji.pages import manual


@access.act("own_session")
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The chapter that ``?chapter=`` names, else the contents."""
    chapters = manual.chapters()
    name = request.GET.get("chapter", "")
    if name and name not in chapters:
        raise Http404(name)
    context = {"chapters": chapters.values(), "chapter": chapters.get(name)}
    return render(request, "pages/help.html", context)
