"""Adding and changing offices: forms of the county, each act once, nothing typed is lost."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from xueji.accounts import access
from xueji.establishment import services
from xueji.establishment.services.common import last_act
from xueji.organisations.models import Division, Level, Organisation, School
from xueji.pages.fields import mark_chosen, plain
from xueji.pages.forms import new_key
from xueji.pages.ids import whole
from xueji.pages.kept import typing_here
from xueji.pages.offices import showing
from xueji.pages.offices.base import ReasonedForm, Told
from xueji.pages.offices.forms import (
    CatchmentForm,
    CentreForm,
    FactsForm,
    RemovingForm,
    SchoolForm,
    StagesForm,
)
from xueji.pages.once import Done, once
from xueji.pages.paging import page
from xueji.pages.views.organisations.office import kept_by, may_keep

OUTDATED = (
    "您打开这张表以后，有人改过这个机构，没有保存。别人改的列在这里，表里是您填的；"
    "核对以后再保存，就以您这次为准。"
)
UNCHANGED = "没有改动，没有保存。"
OUT_ALREADY = "勾选的村、社区刚由他人移出，没有再改。下面是现在的服务范围。"
NOTHING_TICKED = "没有勾选村、社区。请在下面的表里勾选要移出的，再按「移出」。"


@access.act("organisations.keep")
@require_http_methods(["GET", "POST"])
@typing_here()
def new(request: HttpRequest) -> HttpResponse:
    """A new school, or with ``?kind=centre`` a new centre."""
    if not may_keep(request.acting):
        raise Http404
    is_centre = request.GET.get("kind") == "centre"
    county = request.acting.post.organisation
    form: CentreForm | SchoolForm
    if is_centre:
        form = CentreForm(request.POST or None)
    else:
        centres = Organisation.objects.filter(parent=county, level=Level.CENTRE, closed_on=None)
        names = list(centres.order_by("initials", "path").values_list("name", flat=True))
        form = SchoolForm(request.POST or None, centres=names, county=county.name)

    def act() -> Done:
        (office,) = services.add(
            rows=[form.office], acting=request.acting, reason=form.cleaned_data["reason"]
        )
        what = "" if is_centre else "；核准入网以后才能办理业务"
        place = reverse("organisation", args=[office.pk])
        return Done(place, success=f"已设立{office.name}{what}")

    title = "设立中心校" if is_centre else "设立学校"
    return _answer(request, None, form, act, title, kind="centre" if is_centre else "school")


@access.act("organisations.keep")
@require_http_methods(["GET", "POST"])
@typing_here()
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Facts of a centre or school."""
    office = kept_by(request.acting, pk)
    school = School.objects.filter(pk=pk).first()
    form = FactsForm(
        request.POST or None, office=office, school=school, initial={"seen": last_act(pk)}
    )

    def act() -> Done:
        data = form.cleaned_data
        services.edit_facts(
            organisation_id=pk,
            seen=data["seen"] or 0,
            values=form.values,
            reason=form.said,
            acting=request.acting,
        )
        return Done(reverse("organisation", args=[pk]), success="已保存，改动记入履历")

    return _answer(request, office, form, act, "修改资料")


@access.act("organisations.keep")
@require_http_methods(["GET", "POST"])
@typing_here()
def stages(request: HttpRequest, pk: int) -> HttpResponse:
    """Which stages a school teaches."""
    office = kept_by(request.acting, pk)
    school = _school(pk)
    initial = {"seen": last_act(pk), **StagesForm.initial_of(school)}
    form = StagesForm(request.POST or None, initial=initial)

    def act() -> Done:
        services.set_stages(
            school_id=pk,
            seen=form.cleaned_data["seen"] or 0,
            stages=form.stages,
            reason=form.said,
            acting=request.acting,
        )
        return Done(reverse("organisation", args=[pk]), success="已保存学段，改动记入履历")

    return _answer(request, office, form, act, "学段")


