"""The list of exceptions: which rule, for whom, why, and which post granted or refused it."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from xueji.accounts import access
from xueji.audit.models import AccessKind
from xueji.cases import exceptions as asked
from xueji.cases.models import RuleException
from xueji.pages import record
from xueji.pages.paging import page
from xueji.rules.versions import titles_of_warnings
from xueji.students import reading

NAMES = ("rule", "answer", "from", "to")
FIRST, LAST = date(1900, 1, 1), date(9998, 12, 31)  # days that the database can compare with


@access.act("cases.read")
@require_GET
def exceptions(request: HttpRequest) -> HttpResponse:
    """Newest first. Filters that mean nothing are passed over, and the page says so."""
    titles = titles_of_warnings()
    chosen, unread = _chosen(request, titles)
    rows = asked.asked_between(
        asked.in_reach(request.acting), first=chosen.get("from"), last=chosen.get("to")
    )
    if rule := chosen.get("rule"):
        rows = rows.filter(rule=rule)
    if answer := chosen.get("answer"):
        rows = rows.filter(asked.ANSWERS[answer][1])
    found = page(request, rows, order=("pk",), newest_first=True)
    _record(request, found.rows, chosen)
    return render(
        request,
        "rules/exceptions.html",
        {
            "page": found,
            "lines": [
                (exception, titles.get(exception.rule, exception.rule), asked.answer_of(exception))
                for exception in found.rows
            ],
            "titles": sorted(titles.items()),
            "answers": [(name, word) for name, (word, _) in asked.ANSWERS.items()],
            "chosen": {name: str(chosen.get(name, "")) for name in NAMES},
            "is_filtered": bool(chosen),
            "unread": "、".join(unread),
            "today": request.acting.today,
        },
    )


def _chosen(request: HttpRequest, titles: dict[str, str]) -> tuple[dict, list[str]]:
    """Filters of the address that mean something, and what could not be read."""
    chosen, unread = {}, []
    known = {
        "rule": lambda typed: typed if typed in titles else None,
        "answer": lambda typed: typed if typed in asked.ANSWERS else None,
        "from": _day,
        "to": _day,
    }
    for name in NAMES:
        if typed := request.GET.get(name, "").strip():
            value = known[name](typed)
            if value is None:
                unread.append(f"「{typed[:20]}」")
            else:
                chosen[name] = value
    return chosen, unread


def _day(typed: str) -> date | None:
    day = reading.day(typed)
    return day if day and FIRST <= day <= LAST else None


def _record(request: HttpRequest, rows: list[RuleException], chosen: dict) -> None:
    if rows:
        record.shown(
            request,
            kind=AccessKind.LIST,
            page="exceptions",
            students=dict.fromkeys(exception.step.case.student_id for exception in rows),
            filter=" ".join(f"{name}={value}" for name, value in chosen.items()),
        )
