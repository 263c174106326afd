"""Naming the rule set of an office: first whom it reaches, then the act."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.establishment import queries, services
from xueji.establishment.services import rule_sets
from xueji.establishment.services.common import last_act
from xueji.organisations.models import Organisation
from xueji.pages.forms import new_key
from xueji.pages.kept import typing_here
from xueji.pages.offices.rules_form import RulesForm
from xueji.pages.once import Done, once
from xueji.pages.views.organisations.office import within_reach

OUTDATED = (
    "您打开这张表以后，有人改过这个机构或它执行的制度，没有保存。上面是现在执行的，下面是您填的；"
    "核对以后再保存，就以您这次为准。"
)


@access.act("organisations.rules")
@require_http_methods(["GET", "POST"])
@typing_here()
def name(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose a set; ``check`` says what would change and keeps nothing."""
    line = _line(request.acting, pk)
    form = _form(request, line)
    if request.method == "GET":
        return _show(request, form, line)
    if not form.is_valid():
        return _show(request, form, line, status=422)
    if "check" in request.POST:
        form.tell(rule_sets.problems_of(form.name, line))
        return _show(request, form, line, looked=form.is_valid())
    return _act(request, form, line)


def _act(request: HttpRequest, form: RulesForm, line: list[Organisation]) -> HttpResponse:
    office = line[-1]

    def act() -> Done:
        now = services.name_rules(
            organisation_id=office.pk,
            name=form.name,
            seen=form.cleaned_data["seen"] or 0,
            was=form.cleaned_data["was"],
            reason=form.said,
            acting=request.acting,
        )
        told = rule_sets.words_of(now, office)
        return Done(
            reverse("organisation", args=[office.pk]),
            success=f"已保存，从现在起新办的业务执行{told}，改动记入履历",
        )

    try:
        return once(request, act)
    except services.Unfit as unfit:
        form.tell(unfit.problems)
    except services.Outdated:
        line = _line(request.acting, office.pk)
        form.data = request.POST.copy()
        for field, value in _seen(line).items():
            form.data[field] = value
        return _show(request, form, line, status=409, refusal=OUTDATED)
    except PermissionDenied:
        raise Http404(office.pk) from None
    return _show(request, form, line, status=422)


def _line(acting: Acting, pk: int) -> list[Organisation]:
    """The offices down to one whose set the post names, else 404."""
    office = within_reach(acting, pk)
    if not rule_sets.names_for(acting, office):
        raise Http404(pk)
    return list(Organisation.objects.above(office.path))


def _seen(line: list[Organisation]) -> dict[str, str]:
    before = queries.rules_of(line)
    return {"seen": str(last_act(line[-1].pk)), "was": before.rules.name if before else ""}


def _form(request: HttpRequest, line: list[Organisation]) -> RulesForm:
    above = queries.rules_of(line[:-1])
    has_own = bool(line[-1].rule_set)
    return RulesForm(
        request.POST or None,
        initial=_seen(line),
        sets=rule_sets.titles(),
        inherited=rule_sets.words_of(above, line[-1]) if above and has_own else "",
    )


def _show(
    request: HttpRequest,
    form: RulesForm,
    line: list[Organisation],
    *,
    status: int = 200,
    refusal: str = "",
    looked: bool = False,
) -> HttpResponse:
    office = line[-1]
    context = {
        "office": office,
        "form": form,
        "in_force": queries.rules_of(line),
        "reached": queries.reached(office),
        "sets": rule_sets.titles(),
        "becomes": dict(form.fields["rule_set"].choices)[form.data["rule_set"]] if looked else "",
        "refusal": refusal,
        "form_key": new_key(),
    }
    return render(request, "organisations/rules.html", context, status=status)
