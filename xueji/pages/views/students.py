"""The roster of pupils and the page of one pupil."""

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from xueji.accounts import access
from xueji.audit import services as audit
from xueji.audit.models import AccessKind
from xueji.cases import kinds
from xueji.cases.models import Case
from xueji.ledger.models import EventKind, RegisterEvent
from xueji.organisations.models import grade_name
from xueji.pages.forms import RevealForm
from xueji.pages.kept import posted_from
from xueji.pages.paging import page
from xueji.students import queries
from xueji.students.models import RegisterType, Status, Student
from xueji.students.search import masked, search

ORDER = ("org_path", "grade", "name_full", "pk")
MOST_COUNTED = 10_000


@access.act("students.read")
@require_GET
def roster(request: HttpRequest) -> HttpResponse:
    """Pupils in reach, found by name, pinyin, document or register number."""
    typed = request.GET.get("q", "")[:60]
    chosen = _filters(request)
    rows = search(queries.visible(request.acting), typed).filter(**chosen)
    found = page(request, queries.for_list(rows), order=ORDER)
    count = rows.order_by()[: MOST_COUNTED + 1].count()
    audit.shown(
        acting=request.acting,
        kind=AccessKind.LIST,
        page="students",
        students=[student.pk for student in found.rows],
        filter=masked(typed),
        address=request.META.get("REMOTE_ADDR", ""),
    )
    return render(
        request,
        "students/roster.html",
        {
            "page": found,
            "typed": typed,
            "count": count if count <= MOST_COUNTED else None,
            "most": MOST_COUNTED,
            "chosen": chosen,
            "statuses": Status.choices,
            "grades": [(str(grade), grade_name(grade)) for grade in range(1, 13)],
            "types": RegisterType.choices,
            "get": request.GET,
        },
    )


def _filters(request: HttpRequest) -> dict[str, object]:
    """Filters of the address that mean something; others are passed over."""
    chosen: dict[str, object] = {}
    if (status := request.GET.get("status")) in Status.values:
        chosen["status"] = status
    if (kind := request.GET.get("type")) in RegisterType.values:
        chosen["register_type"] = kind
    if (grade := request.GET.get("grade", "")) in {str(number) for number in range(1, 13)}:
        chosen["grade"] = int(grade)
    return chosen


def _student(request: HttpRequest, pk: int) -> Student:
    found = (
        queries.visible(request.acting)
        .select_related("school__organisation", "school_class")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404(pk)
    return found


def _answer(
    request: HttpRequest,
    student: Student,
    *,
    kind: str = AccessKind.VIEW,
    status: int = 200,
    **reveal: str,
) -> HttpResponse:
    """The page, and the record that it was shown; ``reveal`` names one field and the reason."""
    audit.shown(
        acting=request.acting,
        kind=kind,
        page="student",
        students=[student.pk],
        address=request.META.get("REMOTE_ADDR", ""),
        **reveal,
    )
    names = {kind.name: kind for kind in kinds.all_kinds()}
    return render(
        request,
        "students/student.html",
        {
            "student": student,
            "family": list(student.family.order_by("position")),
            "events": list(_told(student)),
            "cases": list(
                Case.objects.visible_to(request.acting.post)
                .filter(student=student)
                .select_related("waiting_at")
                .order_by("-pk")
            ),
            "kinds": names,
            "placements": list(
                student.placements.select_related("school__organisation", "school_class").order_by(
                    "-starts", "-pk"
                )
            ),
            "reveal_form": RevealForm(),
            "revealed": reveal.get("field", ""),
            "today": request.acting.today,
        },
        status=status,
    )


def _told(student: Student) -> QuerySet[RegisterEvent]:
    """Events as people tell them: a change of grade is two rows in the ledger, one fact here."""
    other_half = Q(kind=EventKind.GRADE_CHANGED, change=-1)
    return student.events.exclude(other_half).order_by("-effective_on", "-pk")


@access.act("students.read")
@require_GET
def student(request: HttpRequest, pk: int) -> HttpResponse:
    """One pupil: masked facts, family, and everything that happened to the register."""
    return _answer(request, _student(request, pk))


@access.act("students.reveal")
@posted_from("student", "pk")
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one masked value, for a recorded reason."""
    found = _student(request, pk)
    form = RevealForm(request.POST)
    if not form.is_valid():
        messages.error(request, "没有显示\n\n请选择要看的项目和理由。")
        return _answer(request, found, status=422)
    return _answer(request, found, kind=AccessKind.REVEAL, **form.cleaned_data)
