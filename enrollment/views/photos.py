"""Photographs as a ZIP: the upload, how far it is, and what could not be kept."""

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from enrollment.models import PhotoBatch, PhotoBatchState
from enrollment.services import photos as services
from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.documents import refusals
from xueji.documents.archives import MEGABYTE, MOST_BYTES
from xueji.documents.refusals import BadFile
from xueji.jobs.models import JobState
from xueji.pages.forms import new_key
from xueji.pages.kept import posted_from
from xueji.pages.once import Done, once, posted_key
from xueji.pages.paging import page

NO_FILE = "还没有选文件。请选照片的 ZIP 压缩包，再上传。"


@access.act("students.photo")
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """The school's uploads, the newest first, and the next one."""
    return _overview(request)


def _of_school(acting: Acting) -> QuerySet[PhotoBatch]:
    rows = PhotoBatch.objects.filter(school=acting.post.organisation_id)
    return rows.select_related("post__user", "job")


def _overview(request: HttpRequest, *, refusal: str = "", status: int = 200) -> HttpResponse:
    here = reverse("enrollment_photos")
    found = page(request, _of_school(request.acting), order=("pk",), newest_first=True, at=here)
    return render(
        request,
        "enrollment/photos.html",
        {
            "page": found,
            "refusal": refusal,
            "form_key": new_key(),
            "today": request.acting.today,
        },
        status=status,
    )


@access.act("students.photo")
@posted_from("enrollment_photos")
def upload(request: HttpRequest) -> HttpResponse:
    """Take a ZIP as it is; a worker looks through it."""
    sent = request.FILES.get("file")
    why = ""
    if sent is None:
        why = NO_FILE
    elif not sent.size:
        why = refusals.EMPTY
    elif sent.size > MOST_BYTES:
        why = refusals.LARGE_ZIP.format(limit=MOST_BYTES // MEGABYTE)
    elif sent.read(2) != b"PK":
        why = refusals.NO_ZIP
    if why:
        return _overview(request, refusal=why, status=422)
    sent.seek(0)

    def act() -> Done:
        sent.seek(0)
        batch = services.take(
            name=sent.name, data=sent, key=posted_key(request), acting=request.acting
        )
        return Done(reverse("enrollment_photo_batch", args=[batch.pk]))

    try:
        return once(request, act, back=reverse("enrollment_photos"))
    except BadFile as refusal:
        return _overview(request, refusal=str(refusal), status=409)


@access.act("students.photo")
@require_GET
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the job is, or what became of the files."""
    found = _of_school(request.acting).filter(pk=pk).first()
    if found is None:
        raise Http404(pk)
    has_failed = found.job is not None and found.job.state == JobState.FAILED
    is_running = found.state == PhotoBatchState.WORKING and not has_failed
    if request.htmx and not is_running:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    context = {
        "batch": found,
        "job": found.job,
        "is_running": is_running,
        "has_failed": has_failed,
        "today": request.acting.today,
    }
    if request.htmx:
        return render(request, "enrollment/_photos_running.html", context)
    return render(request, "enrollment/photo_batch.html", context)
