"""均衡分班: the preview, confirming it once, and the list that is signed."""

import secrets

from django.contrib import messages
from django.core.signing import BadSignature, Signer
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from enrollment import queries
from enrollment.forms.draw import DrawForm
from enrollment.models import ClassMove, Draw
from enrollment.services import draw as drawing
from enrollment.services.check import Context
from enrollment.services.draw import Asked, Plan
from enrollment.views import draw_page
from enrollment.views.classes import year_of
from enrollment.views.page import closed, school_context
from xueji.accounts import access
from xueji.audit.models import AccessKind
from xueji.cases.kinds import Refused
from xueji.pages import record
from xueji.pages.forms import new_key
from xueji.pages.once import Done, once

SEED_DIGITS = 12
SIGNED = Signer(salt="enrollment.draw")  # tells a seed drawn by the system from a typed one


@access.act("enrollment.assign")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """GET with ?seed=: what this seed would give; an empty one is drawn. POST: write it, once."""
    try:
        context = school_context(request.acting)
    except Refused as refusal:
        return closed(request, str(refusal))
    year = year_of(request, context)
    if request.method == "GET":
        if "seed" in request.GET and not request.GET["seed"].strip():
            return redirect(f"{request.path}?{_drawn(request.GET, year).urlencode()}")
        return _answer(request, context, year, request.GET if "seed" in request.GET else None)
    form = _form(context, year, request.POST)

    def act() -> Done:
        if not form.is_valid() or not form.cleaned_data["seed"]:
            raise Refused("预览的内容不全。请重新预览，再确认。")
        draw = drawing.confirm(
            school=context.lineage,
            asked=_asked(form, year),
            is_typed=not _is_drawn(request.POST, year),
            token=request.POST.get("token", ""),
            acting=request.acting,
        )
        told = f"已均衡分班 {draw.places.count()} 人\n\n请打印名单，签字存档。"
        return Done(reverse("enrollment_draw", args=[draw.pk]), success=told)

    try:
        return once(request, act)
    except Refused as refusal:
        messages.error(request, f"没有分班\n\n{refusal}")
        return _answer(request, context, year, request.POST, status=409)


def _drawn(asked: QueryDict, year: int) -> QueryDict:
    """The same question with a seed that nobody chose."""
    seed = f"{secrets.randbelow(10**SEED_DIGITS):0{SEED_DIGITS}d}"
    query = asked.copy()
    query["year"], query["seed"] = str(year), seed
    query["drawn"] = SIGNED.signature(f"{year} {seed}")
    return query


def _is_drawn(asked: QueryDict, year: int) -> bool:
    text = f"{year} {asked.get('seed', '')}"
    try:
        SIGNED.unsign(f"{text}{SIGNED.sep}{asked.get('drawn', '')}")
    except BadSignature:
        return False
    return True


def _form(context: Context, year: int, data: QueryDict | None) -> DrawForm:
    pupils = drawing.waiting(context.lineage, year)
    classes = queries.classes(context.lineage.school.pk, year)
    return DrawForm(
        data,
        classes=[
            (row.pk, f"{row}（现有 {heads} 人，班额 {row.capacity}）") for row, heads in classes
        ],
        count=len(pupils),
        twins=drawing.likely_twins(pupils),
    )


def _asked(form: DrawForm, year: int) -> Asked:
    values = form.cleaned_data
    return Asked(
        entry_year=year,
        classes=tuple(values["classes"]),
        keys=tuple(values["keys"]),
        seed=values["seed"],
        wishes=form.wishes,
    )


def _answer(
    request: HttpRequest,
    context: Context,
    year: int,
    data: QueryDict | None,
    *,
    status: int = 200,
) -> HttpResponse:
    pupils = drawing.waiting(context.lineage, year)
    form = _form(context, year, data)
    plan, refusal = None, ""
    if data is not None and form.is_valid() and form.cleaned_data["seed"]:
        try:
            asked = _asked(form, year)
            plan = drawing.plan(school=context.lineage, asked=asked, acting=request.acting)
        except Refused as refused:
            refusal = str(refused)
    if pupils:
        _record(request, [student.pk for student in pupils], plan, year)
    return render(
        request,
        "enrollment/draw_new.html",
        {
            "year": year,
            "form": form,
            "pupils": list(enumerate(pupils, start=1)),
            "plan": plan,
            "refusal": refusal,
            "lines": plan and draw_page.lines(plan.classes, plan.places, entry_year=year),
            "keys": plan and draw_page.key_labels(plan.asked.keys),
            "drawn": data["drawn"] if data is not None and _is_drawn(data, year) else "",
            "sent": _sent(form, data),
            "form_key": new_key(),
        },
        status=status,
    )


def _sent(form: DrawForm, data: QueryDict | None) -> list[tuple[str, str]]:
    """What was asked, to be sent again with the confirmation."""
    names = [*form.fields, "year", "drawn"]
    return [(name, value) for name in names for value in data.getlist(name)] if data else []


def _record(request: HttpRequest, ids: list[int], plan: Plan | None, year: int) -> None:
    record.shown(
        request,
        kind=AccessKind.LIST,
        page=drawing.PAGE,
        students=ids,
        filter=drawing.preview_note(plan) if plan else f"均衡分班名单 {year} 级",
    )


@access.act("enrollment.read")
@require_GET
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """The list to be signed, with what was changed by hand since."""
    draw = (
        Draw.objects.filter(pk=pk)
        .select_related("school__organisation", "drawn_by__user", "drawn_by__organisation")
        .first()
    )
    if draw is None or not request.acting.reaches(draw.school.organisation.path):
        raise Http404(pk)
    places = list(draw.places.select_related("student", "school_class").order_by("order"))
    moves = ClassMove.objects.filter(
        student__in=[place.student_id for place in places], moved_at__gte=draw.drawn_at
    ).select_related("student", "out_of", "into", "moved_by__user")
    record.shown(
        request,
        kind=AccessKind.LIST,
        page=drawing.PAGE,
        students=[place.student_id for place in places],
        filter=f"均衡分班结果 {draw.entry_year} 级",
    )
    classes = draw.classes.select_related("school_class").order_by("number")
    return render(
        request,
        "enrollment/draw.html",
        {
            "draw": draw,
            "lines": draw_page.lines(classes, places, entry_year=draw.entry_year),
            "count": len(places),
            "keys": draw_page.key_labels(draw.keys.split()),
            "wishes": drawing.wishes_of(draw.wishes),
            "moves": moves.order_by("pk"),
            "repeats": drawing.repeats(draw),
            "may_assign": request.acting.may("enrollment.assign"),
        },
    )
