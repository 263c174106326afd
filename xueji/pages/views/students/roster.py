"""The roster: pupils in reach now, and those who were."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from xueji.accounts import access
from xueji.audit.models import AccessKind
from xueji.cases import kinds
from xueji.cases.models import Case
from xueji.cases.todos import MOST_COUNTED
from xueji.organisations.models import Level, grade_name
from xueji.pages import finding, record
from xueji.pages.kept import posted_from
from xueji.pages.paging import page
from xueji.pages.pupil import former
from xueji.pages.selection import SORTS, in_order, open_classes, selected
from xueji.students import foreign_numbers, queries
from xueji.students.models import UNREGISTERED, RegisterType, Status, Student
from xueji.students.search import as_number, masked

MOST_OFFERED = 300  # schools one can choose from; more are found by typing
FILTERS = ("place", "school", "grade", "status", "type", "class", "sort")


@access.act("students.read")
@posted_from("students")
def find(request: HttpRequest) -> HttpResponse:
    """Lead a search to the list, under an address that gives no number away."""
    address = finding.address(request.POST, FILTERS)
    return redirect(f"{reverse('students')}?{address}".removesuffix("?"))


@access.act("students.read")
@require_GET
def roster(request: HttpRequest) -> HttpResponse:
    """Pupils in reach, found by name, pinyin, document or register number."""
    typed = finding.read(request)
    if request.GET.get("place") == "former":
        return _former(request, typed)
    case = finding.case_named(typed, request.acting.post)
    classes = open_classes(request.acting)
    has_schools = request.acting.post.organisation.level < Level.SCHOOL
    selection = selected(request.acting, request.GET, typed)
    rows, chosen = selection.rows, selection.chosen
    # in an order that has an index: of a whole province the table itself would be read
    counted = rows.order_by() if chosen or typed else rows.order_by("org_path")
    count = counted[: MOST_COUNTED + 1].count()
    sort = request.GET.get("sort", "")
    # beyond only the orders that have an index of their own
    sorts = SORTS if count <= MOST_COUNTED else queries.NAME_ORDERS
    sort = sort if sort in sorts else "name"
    label, order = SORTS[sort]
    found = page(request, in_order(queries.for_list(rows), sort), order=order)
    # who is found on many pages is not looked for among the cases too
    is_one_page = not (found.next or found.previous)
    under_way = finding.under_way(typed, request.acting) if is_one_page else []
    told = [student.pk for student in found.rows] + [one.student_id for one in under_way]
    _shown(request, typed, [*told, *_of_case(case, found.rows)])
    return render(
        request,
        "students/roster.html",
        {
            "page": found,
            "typed": typed,
            "search": _search(typed),
            "address": finding.address(request.GET, FILTERS),
            "foreign": foreign_numbers.told(as_number(typed), found.rows),
            "may_list_numbers": request.acting.may("students.foreign_numbers"),
            "may_photograph": request.acting.may("students.photo"),
            "case": case,
            "under_way": under_way,
            "case_kind": kinds.get(case.kind) if case else None,
            "count": count if count <= MOST_COUNTED else None,
            "counts_what": _counts_what(chosen),
            "school": selection.school,
            "schools": queries.schools(request.acting)[:MOST_OFFERED] if has_schools else None,
            "most": MOST_COUNTED,
            "chosen": chosen,
            "sort": sort,
            "order_words": _order_words(label, count),
            "sorts": [(name, SORTS[name][0]) for name in sorts],
            "statuses": [one for one in Status.choices if one[0] not in UNREGISTERED],
            "grades": [(str(grade), grade_name(grade)) for grade in range(1, 13)],
            "types": RegisterType.choices,
            "classes": [(str(c.pk), f"{c.entry_year} 级 {c}") for c in classes],
            "get": request.GET,
        },
    )


def _former(request: HttpRequest, typed: str) -> HttpResponse:
    """Pupils who have left the reach of this post, as they were when they left."""
    rows = former.leavers(request.acting, typed)
    place = ("school__organisation", "school_class")
    found = page(request, rows.select_related(*place), order=former.ORDER, newest_first=True)
    count = rows.order_by()[: MOST_COUNTED + 1].count()
    leavers = former.lines(found.rows)
    _shown(request, typed, [leaver.student.pk for leaver in leavers])
    return render(
        request,
        "students/former.html",
        {
            "page": found,
            "leavers": leavers,
            "typed": typed,
            "search": _search(typed),
            "count": count if count <= MOST_COUNTED else None,
            "most": MOST_COUNTED,
        },
    )


def _search(typed: str) -> str:
    """The search alone, as it may stand in an address."""
    return finding.asking(QueryDict(), typed).urlencode()


def _of_case(case: Case | None, rows: list[Student]) -> list[int]:
    """The pupil whom the case alone shows."""
    told = {student.pk for student in rows}
    return [case.student_id] if case and case.student_id and case.student_id not in told else []


def _shown(request: HttpRequest, typed: str, students: list[int]) -> None:
    record.shown(
        request,
        kind=AccessKind.LIST,
        page="students",
        students=students,
        filter=masked(typed),
    )


def _order_words(label: str, count: int) -> str:
    if label == SORTS["number"][0]:
        return f"按{label}排列，没有编号的在最后"
    words = f"按学校、年级、{label}排列"
    if count > MOST_COUNTED:
        return f"{words}；超过 {MOST_COUNTED} 名时只能按姓名排，要按学籍号、班级排请先筛选"
    return words


def _counts_what(chosen: Mapping[str, Any]) -> str:
    """Which of the three counts the figure is: a temporary register stands in none but 在校."""
    if chosen.get("register_type") == RegisterType.BORROWED_TEMP:
        return "临时借读，不计在籍"
    if chosen.get("status") == Status.ENROLLED:
        word = "在读"
    else:
        word = "在籍，按状态筛选" if "status" in chosen else "在籍，含休学、辍学等"
    if "register_type" in chosen:
        return word
    return f"{word}；名单上的临时借读也数在内"
