"""The rules as they are in force for an office on a day, and the history of each."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.organisations.models import Level, Organisation
from xueji.organisations.queries import rule_set_of
from xueji.pages import rules_page
from xueji.pages.rule_words import TAGS
from xueji.pages.rules_page import Chosen
from xueji.rules import files, versions
from xueji.rules.engine import RuleSet, rule_set
from xueji.students import reading

LAYOUTS = {"document": "按文件", "topic": "按业务"}
SHOWN = 12
WORDS, LETTERS = 4, 20  # of what was typed, so much is looked at


@dataclass(frozen=True)
class Asked:
    """For whom and when: an office in reach, or a rule set by its name; what could not be read."""

    rules: RuleSet
    on: date
    office: Organisation | None
    problem: str = ""


@access.act("rules.read")
@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    """Everything in force, by document or by business; the filters stand in the address."""
    asked = _asked(request)
    layout = request.GET.get("by") if request.GET.get("by") in LAYOUTS else "document"
    layers = [(layer.name, layer.title) for layer in asked.rules.layers]
    chosen = Chosen(
        words=request.GET.get("q", "")[:60],
        effect=effect if (effect := request.GET.get("effect", "")) in TAGS else "",
        layer=layer if (layer := request.GET.get("layer", "")) in dict(layers) else "",
    )
    told = rules_page.standing(asked.rules, asked.on, chosen)
    clauses = rules_page.kept_by_people(asked.rules, asked.on, chosen)
    by_document = layout == "document"
    return render(
        request,
        "rules/rules.html",
        {
            "asked": asked,
            "today": request.acting.today,
            "may_choose": request.acting.post.organisation.level < Level.SCHOOL,
            "chosen": chosen,
            "is_filtered": chosen != Chosen(),
            "layout": layout,
            "layouts": [
                (name, label, _with(request, "by", name)) for name, label in LAYOUTS.items()
            ],
            "effects": [(name, word) for name, (word, _) in TAGS.items()],
            "layers": layers,
            "told": told,
            "clauses": clauses,
            "left_to_people": sum(clause.reaction == "human" for clause, _ in clauses),
            "sections": rules_page.by_document(asked.rules, told, clauses)
            if by_document
            else rules_page.by_topic(told, clauses),
            "may_read_cases": request.acting.may("cases.read"),
        },
    )


@access.act("rules.read")
@require_GET
def rule(request: HttpRequest, key: str) -> HttpResponse:
    """One rule: what holds for the acting post today, and every version of every set."""
    said = versions.declaration(key)
    if said is None:
        raise Http404(key)
    today = request.acting.today
    own = rule_set(rule_set_of(request.acting.post.organisation))
    in_force = own.at(today)
    told = None
    if in_force.has(key):
        rule_now = in_force.rule(key)
        told = rules_page.Told(rule_now, own.above(rule_now, today))
    return render(
        request,
        "rules/rule.html",
        {
            "said": said,
            "set_title": own.title,
            "told": told,
            "history": [
                (rules_page.Told(dated.rule, None), dated.until) for dated in versions.history(key)
            ],
            "today": today,
            "takes_exceptions": key in versions.titles_of_warnings(),
            "may_read_cases": request.acting.may("cases.read"),
        },
    )


@access.act("rules.read")
@require_GET
def places(request: HttpRequest) -> HttpResponse:
    """Options for what was typed: offices and schools in reach, higher ones first."""
    words = [word[:LETTERS] for word in request.GET.get("q", "").split()[:WORDS]]
    found = _named(request.acting, words)[:SHOWN] if words else []
    return render(request, "rules/_places.html", {"places": found})


def _named(acting: Acting, words: list[str]) -> QuerySet[Organisation]:
    found = Organisation.objects.below(acting.post.organisation.path)
    for word in words:
        found = found.filter(name__contains=word)
    return found.select_related("parent").order_by("level", "path")


def _asked(request: HttpRequest) -> Asked:
    on, problem = _day(request)
    place = request.GET.get("place", "").strip()[:100]
    at, name = request.GET.get("at", ""), request.GET.get("set", "")
    if not (place or at) and name:
        if name not in files.names():
            raise Http404(name)
        return Asked(rule_set(name), on, None, problem)
    office = _office(request.acting, at=at, place=place)
    if office is None:
        problem += f"您岗位的范围内没有叫「{place}」的学校或单位，下面是本单位的规则。"
        office = request.acting.post.organisation
    return Asked(rule_set(rule_set_of(office)), on, office, problem)


def _office(acting: Acting, *, at: str, place: str) -> Organisation | None:
    """The office of that id; where another name was typed behind it, the one of that name.

    Out of reach is not found, equal to missing.
    """
    reach = Organisation.objects.below(acting.post.organisation.path)
    if at:
        is_id = at.isascii() and at.isdigit() and len(at) < 19
        office = reach.filter(pk=int(at)).first() if is_id else None
        if office is None:
            raise Http404(at)
        if place in ("", office.name):
            return office
    if not place:
        return acting.post.organisation
    return reach.filter(name=place).order_by("level", "path").first()


def _day(request: HttpRequest) -> tuple[date, str]:
    """The day asked for; today, and why, where it cannot be read."""
    today, typed = request.acting.today, request.GET.get("on", "").strip()
    if not typed:
        return today, ""
    if day := reading.day(typed):
        return day, ""
    return today, f"日期「{typed[:20]}」读不懂，按今天显示；请写成 {today.isoformat()} 这样。"


def _with(request: HttpRequest, name: str, value: str) -> str:
    query = request.GET.copy()
    query[name] = value
    return f"?{query.urlencode()}"
