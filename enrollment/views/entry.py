"""Entering one pupil: the empty form, the draft, the case that came back, and what is sent."""

from collections.abc import Callable, Mapping
from functools import partial

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from enrollment import queries
from enrollment.forms import NEXT_TO_IT, EntryForm
from enrollment.models import Enrollment
from enrollment.queries import deferrals
from enrollment.services import doubles
from enrollment.services.deferral import as_typed
from enrollment.services.draft import keep
from enrollment.services.submit import Rejected, submit
from enrollment.views.aside import PASSES, Judged, derived, judge
from enrollment.views.page import (
    LAST,
    Entry,
    closed,
    is_editable,
    posted_case,
    posted_form,
    school_context,
    show,
    version_of,
)
from xueji.accounts import access
from xueji.cases.kinds import Refused
from xueji.cases.models import Case
from xueji.cases.queries import own, waiting_text
from xueji.cases.services import Kept, Stale
from xueji.pages.forms import new_key
from xueji.pages.kept import posted_from, typing
from xueji.pages.once import Done, once, posted_key

SENDS = ("next", "open")
USED = (
    "这张表已经提交过，这次的内容和上次不同，没有提交。"
    "要录另一名学生，改好后再提交；要改已提交的那一名，请在业务件中撤回，或请签署人退回。"
)
# what autosave may have changed in a form that is otherwise the same
APART = ("case", "version")


@access.act("enrollment.enter")
@typing("enrollment_resume")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """An empty form; what is sent is kept as a draft first, then submitted."""
    return _answer(request, None)


@access.act("enrollment.enter")
@typing("enrollment_resume")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, number: str) -> HttpResponse:
    """A draft or returned case of this very post, with what was typed and why it came back."""
    case = own(request.acting, number, Enrollment.KIND)
    if case is None:
        raise Http404(number)
    if request.method == "GET" and not is_editable(case):
        return redirect("case", number=number)
    return _answer(request, case)


@csrf_exempt  # nothing happens: the form is shown again, filled, with a token of this session
@access.act("enrollment.enter")
@typing("enrollment_resume")
@posted_from("enrollment_new")
def resume(request: HttpRequest) -> HttpResponse:
    """The way back to a form that could not be sent because the session was over."""
    try:
        context = school_context(request.acting)
    except Refused as refusal:
        return closed(request, str(refusal))
    form, case = posted_form(request, context), posted_case(request)
    if case and not is_editable(case):
        case = None
    entry = Entry(form, context, case, version_of(request) if case else 0, is_unsaved=True)
    entry.judged = judge(form, context, request.acting)
    return show(request, entry)


def _answer(request: HttpRequest, case: Case | None) -> HttpResponse:
    try:
        context = school_context(request.acting, case or posted_case(request))
    except Refused as refusal:
        return closed(request, str(refusal))
    if request.method == "POST":
        return _post(request, Entry(posted_form(request, context), context, case))
    _, last = queries.last_row(request.acting, request.session.get(LAST))
    typed = queries.typed(case) if case else None
    row = typed.values.get("row") if typed else _deferred(request)
    entry = Entry(EntryForm(context=context, row=row, last=last), context, case)
    if row:
        entry.judged = judge(entry.form, context, request.acting)
    return show(request, entry)


def _deferred(request: HttpRequest) -> Mapping[str, str] | None:
    """What is registered of a child of the own school in 缓学, named in the address."""
    granted = deferrals.of_own(request.acting, request.GET.get("deferred", ""))
    return as_typed(granted.case.student) if granted else None


