"""Entering an order (建制调整): first what it would meet, then the act with its paper."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.cases.kinds import Refused
from xueji.documents.refusals import BadFile
from xueji.establishment import queries, services
from xueji.establishment.models import OrderKind, OrderState
from xueji.establishment.services.judging import NewOrder, order_problems
from xueji.identity.problems import Problem
from xueji.organisations import queries as organisations
from xueji.organisations.models import Level, Organisation, School, SchoolClass
from xueji.pages.fields import plain
from xueji.pages.forms import new_key
from xueji.pages.ids import whole
from xueji.pages.kept import typing_here
from xueji.pages.offices.order_form import OrderForm, class_named
from xueji.pages.once import Done, once
from xueji.pages.views.organisations.office import may_keep

LONGEST_NUMBER, MOST_CLASSES = 60, 20
NO_PAPER = Problem(
    "missing", "还没有选文件扫描件。", "请选文件的扫描件，人人可以核对依据。", field="file"
)
NO_SCHOOL = Problem(
    "school", "没有选到学校。", "请从列出的里选一所；同名的写成“上级/学校”。", field="school"
)
NO_PLACE = Problem(
    "into", "没有选到去向。", "请从列出的里选一个；同名的写成“上级/单位”。", field="into"
)


@access.act("organisations.order")
@require_http_methods(["GET", "POST"])
@typing_here(check="1")
def new(request: HttpRequest) -> HttpResponse:
    """Enter an order; ``check`` shows what it would meet and keeps nothing."""
    acting = request.acting
    if not may_keep(acting):
        raise Http404
    if request.method == "GET":
        school = _named(acting, whole(request.GET.get("school", "")), "", school=True)
        initial = {"school": school.name, "school_id": school.pk} if school else {}
        initial |= {"effective_on": _next_first(acting)}
        return _show(request, OrderForm(initial=initial), school=school)
    form = OrderForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, form, status=422)
    return _judged(request, form)


def _judged(request: HttpRequest, form: OrderForm) -> HttpResponse:
    """The look ahead, or the act, for a form whose fields could be read."""
    acting, data = request.acting, form.cleaned_data
    school = _named(acting, whole(plain(data["school_id"])), data["school"], school=True)
    into = _named(acting, whole(plain(data["into_id"])), data["into"])
    form.give_back(school_id=school, into_id=into)
    row = _class_of(school, data)
    if problems := list(_unchosen(data, school, into, row)):
        form.tell(problems)
        return _show(request, form, school=school, status=422)
    typed = _typed(data, school, into, row)
    if "check" in request.POST:
        form.tell(_problems(acting, typed, row))
        return _show(request, form, school=school, row=row)
    if not data["file"]:
        form.tell([NO_PAPER])
        return _show(request, form, school=school, row=row, status=422)
    return _enter(request, form, typed, school, row)


def _typed(
    data, school: Organisation, into: Organisation | None, row: SchoolClass | None
) -> NewOrder:
    return NewOrder(
        kind=OrderKind(data["kind"]),
        school_id=school.pk,
        into_id=into.pk if into else None,
        school_class_id=row.pk if row else None,
        number=data["number"].strip(),
        decided_on=data["decided_on"],
        effective_on=data["effective_on"],
    )


def _enter(
    request: HttpRequest,
    form: OrderForm,
    typed: NewOrder,
    school: Organisation,
    row: SchoolClass | None,
) -> HttpResponse:
    acting, scan = request.acting, form.cleaned_data["file"]

    def act() -> Done:
        order = services.enter(typed=typed, file_name=scan.name, data=scan, acting=acting)
        place = reverse("order", args=[order.pk])
        if order.state == OrderState.DONE:
            return Done(place, success=f"已执行，{order.pupils} 名学生随同调整")
        return Done(place, success=f"已登记，{order.effective_on} 由系统执行；在那以前可以撤回")

    try:
        return once(request, act)
    except services.Unfit as unfit:
        form.tell(unfit.problems)
    except BadFile as bad:
        form.tell([Problem("file", str(bad), "", field="file")])
    except Refused as refusal:
        told = str(refusal)
        return _show(request, form, school=school, row=row, status=409, refusal=told)
    except PermissionDenied:
        raise Http404 from None
    return _show(request, form, school=school, row=row, status=422)


def _named(
    acting: Acting, pk: int | None, typed: str, *, school: bool = False
) -> Organisation | None:
    """The office that was chosen; where another name was typed, the one of that name."""
    path, name = acting.post.organisation.path, typed.strip()
    chosen = Organisation.objects.below(path).filter(pk=pk).first() if pk else None
    if chosen and name in ("", chosen.name):
        found = [chosen]
    else:
        found = organisations.named(path, name, closed=True) if name else []
    fitting = [each for each in found if not school or each.level == Level.SCHOOL]
    return fitting[0] if len(fitting) == 1 else None


def _class_of(school: Organisation | None, data) -> SchoolClass | None:
    """The open class that an order of that kind names."""
    if school is None or data["kind"] != OrderKind.CLASS:
        return None
    return class_named(queries.open_classes(school.pk), data["school_class"])


def _no_class(school: Organisation, typed: str) -> Problem:
    names = [str(row) for row in queries.open_classes(school.pk)]
    near = [name for name in names if name[:1] == typed[:1]] or names  # of that grade
    message = f"{school.name}没有「{typed}」这个班。" if typed else "还没有填要划转的班。"
    listed = "、".join(near[:MOST_CLASSES]) + (
        f" 等 {len(names)} 个班" if near[MOST_CLASSES:] else ""
    )
    remedy = f"该校现有：{listed}，请填其中一个。" if names else "该校没有在用的班，请核对学校。"
    return Problem("class", message, remedy, field="school_class")


def _unchosen(
    data, school: Organisation | None, into: Organisation | None, row: SchoolClass | None
):
    if school is None:
        yield NO_SCHOOL
    elif data["kind"] == OrderKind.CLASS and row is None:
        yield _no_class(school, data["school_class"].strip()[:20])
    where = data["into"].strip()
    if data["kind"] == OrderKind.CLOSE and where:
        yield Problem(
            "into",
            f"撤销没有去向，「{where[:30]}」不会起作用。",
            "要并入的，事项改选并入；要撤销的，请清空去向。",
            field="into",
        )
    elif into is None and where:
        yield NO_PLACE
    number = data["number"].strip()
    if not number:
        yield Problem("missing", "还没有填文号。", "请照文件填写。", field="number")
    elif len(number) > LONGEST_NUMBER:
        yield Problem(
            "long",
            f"文号超过 {LONGEST_NUMBER} 个字。",
            "请照文件填写，只填文号。",
            field="number",
        )


def _problems(acting: Acting, typed: NewOrder, row: SchoolClass | None) -> list[Problem]:
    school = School.objects.select_related("organisation").get(pk=typed.school_id)
    into = Organisation.objects.filter(pk=typed.into_id).first()
    county = acting.post.organisation
    return order_problems(
        typed, county=county, school=school, into=into, school_class=row, today=acting.today
    )


def _next_first(acting: Acting):
    today = acting.today
    return today.replace(day=1, year=today.year + today.month // 12, month=today.month % 12 + 1)


def _show(
    request: HttpRequest,
    form: OrderForm,
    *,
    school: Organisation | None = None,
    row: SchoolClass | None = None,
    status: int = 200,
    refusal: str = "",
) -> HttpResponse:
    facts = School.objects.filter(pk=school.pk).first() if school else None
    context = {
        "form": form,
        "name": f"{school or ''}{row or ''}",
        "classes": queries.open_classes(school.pk) if school else [],
        "present": queries.present(facts, row) if facts else None,
        "refusal": refusal,
        "form_key": new_key(),
    }
    return render(request, "organisations/order_new.html", context, status=status)