@access.act("organisations.keep")
@require_http_methods(["GET", "POST"])
@typing_here()
def catchment(request: HttpRequest, pk: int) -> HttpResponse:
    """Villages and communities of a school: one more, or those ticked taken out."""
    office = kept_by(request.acting, pk)
    school, county = _school(pk), request.acting.post.organisation
    taken_out = "remove" in request.POST
    adding = CatchmentForm(None if taken_out else request.POST or None)
    removing = RemovingForm(request.POST if taken_out else None, auto_id="out_%s")
    form = removing if taken_out else adding
    gone = {row for row in map(whole, request.POST.getlist("gone")) if row}

    def act() -> Done:
        changes = services.change_catchment(
            school_id=pk,
            add=[] if taken_out else [_place(form.cleaned_data, county)],
            remove=gone if taken_out else set(),
            reason=form.cleaned_data["reason"],
            acting=request.acting,
        )
        here = reverse("organisation_catchment", args=[pk])
        return Done(here, success="；".join(f"{what} {old or new}" for what, old, new in changes))

    if adding.is_bound:
        mark_chosen(adding, ["place"])
    places = school.catchments.all()
    found = page(request, places, order=("code", "id"))
    shared = _shared(school, [row.code for row in found.rows])
    return _answer(
        request,
        office,
        form,
        act,
        "服务范围",
        template="organisations/catchment.html",
        unchanged=OUT_ALREADY if gone else NOTHING_TICKED,
        adding=adding,
        removing=removing,
        gone=gone,
        page=found,
        rows=[(row, shared.get(row.code, [])) for row in found.rows],
        total=places.count(),
    )


def _school(pk: int) -> School:
    school = School.objects.prefetch_related("stages").filter(pk=pk).first()
    if school is None:
        raise Http404(pk)
    return school


def _place(chosen: dict[str, str], county: Organisation) -> str:
    """The code that was chosen; without scripts the one place that the words name."""
    if code := plain(chosen["place_code"]):
        return code
    typed = chosen["place_text"].strip()
    *above, name = typed.split() or [""]
    named = Q(code__startswith=county.division_code, name=name)
    for word in above:
        named &= Q(full_name__contains=word)
    rows = Division.objects.filter(Q(full_name=typed) | named, level="village")
    codes = list(rows.values_list("pk", flat=True)[:2])
    return codes[0] if len(codes) == 1 else ""


def _shared(school: School, codes: list[str]) -> dict[str, list[str]]:
    """Which other schools of the county serve those places, for the officer to see."""
    found: dict[str, list[str]] = {}
    others = School.objects.filter(county=school.county_id, catchments__code__in=codes)
    rows = others.exclude(pk=school.pk).filter(organisation__closed_on=None)
    for code, name in rows.values_list("catchments__code", "organisation__name"):
        found.setdefault(code, []).append(name)
    return found


def _answer(
    request: HttpRequest,
    office: Organisation | None,
    form: Told,
    act: Callable[[], Done],
    title: str,
    *,
    template: str = "organisations/form.html",
    unchanged: str = UNCHANGED,
    **context: object,
) -> HttpResponse:
    """Show the form, or act once on it; what is wrong is shown beside what was typed."""
    status, refusal = 200, ""
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return once(request, act)
            except services.Unfit as unfit:
                form.tell(unfit.problems)
            except services.UnfitRows as unfit:
                form.tell(unfit.problems[0])
            except services.Outdated:
                status, refusal = 409, OUTDATED
                if office:
                    seen = form.cleaned_data["seen"]
                    context["meanwhile"] = showing.since(office.pk, seen)
                form = _seen_now(request, form, office)
            except services.Unchanged:
                refusal = unchanged
            except PermissionDenied:
                raise Http404 from None
    context |= {
        "office": office,
        "form": form,
        "title": title,
        "refusal": refusal,
        "form_key": new_key(),
    }
    return render(request, template, context, status=status)


def _seen_now(request: HttpRequest, form: Told, office: Organisation | None) -> Told:
    """The same typed form, which now knows of the last act."""
    if office is not None and isinstance(form, ReasonedForm):
        typed = request.POST.copy()
        typed["seen"] = str(last_act(office.pk))
        form.data = typed
    return form
