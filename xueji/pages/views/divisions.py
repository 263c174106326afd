"""Choosing a village, community or county by typing its name or initials."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from xueji.accounts import access
from xueji.organisations.models import Division

SHOWN = 12


@access.act("divisions.read")
@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """Options for what was typed: each word must occur in the full name or begin the initials."""
    words = request.GET.get("q", "").split()[:4]
    found = Division.objects.none()
    if words:
        condition = Q()
        for word in words:
            condition &= Q(full_name__contains=word) | Q(initials__contains=word.lower())
        found = Division.objects.filter(condition).order_by("-level", "code")[:SHOWN]
    return render(request, "pages/_divisions.html", {"divisions": found})
