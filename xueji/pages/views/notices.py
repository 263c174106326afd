"""What this post was told: its turn, cases that came back or ended, files that are late."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from xueji.accounts import access
from xueji.audit.models import AccessKind
from xueji.cases import veil
from xueji.cases.models import Case
from xueji.notices import services
from xueji.notices.models import Notice
from xueji.pages import record
from xueji.pages.forms import new_key
from xueji.pages.ids import whole
from xueji.pages.kept import posted_from
from xueji.pages.once import Done, NotDone, once
from xueji.pages.paging import page


@access.act("notices.read")
@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """The newest first; of cases out of reach by now only the number is told."""
    rows = Notice.objects.filter(post=request.acting.post)
    found = page(request, rows, order=("at", "pk"), newest_first=True)
    wanted = [one.case_id for one in found.rows if one.case_id]
    visible = Case.objects.visible_to(request.acting.post).filter(pk__in=wanted)
    cases = {case.pk: case for case in visible.select_related("school__organisation", "waiting_at")}
    veil.draw(cases.values(), request.acting)
    if seen := {case.student_id for case in cases.values() if case.student_id}:
        record.shown(request, kind=AccessKind.LIST, page="notices", students=seen)
    context = {
        "page": found,
        "lines": [(one, cases.get(one.case_id), new_key()) for one in found.rows],
        "form_key": new_key(),
        "today": request.acting.today,
    }
    return render(request, "pages/notices.html", context)


@access.act("notices.read")
@posted_from("notices")
def read(request: HttpRequest) -> HttpResponse:
    """Mark one notice as read, or all."""
    chosen = request.POST.get("notice", "")

    def act() -> Done | NotDone:
        notice_id = whole(chosen) if chosen else None
        is_none = bool(chosen) and notice_id is None
        if is_none or not services.read(acting=request.acting, notice_id=notice_id):
            return NotDone(reverse("notices"))
        return Done(reverse("notices"))

    return once(request, act, back=reverse("notices"))
