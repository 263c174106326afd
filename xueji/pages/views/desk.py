"""The desk: what waits for me first, then for others, then how many we are."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.accounts.duties import tallies
from xueji.accounts.models import Role
from xueji.audit.models import AccessKind
from xueji.cases import inbox, kinds, veil
from xueji.cases.models import Step
from xueji.cases.todos import todos
from xueji.dossiers import queries as dossiers
from xueji.organisations.models import Level, grade_name
from xueji.pages import account_todos, examined, record
from xueji.students import queries

SHOWN = 8
WEEKDAYS = "一二三四五六日"
AGE = 124
BAR, ROW = 60, 25  # width of the longest bar and height of a row in the chart's own units


@access.act("desk")
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """To-dos with their age and due date, of the register or of those who keep the accounts."""
    acting = request.acting
    if not acting.may("cases.read"):
        return _without_register(request, acting)
    rows = ("school__organisation", "waiting_at")
    mine = list(inbox.waiting(acting).select_related(*rows).order_by("due_on", "pk")[:SHOWN])
    others = list(inbox.others(acting).select_related(*rows).order_by("due_on", "pk")[:SHOWN])
    signed, ended = _signed(acting), []
    if acting.may("cases.withdraw"):
        ended = list(
            inbox.ended(acting).select_related("case").order_by("-decided_at", "-pk")[:SHOWN]
        )
    veil.draw([*mine, *others], acting)
    shown = (*mine, *others, *(step.case for step in (*signed, *ended)))
    seen = {case.student_id for case in shown if case.student_id}
    if seen:
        record.shown(request, kind=AccessKind.LIST, page="desk", students=seen)
    return render(
        request,
        "pages/desk.html",
        {
            "mine": mine,
            "others": others,
            "todos": todos(acting),
            "tallies": inbox.tallies(acting, acting.today),
            "drafts": inbox.drafts(acting).count() if acting.may("enrollment.enter") else 0,
            "kinds": {kind.name: kind for kind in kinds.all_kinds()},
            "today": acting.today,
            "weekday": WEEKDAYS[acting.today.weekday()],
            "signed": signed,
            "ended": ended,
            "may_enter": acting.may("enrollment.enter"),
            **_below(acting),
            **_people(acting),
        },
    )


def _without_register(request: HttpRequest, acting: Acting) -> HttpResponse:
    """The desk of accounts, security and audit; a class teacher has nothing to do yet."""
    proved = examined.lines(acting) if acting.may("checks.read") else []
    context = {
        "todos": [
            *examined.todos(proved, acting),
            *account_todos.todos(acting),
            *todos(acting),
        ],
        "proved": proved,
        "tallies": tallies(acting) if acting.may("accounts.read") else {},
        "done": account_todos.done(acting) if acting.may("accounts.read") else [],
        "may_open": acting.may("accounts.administer"),
        "keeps": acting.may("accounts.read") or acting.may("audit.read"),
        "today": acting.today,
        "weekday": WEEKDAYS[acting.today.weekday()],
    }
    return render(request, "pages/desk_plain.html", context)


def _below(acting: Acting) -> dict[str, object]:
    """Who in reach is late, for an office with others below it, and how long cases wait."""
    ages = inbox.ages(acting)
    most = max(count for _, count in ages) or 1
    is_office = acting.post.organisation.level < Level.SCHOOL
    until = inbox.counted_until(acting, acting.today) if is_office else None
    late = inbox.late_by_office(acting, acting.today, most=SHOWN, until=until) if is_office else []
    return {
        "late_until": until,
        "most_late": inbox.MOST_LATE,
        "late": [{**row, "role": Role(row["waiting_role"]).label} for row in late],
        "ages": [
            {"label": label, "count": count, "y": row * ROW + 5, "width": round(AGE * count / most)}
            for row, (label, count) in enumerate(ages)
        ],
        "alive": sum(count for _, count in ages),
        "ages_height": len(ages) * ROW,
    }


def _people(acting: Acting) -> dict[str, object]:
    """Counts and chart of a school, centre or county; above, figures come as reports."""
    organisation = acting.post.organisation
    if organisation.level < Level.COUNTY:
        return {}
    grades = queries.by_grade(organisation.path)
    most = max((max(boys, girls) for _, boys, girls in grades), default=0) or 1
    return {
        "counts": queries.counts(organisation.path),
        "files": dossiers.tally(acting),
        "chart": [_bars(row, most, *figures) for row, figures in enumerate(grades)],
        "chart_height": len(grades) * ROW,
        "boys": sum(boys for _, boys, _ in grades),
        "girls": sum(girls for _, _, girls in grades),
    }


def _bars(row: int, most: int, grade: int, boys: int, girls: int) -> dict[str, object]:
    width = round(BAR * boys / most, 1)
    return {
        "grade": grade_name(grade),
        "boys": boys,
        "girls": girls,
        "total": boys + girls,
        "y": row * ROW + 5,
        "boys_width": width,
        "girls_x": width + 1,
        "girls_width": round(BAR * girls / most, 1),
    }


def _signed(acting: Acting) -> list[Step]:
    """What this person signed last, under this post."""
    signed = Step.objects.filter(decided_by=acting.user, decided_post=acting.post)
    return list(signed.select_related("case").order_by("-decided_at", "-pk")[:5])
