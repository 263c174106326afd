"""The calendar of a county: read by everybody of it, kept by the county."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.establishment import services
from xueji.establishment.services.common import last_act
from xueji.organisations.models import Level, Organisation, SchoolYear
from xueji.organisations.queries import school_year
from xueji.pages.forms import new_key
from xueji.pages.ids import whole
from xueji.pages.kept import typing_here
from xueji.pages.offices import calendar as days
from xueji.pages.offices import showing
from xueji.pages.offices.base import ReasonedForm
from xueji.pages.offices.calendar_forms import HolidaysForm, YearForm
from xueji.pages.once import Done, once
from xueji.pages.views.organisations.edit import OUTDATED, UNCHANGED
from xueji.pages.views.organisations.office import may_keep, within_reach

SHOWN = 12  # school years


@access.act("organisations.read")
@require_GET
def calendar(request: HttpRequest) -> HttpResponse:
    """One school year of a county, month by month; the county of the post unless one is asked."""
    county = _county(request)
    years, row = _years(request, county)
    return render(request, "organisations/calendar.html", _told(request, county, years, row))


@access.act("organisations.keep")
@require_http_methods(["GET", "POST"])
@typing_here()
def edit(request: HttpRequest) -> HttpResponse:
    """Write a school year with its terms; ``?year=`` says which."""
    acting = request.acting
    if not may_keep(acting):
        raise Http404
    county = acting.post.organisation
    asked = whole(request.GET.get("year", "")) or acting.today.year
    if not 2000 <= asked <= 2100:
        raise Http404
    row = SchoolYear.objects.filter(county=county, year=asked).first()
    initial = {"year": asked, "seen": last_act(county.pk)}
    form = YearForm(
        request.POST or None, initial=initial | (YearForm.initial_of(row) if row else {})
    )
    return _answer(
        request,
        form,
        lambda: _save(request, form),
        title=f"{asked}—{asked + 1} 学年",
        note="学年和学期是全县的：入学年龄、转学时限、休学期满都按它计算。",
    )


@access.act("organisations.holidays")
@require_http_methods(["GET", "POST"])
@typing_here()
def holidays(request: HttpRequest) -> HttpResponse:
    """Write the special days of a calendar year, for the whole tree; ``?year=`` says which."""
    acting = request.acting
    asked = whole(request.GET.get("year", "")) or acting.today.year
    if not 2000 <= asked <= 2100:
        raise Http404
    initial = {
        "year": asked,
        "seen": last_act(acting.post.organisation_id),
        "text": days.lines(asked),
    }
    form = HolidaysForm(request.POST or None, initial=initial)

    def act() -> Done:
        count = services.set_holidays(
            year=form.cleaned_data["year"],
            days=form.cleaned_data["text"],
            seen=form.cleaned_data["seen"] or 0,
            reason=form.said,
            acting=acting,
        )
        return Done(reverse("calendar"), success=f"已保存，{asked} 年放假和调休共 {count} 天")

    return _answer(
        request,
        form,
        act,
        title=f"{asked} 年放假和调休",
        note="照国务院办公厅的放假安排录入，各县的期限都按它计算；已经定下的期限不变。",
    )


def _answer(
    request: HttpRequest, form: ReasonedForm, act: Callable[[], Done], **told: str
) -> HttpResponse:
    """Show the form, or act once on it; what is wrong is shown beside what was typed."""
    status, refusal, meanwhile = 200, "", []
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return once(request, act)
            except services.Unfit as unfit:
                form.tell(unfit.problems)
            except services.Outdated:
                status, refusal = 409, OUTDATED
                office = request.acting.post.organisation_id
                meanwhile = showing.since(office, form.cleaned_data["seen"])
                again = request.POST.copy()
                again["seen"] = str(last_act(office))
                form.data = again
            except services.Unchanged:
                refusal = UNCHANGED
            except PermissionDenied:
                raise Http404 from None
    context = {"form": form, "refusal": refusal, "meanwhile": meanwhile, **told}
    context["form_key"] = new_key()
    return render(request, "organisations/year.html", context, status=status)


def _save(request: HttpRequest, form: YearForm) -> Done:
    row = services.save_year(
        typed=form.typed,
        seen=form.cleaned_data["seen"] or 0,
        reason=form.said,
        acting=request.acting,
    )
    return Done(f"{reverse('calendar')}?year={row.year}", success=f"已保存 {row}，改动记入履历")


def _county(request: HttpRequest) -> Organisation | None:
    """The county asked for within reach, or the one the post is in; None above counties."""
    acting: Acting = request.acting
    if asked := request.GET.get("county"):
        county = within_reach(acting, whole(asked) or 0)
        if county.level != Level.COUNTY:
            raise Http404(asked)
        return county
    line = Organisation.objects.above(acting.post.organisation.path)
    return line.filter(level=Level.COUNTY).first()


def _years(
    request: HttpRequest, county: Organisation | None
) -> tuple[list[SchoolYear], SchoolYear | None]:
    if county is None:
        return [], None
    years = list(SchoolYear.objects.filter(county=county).order_by("-year")[:SHOWN])
    asked = whole(request.GET.get("year", ""))
    row = next((one for one in years if one.year == asked), None)
    return years, row or school_year(county, request.acting.today) or next(iter(years), None)


def _told(
    request: HttpRequest,
    county: Organisation | None,
    years: list[SchoolYear],
    row: SchoolYear | None,
) -> dict[str, object]:
    acting: Acting = request.acting
    counties = []
    if county is None:
        reach = Organisation.objects.below(acting.post.organisation.path)
        counties = list(reach.filter(level=Level.COUNTY).order_by("path")[:200])
    found = days.months(row.starts_on, row.ends_on) if row else []
    entered = {one.year for one in years}
    earliest = min(entered, default=acting.today.year)
    keeps = may_keep(acting) and county == acting.post.organisation
    return {
        "county": county,
        "counties": counties,
        "years": years,
        "row": row,
        "months": found,
        "unknown": days.unknown_years(found),
        "terms": days.term_days(row, found) if row else [],
        "acts": showing.acts(county).filter(kind="calendar").order_by("-pk")[:5] if county else [],
        "may_keep": keeps,
        "may_holidays": acting.may("organisations.holidays"),
        "calendar_year": acting.today.year,
        "next_year": next(y for y in range(earliest, earliest + SHOWN + 1) if y not in entered),
    }
