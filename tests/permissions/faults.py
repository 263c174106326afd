"""Faults to plant: careless changes that leak, forget or let through.

Each function puts one into the product with a ``pytest.MonkeyPatch``; test_planted.py says which
detector must see it. This is the one place where the suite patches parts of our own.
"""

from types import SimpleNamespace

from django.http import Http404, HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.template import engines
from django.urls import get_resolver

from enrollment import queries as enrollment_queries
from enrollment.views import entry
from numbering import queries as numbering_queries
from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.audit import services as audit
from xueji.cases import inbox, queries
from xueji.cases.models import ALIVE, Case, Paper
from xueji.organisations.models import Level, Organisation
from xueji.pages import case_page, middleware
from xueji.pages.pupil.scope import Scope
from xueji.pages.templatetags import xueji as tags
from xueji.pages.views import cases as case_views
from xueji.pages.views.students import pupil as student_views
from xueji.students import queries as student_queries
from xueji.students.models import Student, StudentQuerySet


# -- scopes -------------------------------------------------------------------------------------
def everybody(acting: Acting) -> StudentQuerySet:
    return Student.objects.filter(school__isnull=False)


def roster_without_scope(patch):
    patch.setattr(student_queries, "visible", everybody)


def count_without_scope(patch):
    """The rows are right, but the figure above them counts all."""
    counted = StudentQuerySet.count
    patch.setattr(
        StudentQuerySet,
        "count",
        lambda rows: counted(Student.objects.all()) if rows.query.is_sliced else counted(rows),
    )


def desk_counts_the_province(patch):
    counts = student_queries.counts
    patch.setattr(student_queries, "counts", lambda path: counts(path[:4]))


def chart_counts_the_province(patch):
    by_grade = student_queries.by_grade
    patch.setattr(student_queries, "by_grade", lambda path: by_grade(path[:4]))


def inbox_without_place(patch):
    """Whatever waits for the role, wherever."""
    patch.setattr(
        inbox,
        "waiting",
        lambda acting: Case.objects.filter(state__in=ALIVE, waiting_role=acting.post.role),
    )


def closed_without_scope(patch):
    patch.setattr(inbox, "closed", lambda acting: Case.objects.filter(closed_at__isnull=False))


def decide_without_reach(patch):
    patch.setattr(queries, "within_reach", lambda case_ids, acting: list(case_ids))


def case_without_scope(patch):
    patch.setattr(
        queries, "find", lambda acting, number: Case.objects.filter(number=number).first()
    )


def drafts_for_all_in_reach(patch):
    def find(acting, number):
        found = Case.objects.filter(number=number).first()
        return found if found and acting.reaches(found.org_path) else None

    patch.setattr(queries, "find", find)


def _any_case(request, number):
    case = Case.objects.filter(number=number).first()
    if case is None:
        raise Http404(number)
    return case


def paper_without_scope(patch):
    patch.setattr(case_page, "find", _any_case)


def paper_of_any_case(patch):
    """The case is the own one, the paper need not be its."""
    found = case_page.find

    def case(request, number):
        own = found(request, number)
        return SimpleNamespace(papers=Paper.objects, student_id=own.student_id)

    patch.setattr(case_page, "find", case)


def _any_student(request, pk):
    student = Student.objects.filter(pk=pk).select_related("school__organisation").first()
    if student is None:
        raise Http404(pk)
    return student


def _any_scope(acting, pk):
    return Scope(acting=acting, student=_any_student(acting, pk))


def reveal_without_scope(patch):
    patch.setattr(student_views, "visible", _any_scope)


def case_reveal_without_scope(patch):
    patch.setattr(case_page, "find", _any_case)


def schools_without_scope(patch):
    patch.setattr(
        numbering_queries,
        "schools",
        lambda path, **more: Organisation.objects.filter(level=Level.SCHOOL),
    )


def series_without_reach(patch):
    patch.setattr(Acting, "reaches", lambda acting, path: True)


def reach_of_the_parent(patch):
    """An office that reads what its own superior reads."""
    patch.setattr(
        Acting,
        "reaches",
        lambda acting, path: path.startswith(acting.post.organisation.path[:-4]),
    )


def entry_list_of_any_school(patch):
    patch.setattr(
        enrollment_queries,
        "schools",
        lambda path: Organisation.objects.filter(level=Level.SCHOOL),
    )


def drafts_of_any_post(patch):
    patch.setattr(
        entry,
        "own",
        lambda acting, number, kind: (
            Case.objects.filter(number=number)
            .select_related("opened_post", "school__organisation")
            .first()
        ),
    )


# -- acts, pages, roles -------------------------------------------------------------------------
def auditor_reads_pupils(patch):
    patch.setitem(access.ACTS, "students.read", access.REGISTER | {"auditor"})


def administrator_signs(patch):
    patch.setitem(access.ACTS, "cases.sign", access.EVERYBODY)


def everybody_acts(patch):
    patch.setattr(Acting, "may", lambda acting, act: True)


def allocator_anywhere(patch):
    patch.setattr(Acting, "acts_at", lambda acting, organisation_id: True)


# -- the record, the numbers, the headers -------------------------------------------------------
def nothing_recorded(patch):
    patch.setattr(audit, "shown", lambda **look: None)


def recorded_twice(patch):
    once = audit.shown
    patch.setattr(audit, "shown", lambda **look: (once(**look), once(**look)))


def recorded_without_pupils(patch):
    once = audit.shown
    patch.setattr(audit, "shown", lambda **look: once(**look | {"students": []}))


def numbers_not_masked(patch):
    patch.setitem(tags.register.filters, "mask_id", lambda number: number or "")
    for loader in engines["django"].engine.template_loaders:
        patch.setattr(loader, "get_template_cache", {})  # compiled anew, with the filter as it is


def looking_writes(patch):
    found = student_queries.for_list

    def for_list(students):
        Organisation.objects.filter(level=Level.PROVINCE).update(rule_set="hebei ")
        return found(students)

    patch.setattr(student_queries, "for_list", for_list)


def form_without_token(patch):
    """As the decorator csrf_exempt would leave it."""
    patch.setattr(case_views.decide, "csrf_exempt", True, raising=False)


def page_in_a_frame(patch):
    patch.setattr(
        XFrameOptionsMiddleware, "process_response", lambda middleware, request, response: response
    )


def page_may_be_kept(patch):
    patch.setattr(middleware, "add_never_cache_headers", lambda response: None)


def refusal_that_tells(patch):
    """A foreign pupil is refused with another status than a missing one."""

    def scope(acting, pk):
        found = student_queries.visible(acting).filter(pk=pk).first()
        if found is None and Student.objects.filter(pk=pk).exists():
            raise Http404("elsewhere")
        return _any_scope(acting, pk)

    def not_found(request, exception):
        return HttpResponse(f"404 {exception}", status=404)

    patch.setattr(student_views, "visible", scope)
    patch.setattr(get_resolver(), "resolve_error_handler", lambda status: not_found)
