"""Official papers of pupils: the base-information sheet, of one or of a class, and the card.

Shown first with masked numbers; whole ones need a purpose, which is recorded with the names.
"""

from collections.abc import Callable
from typing import Any

from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from xueji.accounts import access
from xueji.audit.models import AccessKind
from xueji.organisations.models import School, SchoolClass
from xueji.pages import record
from xueji.pages.forms import ListPrintForm
from xueji.pages.printed import card as cards
from xueji.pages.printed import sheet as sheets
from xueji.pages.printed.frame import frame
from xueji.pages.printed.purpose import Asked, asked
from xueji.pages.pupil import past
from xueji.pages.pupil.scope import Scope, visible
from xueji.students import photos, queries
from xueji.students.models import FamilyMember

LEFT = (
    "该生已不在本单位就读，只能打印就读期间的记录，号码遮住。"
    "确需完整号码的，请联系该生现在的学校或上级主管部门。"
)


@access.act("students.print")
@require_http_methods(["GET", "POST"])
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """学籍卡 of one pupil; POST: with whole numbers, for a purpose."""

    def fill(scope: Scope, whole: bool) -> dict[str, Any]:
        return {"card": cards.card(scope, medical=scope.sees_medical, whole=whole)}

    return _single(request, pk, "card", "print/card.html", fill)


@access.act("students.print")
@require_http_methods(["GET", "POST"])
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """学生基本信息表 of one pupil; POST: with whole numbers, for a purpose."""

    def fill(scope: Scope, whole: bool) -> dict[str, Any]:
        facts = past.present(scope)
        printed = sheets.sheet(
            facts.student,
            facts.sheet,
            facts.family,
            school=_school(scope),
            medical=scope.sees_medical,
            whole=whole,
        )
        return {"sheet": printed}

    return _single(request, pk, "sheet", "print/sheet.html", fill)


def _school(scope: Scope) -> School:
    """The school of the paper: the present one, or the one that the pupil left."""
    return scope.windows[0].placement.school if scope.is_past else scope.student.school


def _single(
    request: HttpRequest,
    pk: int,
    paper: str,
    template: str,
    fill: Callable[[Scope, bool], dict[str, Any]],
) -> HttpResponse:
    """One paper of one pupil, and the record that it was laid out to be printed."""
    scope = visible(request.acting, pk)
    wanted = asked(request, refusal=LEFT if scope.is_past else "")
    record.shown(
        request, kind=AccessKind.PRINT, page=f"student_{paper}", students=[pk], **wanted.looked
    )
    school = _school(scope)
    context = {
        "pk": pk,
        "is_past": scope.is_past,
        "school": school,
        "frame": frame(paper, school=school.organisation, on=request.acting.today),
        "acting": request.acting,
        "pictured": {pk} if past.photo(scope) else set(),
        **wanted.context,
        **fill(scope, wanted.whole),
    }
    return render(request, template, context, status=wanted.status)


@access.act("students.print")
@require_http_methods(["GET", "POST"])
def class_sheets(request: HttpRequest, pk: int) -> HttpResponse:
    """学生基本信息表 of a whole class. GET asks for the purpose and names nobody."""
    row = SchoolClass.objects.select_related("school__organisation").filter(pk=pk).first()
    if row is None or not request.acting.reaches(row.school.organisation.path):
        raise Http404(pk)
    form = ListPrintForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        order = form.cleaned_data.pop("order") or "name"
        wanted = Asked(form=form, **form.cleaned_data)
        return _class_printed(request, row, wanted, order)
    count = queries.visible(request.acting).filter(school_class=row).count()
    context = {"class": row, "school": row.school, "form": form, "count": count}
    status = 200 if request.method == "GET" else 422
    return render(request, "print/class_sheets_ask.html", context, status=status)


def _class_printed(
    request: HttpRequest, row: SchoolClass, wanted: Asked, order: str
) -> HttpResponse:
    label, key = queries.NAME_ORDERS[order]
    family = Prefetch("family", queryset=FamilyMember.objects.order_by("position"))
    students = list(
        queries.visible(request.acting)
        .filter(school_class=row)
        .select_related("sheet", "school_class")
        .prefetch_related(family)
        .order_by(key, "pk")
    )
    medical = access.sees_medical(request.acting, row.school.organisation.path)
    if students:
        record.shown(
            request,
            kind=AccessKind.PRINT,
            page="class_sheets",
            students=[student.pk for student in students],
            filter=f"学生基本信息表 {row.entry_year} 级{row}",
            **wanted.looked,
        )
    context = {
        "class": row,
        "school": row.school,
        "order_words": label,
        "sheets": [
            sheets.sheet(
                student,
                getattr(student, "sheet", None),
                list(student.family.all()),
                school=row.school,
                medical=medical,
                whole=wanted.whole,
            )
            for student in students
        ],
        "pictured": photos.pictured(student.pk for student in students),
        "frame": frame("sheet", school=row.school.organisation, on=request.acting.today),
        "acting": request.acting,
        **wanted.context,
    }
    return render(request, "print/class_sheets.html", context)
