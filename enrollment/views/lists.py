"""新生入学 at a glance: a school's own list, the counts of the offices above, discarding drafts."""

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from enrollment import queries
from enrollment.models import Enrollment
from enrollment.queries import finding as meant
from enrollment.services import doubles
from enrollment.services import roll as rolls
from xueji.accounts import access
from xueji.accounts.access import SCHOOL_ROLES
from xueji.audit.models import AccessKind
from xueji.cases import services as cases
from xueji.cases.kinds import Refused
from xueji.cases.queries import own
from xueji.organisations.models import Level, Organisation, SchoolClass
from xueji.pages import finding, record
from xueji.pages.forms import new_key
from xueji.pages.kept import posted_from
from xueji.pages.once import Done, once
from xueji.pages.paging import page
from xueji.students.search import masked, search

# list → label, and the fields by which it is ordered
LISTS = {
    "returned": ("退回补正", ("due_on", "pk")),
    "papers": ("待补材料", ("pk",)),
    "draft": ("草稿", ("pk",)),
    "open": ("办理中", ("waiting_since", "pk")),
    "unplaced": ("已核准待分班", ("name_order", "pk")),
}
DRAFTS = ("papers", "draft")


@access.act("enrollment.read")
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """A school's own list; for offices above it counts by school, and the list of ?school=."""
    school = _school(request)
    if school is None:
        return _schools(request)
    post = request.acting.post
    is_own = request.acting.acts_at(school.pk)
    tallies = queries.tallies(school.pk, post.role)
    names = [name for name in LISTS if name not in DRAFTS or (is_own and _enters(request))]
    shown = request.GET.get("show") or next((name for name in names if tallies[name]), "open")
    if shown not in names:
        raise Http404(shown)
    typed = finding.read(request)
    found = page(request, _rows(school, shown, post.role, typed), order=LISTS[shown][1])
    _record(request, found.rows, shown, typed)
    return render(
        request,
        "enrollment/list.html",
        {
            "school": school,
            "is_own": is_own,
            "elsewhere": "" if is_own else school.pk,
            "shown": shown,
            "title": LISTS[shown][0],
            "tabs": [(name, LISTS[name][0], tallies[name]) for name in names],
            "page": found,
            "typed": typed,
            "search": finding.address(request.GET, ()),
            "returns": queries.returns(found.rows) if shown == "returned" else {},
            "may_enter": is_own and _enters(request),
            "classes": [] if is_own and _enters(request) else _newest_classes(school),
            "form_key": new_key(),
            "roll_year": next(iter(rolls.years(school.pk)), None),
            "draft_days": settings.DRAFTS_KEPT.days,
            "today": request.acting.today,
        },
    )


def _rows(school: Organisation, shown: str, role: str, typed: str) -> QuerySet:
    if shown == "unplaced":
        return search(queries.without_class(school.pk), typed)
    rows = queries.in_list(school.pk, shown, role)
    if shown in DRAFTS:
        return meant.drafts(rows, typed)
    return meant.of_pupils(rows, typed, student="student", among=meant.entering())


def _enters(request: HttpRequest) -> bool:
    return request.acting.may("enrollment.enter")


def _newest_classes(school: Organisation) -> list[tuple[SchoolClass, int]]:
    """The classes of the last intake, for those who look at them or agree to a larger one."""
    years = queries.years_with_classes(school.pk)
    return queries.classes(school.pk, years[0]) if years else []


def _school(request: HttpRequest) -> Organisation | None:
    """The school whose list is asked for; None for an office that asked for none."""
    post = request.acting.post
    asked = request.GET.get("school", "")
    if post.role in SCHOOL_ROLES or not asked:
        return post.organisation if post.organisation.level == Level.SCHOOL else None
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        raise Http404(asked)
    school = queries.schools(post.organisation.path).filter(pk=int(asked)).first()
    if school is None:
        raise Http404(asked)
    return school


def _record(request: HttpRequest, rows: list, shown: str, typed: str) -> None:
    if not rows:
        return
    ids = [row.pk if shown == "unplaced" else row.student_id for row in rows]
    record.shown(
        request,
        kind=AccessKind.LIST,
        page=doubles.PAGE,
        students=[pk for pk in ids if pk],
        filter=f"{LISTS[shown][0]} {masked(typed)}".rstrip(),
    )


def _schools(request: HttpRequest) -> HttpResponse:
    """Counts by school; no pupil is named."""
    rows = queries.schools(request.acting.post.organisation.path)
    found = page(request, rows, order=("path", "pk"))
    return render(
        request,
        "enrollment/schools.html",
        {
            "page": found,
            "lines": queries.by_school(found.rows),
            "checks": request.acting.may("enrollment.national_check"),
            "takes_over": request.acting.may("enrollment.takeover"),
        },
    )


@access.act("enrollment.enter")
@posted_from("enrollment")
def discard(request: HttpRequest, number: str) -> HttpResponse:
    """Throw a draft away, with everything typed."""
    case = own(request.acting, number, Enrollment.KIND)

    def act() -> Done:
        if case is None:
            raise Http404(number)
        cases.discard(case_id=case.pk, acting=request.acting)
        return Done(reverse("enrollment"), success=f"已删除草稿 {case.title}".rstrip())

    try:
        return once(request, act, back=reverse("enrollment"))
    except Refused as refusal:
        messages.error(request, f"没有删除\n\n{refusal}")
        return redirect("enrollment")
