"""One class: who sits in it, changing class, and consent to a larger one."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from enrollment import queries
from enrollment.forms.classes import ExcessForm, MoveForm
from enrollment.services import assign, room
from xueji.accounts import access
from xueji.audit.models import AccessKind
from xueji.cases.kinds import Refused
from xueji.organisations.models import SchoolClass
from xueji.organisations.queries import Lineage, lineage
from xueji.pages import record
from xueji.pages.forms import first_error, new_key
from xueji.pages.kept import posted_from, typing_here
from xueji.pages.once import Done, once
from xueji.pages.paging import page
from xueji.rules.engine import Rules
from xueji.students.guests import in_class
from xueji.students.queries import NAME_ORDERS

SIZE = 100


@dataclass(frozen=True, kw_only=True)
class Place:
    """A class within reach, with the rules of its school."""

    school_class: SchoolClass
    lineage: Lineage
    rules: Rules

    @property
    def address(self) -> str:
        return reverse("enrollment_class", args=[self.school_class.pk])


def _place(request: HttpRequest, pk: int, *, own: bool = False) -> Place:
    """The class asked for; 404 out of reach, with ``own`` also at another school."""
    row = SchoolClass.objects.select_related("school__organisation").filter(pk=pk).first()
    if row is None or not request.acting.reaches(row.school.organisation.path):
        raise Http404(pk)
    if own and not request.acting.acts_at(row.school_id):
        raise Http404(pk)
    school = lineage(row.school_id)
    return Place(school_class=row, lineage=school, rules=room.rules_of(school, request.acting))


@access.act("enrollment.read")
@require_GET
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """The pupils of a class by pinyin or strokes, its size and what it may be."""
    return _answer(request, _place(request, pk))


@access.act("enrollment.assign")
@posted_from("enrollment_class", "pk")
@typing_here()
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the chosen pupils change to another class of the cohort."""
    place = _place(request, pk, own=True)
    row = place.school_class
    others = {other.pk: other for other, _ in _siblings(row)}
    form = MoveForm(
        request.POST,
        students=queries.pupils_of(row).values_list("pk", flat=True),
        classes=[(other.pk, str(other)) for other in others.values()],
    )
    if request.method == "GET":
        return _answer(request, place, move_form=form)

    def act() -> Done:
        if not form.is_valid():
            raise Refused(first_error(form))
        into = others[form.cleaned_data["into"]]
        count = assign.move(
            student_ids=form.cleaned_data["students"],
            out_of=row,
            into=into,
            reason=form.cleaned_data["reason"],
            acting=request.acting,
        )
        told = f"已把 {count} 名学生由{row}调入{into}，学籍号不变"
        return Done(place.address, success=told)

    return _once(request, place, act, move_form=form)


@access.act("enrollment.excess")
@posted_from("enrollment_class", "pk")
@typing_here()
def excess(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree to a class larger than the rule set allows, as the post that it names."""
    place = _place(request, pk)
    if not room.may_grant(place.lineage, place.rules, request.acting):
        raise PermissionDenied("class.capacity")
    form = ExcessForm(request.POST)
    if request.method == "GET":
        return _answer(request, place, excess_form=form)

    def act() -> Done:
        if not form.is_valid():
            raise Refused(first_error(form))
        granted = room.grant(
            school_class=place.school_class, acting=request.acting, **form.cleaned_data
        )
        told = f"已同意{place.school_class}最多 {granted.heads} 人"
        return Done(place.address, success=told)

    return _once(request, place, act, excess_form=form)


def _siblings(row: SchoolClass) -> list[tuple[SchoolClass, int]]:
    """The other open classes of the cohort, with their heads."""
    found = queries.classes(row.school_id, row.entry_year, stage=row.stage)
    return [(other, heads) for other, heads in found if other.pk != row.pk]


def _once(
    request: HttpRequest,
    place: Place,
    act: Callable[[], Done],
    *,
    move_form: MoveForm | None = None,
    excess_form: ExcessForm | None = None,
) -> HttpResponse:
    try:
        return once(request, act, back=place.address)
    except Refused as refusal:
        messages.error(request, f"没有办\n\n{refusal}")
        return _answer(request, place, move_form=move_form, excess_form=excess_form, status=409)


def _answer(
    request: HttpRequest,
    place: Place,
    *,
    move_form: MoveForm | None = None,
    excess_form: ExcessForm | None = None,
    status: int = 200,
) -> HttpResponse:
    row = place.school_class
    sort = request.GET.get("sort", "")
    sort = sort if sort in NAME_ORDERS else "name"
    label, key = NAME_ORDERS[sort]
    found = page(request, queries.pupils_of(row), order=(key, "pk"), size=SIZE)
    moves = list(queries.moves_of(row))
    if shown := [student.pk for student in found.rows] + [move.student_id for move in moves]:
        record.shown(
            request,
            kind=AccessKind.LIST,
            page="class",
            students=dict.fromkeys(shown),
            filter=f"{row.entry_year} 级{row}",
        )
    heads = queries.heads([row.pk])[row.pk]
    granted = queries.granted([row.pk]).get(row.pk)
    may_grant = room.may_grant(place.lineage, place.rules, request.acting)
    may_move = request.acting.may("enrollment.assign") and request.acting.acts_at(row.school_id)
    return render(
        request,
        "enrollment/class.html",
        {
            "class": row,
            "school": place.lineage.school.organisation,
            "page": found,
            "order_words": label,
            "sort": sort,
            "orders": [(name, words) for name, (words, _) in NAME_ORDERS.items() if name != sort],
            "heads": heads,
            "home_taught": queries.home_taught(row),
            "borrowed": in_class(row.pk),
            "granted": granted,
            "rule": place.rules.rule("class.capacity"),
            "limit": place.rules.value("class.capacity").get(row.stage),
            "moves": moves,
            "may_move": may_move,
            "others": _siblings(row) if may_move else [],
            "picked": set(move_form["students"].value() or []) if move_form else set(),
            "chosen": move_form["into"].value() if move_form else "",
            "reason": move_form["reason"].value() if move_form else "",
            "may_grant": may_grant,
            "excess_form": excess_form or ExcessForm(),
            "form_key": new_key(),
            "excess_key": new_key(),
        },
        status=status,
    )