def _post(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Keep what was typed, whatever comes; then do what the button says."""
    entry.key, entry.version = str(posted_key(request)), version_of(request)
    entry.case = entry.case or posted_case(request)
    if "use" in request.POST:
        return _fill(request, entry)
    kept: Kept | None = None
    why = Refused()
    try:
        kept = keep(
            case=entry.case,
            row=entry.form.row,
            tab=entry.key,
            version=entry.version,
            acting=request.acting,
        )
        entry.case, entry.version = kept.case, kept.version
    except Stale as stale:
        return _stale(request, entry, stale)
    except Refused as refusal:
        why = refusal
    sends = request.POST.get("save") in SENDS
    if kept and not sends:
        return _drafted(request, entry)
    act: Callable[[], Done] = partial(_send, request, entry) if kept else _refusing(why)
    try:
        if not kept and not sends:
            raise why
        return once(request, act, apart=APART, changed=lambda: _used(request, entry))
    except Rejected as rejected:
        return _rejected(request, entry, rejected)
    except Refused as refusal:
        if not kept:
            entry = Entry(entry.form, entry.context)  # what was typed begins a draft of its own
        entry.refusal = str(refusal)
        entry.judged = judge(entry.form, entry.context, request.acting)
        return show(request, entry, status=409)


def _refusing(refusal: Refused) -> Callable[[], Done]:
    def act() -> Done:
        raise refusal

    return act


def _send(request: HttpRequest, entry: Entry) -> Done:
    assert entry.case  # noqa: S101 -- kept before
    case = submit(
        case_id=entry.case.pk,
        row=entry.form.row,
        reasons=entry.form.reasons,
        acting=request.acting,
    )
    request.session[LAST] = case.pk
    who = access.posts_in_force(on=request.acting.today).filter(
        organisation=case.waiting_at_id, role=case.waiting_role
    )
    names = "、".join(post.user.name for post in who)
    turn = waiting_text(case) + (f"（{names}）" if names else "")
    is_next = request.POST.get("save") == "next"
    return Done(
        reverse("enrollment_new") if is_next else reverse("case", args=[case.number]),
        success=f"已提交 {case.title}，轮到{turn}\n\n业务件 {case.number}",
    )


def _drafted(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Stay at the draft; ``check``, the silent first button, only shows what is missing."""
    assert entry.case  # noqa: S101 -- kept before
    request.session[LAST] = entry.case.pk
    if request.POST.get("save") == "draft":
        messages.success(request, f"已存草稿 {entry.case.title}".rstrip())
        return redirect("enrollment_edit", number=entry.case.number)
    entry.judged = judge(entry.form, entry.context, request.acting)
    return show(request, entry)


def _rejected(request: HttpRequest, entry: Entry, rejected: Rejected) -> HttpResponse:
    entry.form.tell(rejected.checked)
    answer = doubles.answer(rejected.checked, rejected.context, request.acting)
    entry.judged = Judged(entry.form, rejected.context, rejected.checked, answer, PASSES)
    entry.is_submitted = True
    return show(request, entry, status=422)


def _stale(request: HttpRequest, entry: Entry, stale: Stale) -> HttpResponse:
    """Both versions: the typed one in the form, the other beside it. Sending again decides."""
    form = queries.typed(entry.case) if entry.case else None
    entry.version = form.version if form else 0
    entry.other = stale.values.get("row", {})  # type: ignore[assignment]
    entry.judged = judge(entry.form, entry.context, request.acting)
    return show(request, entry, status=409)


def _used(request: HttpRequest, entry: Entry) -> HttpResponse:
    fresh = Entry(entry.form, entry.context, key=new_key(), refusal=USED)
    fresh.judged = judge(fresh.form, fresh.context, request.acting)
    return show(request, fresh, status=409)


def _fill(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Without scripts: the button that fills one place from the number or from another place."""
    data = request.POST.copy()
    place, source = data["use"], ("hukou_text", "hukou_code")
    if place in NEXT_TO_IT:
        data[f"{place}_text"], data[f"{place}_code"] = (data.get(name, "") for name in source)
    elif found := derived(judge(entry.form, entry.context, request.acting)):
        data["hukou_text"], data["hukou_code"] = found["fill"], found["fill_code"]
    entry.form = EntryForm(data, context=entry.context)
    entry.judged = judge(entry.form, entry.context, request.acting)
    return show(request, entry)
