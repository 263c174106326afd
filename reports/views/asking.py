"""Taking a list out as a roster: which columns, in which order, what for."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from reports import excel
from reports.forms import NO_COLUMNS, ChoiceNameForm, RosterForm, ordered
from reports.models import ExportState
from reports.queries import exports, sources
from reports.queries.columns import PRESETS
from reports.queries.sources import Source
from reports.rules import PERSON, ROWS
from reports.services import choices, rosters
from xueji.accounts import access
from xueji.cases.kinds import Refused
from xueji.documents.services import BadFile
from xueji.pages import finding
from xueji.pages.forms import new_key
from xueji.pages.ids import whole
from xueji.pages.kept import typing_here
from xueji.pages.once import Done, NotDone, once


@access.act("reports.export")
@require_http_methods(["GET", "POST"])
@typing_here(act="arrange")
def new(request: HttpRequest) -> HttpResponse:
    """The list of the address as a file; the form may also be arranged anew, kept or forgotten."""
    source = sources.find(request.acting, request.GET, finding.typed(request.GET))
    if request.method == "GET":
        return _answer(request, source, _first(request, source), _form(source))
    columns = ordered(request.POST.getlist("column"), request.POST.dict(), source.columns)
    form = _form(source, request.POST)
    act = request.POST.get("act")
    if act == "keep":
        return _keep(request, source, columns, form)
    if act == "forget":
        return _forget(request)
    if act == "arrange":
        return _answer(request, source, columns, form, is_typed=True)
    if not form.is_valid() or not columns:
        if not columns:
            messages.error(request, f"没有导出\n\n{NO_COLUMNS}")
        return _answer(request, source, columns, form, status=422)
    return _export(request, source, columns, form)


def _export(
    request: HttpRequest, source: Source, columns: Sequence[str], form: RosterForm
) -> HttpResponse:
    asked = rosters.Asked(
        columns=columns,
        query=_query(request),
        **{"whole": False, **form.cleaned_data},
    )

    def act() -> Done:
        export = rosters.ask(source=source, asked=asked, acting=request.acting)
        if export.state == ExportState.MAKING and not export.job_id:
            excel.make(export, source, request.acting)
        told = {
            ExportState.WAITING: "已提出，等第二个人核准",
            ExportState.MAKING: "已开始生成，可以关掉这一页，做好了在「导出名册」里下载",
            ExportState.READY: f"已生成，共 {export.rows} 名",
        }
        return Done(
            reverse("reports_roster", args=[export.pk]), success=told[ExportState(export.state)]
        )

    try:
        return once(request, act)
    except (Refused, BadFile) as refusal:
        messages.error(request, f"没有导出\n\n{refusal}")
        return _answer(request, source, columns, form, status=409)


def _keep(
    request: HttpRequest, source: Source, columns: Sequence[str], form: RosterForm
) -> HttpResponse:
    named = ChoiceNameForm(request.POST)
    why = NO_COLUMNS if not columns else next(iter(named.errors.values()), [""])[0]
    if why:
        messages.error(request, f"没有存\n\n{why}")
        return _answer(request, source, columns, form, is_typed=True, status=422)

    def act() -> Done:
        kept = choices.keep(name=named.cleaned_data["name"], columns=columns, acting=request.acting)
        return Done(_address(request, f"own-{kept.pk}"), success=f"已存为「{kept.name}」")

    try:
        return once(request, act)
    except Refused as refusal:
        messages.error(request, f"没有存\n\n{refusal}")
        return _answer(request, source, columns, form, is_typed=True, status=409)


def _forget(request: HttpRequest) -> HttpResponse:
    pk = whole(request.POST.get("choice", "")) or 0

    def act() -> Done | NotDone:
        if not choices.forget(choice_id=pk, acting=request.acting):
            return NotDone(_address(request), "没有删除\n\n这套列已经不在了。")
        return Done(_address(request), success="已删去这套列")

    return once(request, act)


def _query(request: HttpRequest) -> str:
    return finding.address(request.GET, sources.KEPT)


def _address(request: HttpRequest, preset: str = "") -> str:
    """This page for the same list, with other columns to begin with."""
    more = urlencode({"preset": preset}) if preset else ""
    query = "&".join(part for part in (_query(request), more) if part)
    return f"{reverse('reports_roster_new')}?{query}".removesuffix("?")


def _first(request: HttpRequest, source: Source) -> list[str]:
    """The columns to begin with: those asked for, else the last ones, else the basic ones."""
    preset = request.GET.get("preset", "")
    known: Sequence[str] = PRESETS[preset][1] if preset in PRESETS else ()
    if preset.startswith("own-"):
        pk = whole(preset.removeprefix("own-")) or 0
        kept = exports.choices(request.acting).filter(pk=pk).first()
        known = kept.columns if kept else ()
    known = known or exports.last_columns(request.acting, source.name) or PRESETS["basic"][1]
    return [key for key in known if key in source.columns]


def _form(source: Source, data=None) -> RosterForm:
    initial = {"title": source.title[:60], "sort": source.sort, "format": "xlsx"}
    return RosterForm(data, initial=initial, sorts=source.sorts, may_be_whole=source.may_be_whole)


def _answer(
    request: HttpRequest,
    source: Source,
    columns: Sequence[str],
    form: RosterForm,
    *,
    is_typed: bool = False,
    status: int = 200,
) -> HttpResponse:
    """``is_typed``: what is filled in is kept and not yet judged."""
    if is_typed:
        form = RosterForm(
            initial=request.POST.dict(), sorts=source.sorts, may_be_whole=source.may_be_whole
        )
    groups: dict[str, list] = {}
    for key, column in source.columns.items():
        if key not in columns:
            groups.setdefault(column.group, []).append(column)
    count = source.count()
    in_force = request.acting.rules
    return render(
        request,
        "reports/roster_new.html",
        {
            "source": source,
            "count": count,
            "form": form,
            "form_key": new_key(),
            "forget_key": new_key(),
            "chosen": [source.columns[key] for key in columns],
            "groups": groups,
            "presets": [(_address(request, key), label) for key, (label, _) in PRESETS.items()],
            "own": [
                (choice, _address(request, f"own-{choice.pk}"))
                for choice in exports.choices(request.acting)
            ],
            "second": rosters.waits_for(request.acting, rows=count, whole=True)
            if source.may_be_whole
            else None,
            "rows_rule": in_force.rule(ROWS),
            "person_rule": in_force.rule(PERSON),
            "days": settings.EXPORT_DAYS,
        },
        status=status,
    )
