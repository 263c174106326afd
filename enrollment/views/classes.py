"""分班: pupils who wait for a class, the classes of the intake, and opening a class."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from enrollment import queries
from enrollment.forms import AssignForm, ClassForm
from enrollment.rules import most
from enrollment.services import assign, doubles
from enrollment.services.check import Context
from enrollment.views.page import closed, school_context
from xueji.accounts import access
from xueji.audit.models import AccessKind
from xueji.cases.kinds import Refused
from xueji.organisations.models import SchoolClass, StageName
from xueji.pages import record
from xueji.pages.forms import first_error, new_key
from xueji.pages.kept import posted_from, typing_here
from xueji.pages.once import Done, once
from xueji.pages.paging import page

SIZE = 100
USUAL = 45  # heads in a class, where the school has no class to go by


@access.act("enrollment.assign")
@require_http_methods(["GET", "POST"])
@typing_here()
def classes(request: HttpRequest) -> HttpResponse:
    """Pupils without a class, by pinyin; the chosen ones go into the chosen class."""
    try:
        context = school_context(request.acting)
    except Refused as refusal:
        return closed(request, str(refusal))
    if request.method == "GET":
        return _show(request, context, picked=set(request.POST.getlist("students")))
    school, year = context.lineage.school.pk, year_of(request, context)
    rows = queries.classes(school, year)
    waiting = queries.without_class(school).filter(entry_year=year)
    form = AssignForm(
        request.POST,
        students=waiting.values_list("pk", flat=True),
        classes=[(row.pk, str(row)) for row, _ in rows],
    )

    def act() -> Done:
        if not form.is_valid():
            raise Refused(first_error(form))
        chosen = next(row for row, _ in rows if row.pk == form.cleaned_data["school_class"])
        count = assign.assign(
            student_ids=form.cleaned_data["students"], school_class=chosen, acting=request.acting
        )
        heads = queries.heads([chosen.pk])[chosen.pk].all
        over = heads - chosen.capacity
        more = f"\n\n已超过班额 {chosen.capacity} 人，多 {over} 人。" if over > 0 else ""
        told = f"已把 {count} 名学生编入{chosen}，现有 {heads} 人{more}"
        return Done(_address(year), success=told)

    return _once(request, context, act, assign_form=form)


def year_of(request: HttpRequest, context: Context) -> int:
    """The intake that is asked for, if it has classes or somebody of it waits; else this year's."""
    asked = request.POST.get("year") or request.GET.get("year")
    years = _years(context)
    return next((year for year in years if str(year) == asked), context.entry_year)


def _years(context: Context) -> list[int]:
    """The intakes of the school, newest first."""
    school = context.lineage.school.pk
    known = {*queries.years_with_classes(school), *queries.years_without_class(school)}
    return sorted({context.entry_year, *known}, reverse=True)


def _address(year: int) -> str:
    return f"{reverse('enrollment_classes')}?year={year}"


@access.act("enrollment.assign")
@posted_from("enrollment_classes")
@typing_here()
def add(request: HttpRequest) -> HttpResponse:
    """Open one more class of this year's intake."""
    try:
        context = school_context(request.acting)
    except Refused as refusal:
        return closed(request, str(refusal))
    form = ClassForm(request.POST)
    if request.method == "GET":
        return _show(request, context, class_form=form)

    def act() -> Done:
        if not form.is_valid():
            raise Refused("班号是 1 至 40 的整数，班额是 1 至 80 的整数。请改正后再增设。")
        opened = assign.add_class(
            school=context.lineage.school,
            entry_year=year_of(request, context),
            acting=request.acting,
            **form.cleaned_data,
        )
        told = f"已增设{opened}，班额 {opened.capacity} 人"
        return Done(_address(opened.entry_year), success=told)

    return _once(request, context, act, class_form=form)


def _once(
    request: HttpRequest,
    context: Context,
    act: Callable[[], Done],
    *,
    assign_form: AssignForm | None = None,
    class_form: ClassForm | None = None,
) -> HttpResponse:
    try:
        return once(request, act, back=reverse("enrollment_classes"))
    except Refused as refusal:
        messages.error(request, f"没有办\n\n{refusal}")
        picked = set(request.POST.getlist("students")) if assign_form else set()
        return _show(request, context, picked=picked, class_form=class_form, status=409)


@dataclass(frozen=True, kw_only=True)
class Size:
    """A class with its heads; ``most`` is the size up to which pupils may come."""

    row: SchoolClass
    heads: int
    most: int | None
    granted: int

    @property
    def free(self) -> int | None:
        return None if self.most is None else max(self.most - self.heads, 0)


def _sizes(context: Context, rows: list[tuple[SchoolClass, int]]) -> list[Size]:
    granted = {pk: row.heads for pk, row in queries.granted([row.pk for row, _ in rows]).items()}
    return [
        Size(
            row=row,
            heads=heads,
            granted=granted.get(row.pk, 0),
            most=most(stage=row.stage, granted=granted.get(row.pk, 0), rules=context.rules),
        )
        for row, heads in rows
    ]


def _show(
    request: HttpRequest,
    context: Context,
    *,
    picked: set[str] | None = None,
    class_form: ClassForm | None = None,
    status: int = 200,
) -> HttpResponse:
    school, year = context.lineage.school.pk, year_of(request, context)
    rows = queries.classes(school, year)
    waiting = queries.without_class(school).filter(entry_year=year)
    found = page(request, waiting, order=("name_order", "pk"), size=SIZE)
    if found.rows:
        record.shown(
            request,
            kind=AccessKind.LIST,
            page=doubles.PAGE,
            students=[student.pk for student in found.rows],
            filter="待分班",
        )
    following = max((row.number for row, _ in rows), default=0) + 1
    limit = context.rules.value("class.capacity").get(StageName.PRIMARY, USUAL)
    usual = rows[-1][0].capacity if rows else min(USUAL, limit)
    return render(
        request,
        "enrollment/classes.html",
        {
            "year": year,
            "years": _years(context),
            "page": found,
            "waiting": waiting.count(),
            "classes": _sizes(context, rows),
            "rule": context.rules.rule("class.capacity"),
            "limit": context.rules.value("class.capacity").get(StageName.PRIMARY),
            "draws": queries.draws(school, year),
            "heads": sum(heads for _, heads in rows),
            "picked": picked or set(),
            "chosen": request.POST.get("school_class", ""),
            "class_form": class_form or ClassForm(initial={"number": following, "capacity": usual}),
            "form_key": new_key(),
            "add_key": new_key(),
        },
        status=status,
    )
