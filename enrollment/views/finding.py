"""Searching the lists of 新生入学: the number that was typed stands in no address."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xueji.accounts import access
from xueji.pages import finding
from xueji.pages.kept import posted_from

# the page of each list, and what of its address says which part of it is shown
LISTS = {
    "enrollment": ("school", "show"),
    "enrollment_deferrals": ("show",),
    "enrollment_admissions": ("show",),
    "enrollment_national_check": ("month",),
}


@access.act("enrollment.read")
@posted_from("enrollment")
def find(request: HttpRequest) -> HttpResponse:
    """Lead a search to the list it was typed on."""
    asked = request.POST.get("list", "")
    name = asked if asked in LISTS else "enrollment"
    address = finding.address(request.POST, LISTS[name])
    return redirect(f"{reverse(name)}?{address}".removesuffix("?"))
