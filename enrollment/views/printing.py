"""Papers of an intake: the sheet that parents check before it is submitted, and the roll."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from enrollment import queries
from enrollment.forms.roll import RollForm
from enrollment.models import Enrollment
from enrollment.services import roll as rolls
from enrollment.services.typed import Typed, typed
from enrollment.views.page import closed, is_editable, school_context
from xueji.accounts import access
from xueji.audit.models import AccessKind
from xueji.cases.kinds import Refused
from xueji.cases.models import Case
from xueji.cases.queries import own, reaches_pupil
from xueji.organisations.models import StageName
from xueji.organisations.queries import Lineage, lineage
from xueji.pages import case_page, record
from xueji.pages.printed import sheet as sheets
from xueji.pages.printed.frame import frame, framed
from xueji.pages.printed.purpose import asked
from xueji.rules.engine import Rules, rule_set

NOBODY = "0"  # the class of those who are in none yet, in the address of a form


@access.act("students.print")
@require_http_methods(["GET", "POST"])
def sheet(request: HttpRequest, number: str) -> HttpResponse:
    """学生基本信息表 of a new pupil: as typed while the clerk can mend it, else as submitted."""
    try:
        case, pupil = _pupil(request, number)
    except Refused as refusal:
        return closed(request, str(refusal))
    wanted = asked(request)
    record.shown(
        request,
        kind=AccessKind.PRINT,
        page="enrollment_sheet",
        students=[case.student_id],
        filter=case.number,
        **wanted.looked,
    )
    school = case.school
    context = {
        "case": case,
        "is_past": False,
        "is_typed": pupil.student.pk is None,
        "pictured": set(),  # a photograph belongs to a built register
        "sheet": sheets.sheet(
            pupil.student,
            pupil.sheet,
            pupil.family,
            school=school,
            medical=access.sees_medical(request.acting, case.org_path),
            whole=wanted.whole,
        ),
        "frame": frame("sheet", school=school.organisation, on=request.acting.today),
        "acting": request.acting,
        **wanted.context,
    }
    return render(request, "print/case_sheet.html", context, status=wanted.status)


def _pupil(request: HttpRequest, number: str) -> tuple[Case, Typed]:
    """The case and its pupil, for the post that types it or a party to it. 404 to others."""
    mine = own(request.acting, number, Enrollment.KIND)
    if mine and is_editable(mine):
        form = queries.typed(mine)
        row = form.values.get("row", {}) if form else {}
        return mine, typed(row, school_context(request.acting, mine))
    case = case_page.find(request, number)
    if case.kind != Enrollment.KIND or not reaches_pupil(case, request.acting):
        raise Http404(number)
    student = case.student
    if student.school_id is None:  # not placed before the last signature
        student.grade, student.school_class = case.enrollment.grade, case.enrollment.school_class
    family = list(student.family.order_by("position"))
    return case, Typed(student=student, sheet=getattr(student, "sheet", None), family=family)


@access.act("students.print")
@require_http_methods(["GET", "POST"])
def roll(request: HttpRequest, school_id: int, year: int) -> HttpResponse:
    """新生花名册 of a school's intake. GET asks for the purpose and names nobody."""
    if not queries.schools(request.acting.post.organisation.path).filter(pk=school_id).exists():
        raise Http404(school_id)
    school = lineage(school_id)
    rules = rule_set(school.rule_set).at(request.acting.today)
    groups = rolls.classes(school_id, year)
    copies = rolls.holders(school, rules)
    form = RollForm(
        request.POST if request.method == "POST" else None,
        copies=[(str(office.pk), f"{office}留存") for office in copies],
        classes=[(str(row.pk) if row else NOBODY, str(row or rolls.NO_CLASS)) for row, _ in groups],
    )
    context = {
        "school": school.school.organisation,
        "identifier": school.school.identifier,
        "year": year,
        "copies": copies,
        "acting": request.acting,
    }
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            return _printed(request, school, rules, form, context)
        except Refused as refusal:
            messages.error(request, f"没有打印\n\n{refusal}")
    if request.method == "POST":
        status = 422
    context |= {
        "form": form,
        "groups": [(row or rolls.NO_CLASS, count) for row, count in groups],
        "count": sum(count for _, count in groups),
        "on_the_way": rolls.on_the_way(school_id, year),
        "years": [other for other in rolls.years(school_id) if other != year],
        "rule": rules.rule("print.roll_copies"),
    }
    return render(request, "print/roll_ask.html", context, status=status)


def _printed(
    request: HttpRequest, school: Lineage, rules: Rules, form: RollForm, context: dict[str, object]
) -> HttpResponse:
    values, year = form.cleaned_data, context["year"]
    pupils = rolls.intake(school.school.pk, int(str(year)))
    if chosen := values["school_class"]:
        pupils = pupils.filter(school_class=None if chosen == NOBODY else int(chosen))
    printed = rolls.roll(pupils, order=values["order"])
    if students := printed.students:
        record.shown(
            request,
            kind=AccessKind.PRINT,
            page="enrollment_roll",
            students=students,
            filter=f"{year} 年新生花名册 {school.school.organisation}",
            reason=values["purpose"],
        )
    offices = rolls.holders(school, rules)
    numbered = [
        (place, office)
        for place, office in enumerate(offices, start=1)
        if values["copy"] in ("", str(office.pk))
    ]
    context |= {
        "roll": printed,
        "numbered": numbered,
        "authority": school.authority(StageName.PRIMARY),
        "purpose": values["purpose"],
        "frame": framed("roll", rules, stamps=[str(office) for office in offices]),
    }
    return render(request, "print/roll.html", context)
