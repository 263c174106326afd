"""送教上门: the school changes where a pupil's lessons are."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from enrollment.forms.attendance import AttendanceForm
from enrollment.services import attendance as services
from enrollment.services import room
from xueji.accounts import access
from xueji.audit.models import AccessKind
from xueji.cases.kinds import Refused
from xueji.organisations.queries import lineage
from xueji.pages import ids, record
from xueji.pages.forms import new_key
from xueji.pages.kept import typing_here
from xueji.pages.once import Done, once
from xueji.rules.papers import PAPERS
from xueji.students import queries
from xueji.students.models import Student
from xueji.students.services import NotEditable, Outdated, Unchanged, Unfit

MEANWHILE = "该生的学籍刚由他人改动，还没有改。请看过现在的内容，再改一次。"


@access.act("enrollment.attendance")
@require_http_methods(["GET", "POST"])
@typing_here()
def attendance(request: HttpRequest, pk: int) -> HttpResponse:
    """One pupil of the acting school: what it is now, and the form that changes it."""
    place = ("school__organisation", "school_class")
    student = queries.visible(request.acting).select_related(*place).filter(pk=pk).first()
    if student is None or not request.acting.acts_at(student.school_id):
        raise Http404(pk)
    rules = room.rules_of(lineage(student.school_id), request.acting)
    try:
        services.require_taught(student, rules)
    except NotEditable as why:
        closed = {"why": why, "url": reverse("student", args=[pk]), "action": "回到学生页"}
        return render(request, "students/not_editable.html", closed, status=409)
    rule = rules.rule("entry.home_taught.papers")
    form = AttendanceForm(
        request.POST or None,
        papers=[(code, PAPERS[code]) for group in rule.value for code in group],
    )
    status, refusal = 200, ""
    if request.method == "POST" and form.is_valid():
        try:
            return once(request, lambda: _change(request, student, form))
        except Unfit as unfit:
            status = 422
            for problem in unfit.problems:
                form.add_error(problem.field, f"{problem.message}{problem.remedy}")
        except (Outdated, Unchanged):
            status, refusal = 409, MEANWHILE
            student.refresh_from_db()
        except (NotEditable, Refused) as why:
            status, refusal = 409, str(why)
    record.shown(request, kind=AccessKind.VIEW, page="attendance", students=[pk])
    context = {
        "form": form,
        "student": student,
        "other": services.other(student),
        "at_home": student.attendance == "home_taught",
        "rule": rules.rule("entry.home_taught"),
        "papers_rule": rule,
        "refusal": refusal,
        "form_key": new_key(),
    }
    return render(request, "enrollment/attendance.html", context, status=status)


def _change(request: HttpRequest, student: Student, form: AttendanceForm) -> Done:
    found = services.change(
        student_id=student.pk,
        version=ids.whole(request.POST.get("version", "")) or 0,
        attendance=request.POST.get("attendance", ""),
        papers=form.cleaned_data["papers"],
        reason=form.cleaned_data["reason"],
        acting=request.acting,
    )
    warning = "".join(f"{f.message}。{f.remedy}（{f.citation}）。" for f in found)
    return Done(
        f"{reverse('student', args=[student.pk])}?tab=history",
        success=f"已把 {student.name} 的上课形式改好，记入履历",
        warning=f"请补齐\n\n{warning}" if warning else "",
    )
