"""What the form is told while one types: what is missing or wrong, and that it is safe."""

from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from enrollment.forms import OPTIONAL, PAPER, REASON, EntryForm
from enrollment.services.draft import keep
from enrollment.views.aside import Judged, aside, demanded, judge
from enrollment.views.page import (
    posted_case,
    posted_form,
    record,
    school_context,
    version_of,
)
from xueji.accounts import access
from xueji.cases.kinds import Refused
from xueji.cases.services import Stale
from xueji.pages.kept import posted_from
from xueji.pages.once import posted_key

# templates/enrollment/_slots.html, _grade.html
SLOTS = {"sex", "birth_date", "no_id_reason", "school_class", "into_reason"}


@access.act("enrollment.enter")
@posted_from("enrollment_new")
def check(request: HttpRequest) -> HttpResponse:
    """The aside for what stands in the form, and the parts of the form that follow from it."""
    try:
        context = school_context(request.acting, posted_case(request))
    except Refused as refusal:
        return HttpResponse(str(refusal), content_type="text/plain; charset=utf-8")
    form = posted_form(request, context)
    judged = judge(form, context, request.acting)
    told = remarks(request, form, judged)
    if judged.answer.doubles or judged.checked.deferral:
        record(request, judged)
    return render(
        request,
        "enrollment/_live.html",
        {
            "form": form,
            "was_refused": "refused" in request.POST,
            "optional": [form[name] for name in OPTIONAL],
            "told": told,
            "oob": True,
            **aside(judged),
            **demanded(form, context.rules),
        },
    )


def remarks(request: HttpRequest, form: EntryForm, judged: Judged) -> list[BoundField]:
    """The fields that a refused form remarked on, with what is wrong with them now."""
    told = set(request.POST.get("told", "").split())
    if told:
        form.tell(judged.checked, only=told)
    return [field for field in form if field.name in told and _stays(field)]


def _stays(field: BoundField) -> bool:
    """Whether the field is on the page for good; the others are sent anew, remarks included."""
    return not (field.is_hidden or field.name in SLOTS or field.name.startswith((REASON, PAPER)))


@access.act("enrollment.enter")
@posted_from("enrollment_new")
def draft(request: HttpRequest) -> HttpResponse:
    """Save what was typed; the first time this begins the draft, and the page goes on as it."""
    try:
        context = school_context(request.acting)
        form = posted_form(request, context)
        kept = keep(
            case=posted_case(request),
            row=form.row,
            tab=str(posted_key(request)),
            version=version_of(request),
            acting=request.acting,
        )
    except Stale:
        words = "另一个窗口改过这份草稿，这里的没有存；提交时会列出两边的不同"
        return render(request, "cases/_saved.html", {"words": words})
    except Refused as refusal:
        return render(request, "cases/_saved.html", {"words": str(refusal)})
    saved = timezone.localtime(request.acting.at)
    words = f"草稿已存 {saved:%H:%M}"
    response = render(request, "cases/_saved.html", {"words": words, "kept": kept})
    if kept.is_new:
        response["HX-Replace-Url"] = reverse("enrollment_edit", args=[kept.case.number])
    return response
