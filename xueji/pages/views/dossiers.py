"""Files of pupils that are not complete in time: by school, and pupil by pupil."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.audit.models import AccessKind
from xueji.dossiers import queries
from xueji.dossiers.models import Dossier
from xueji.organisations.models import Level
from xueji.pages import record
from xueji.pages.paging import page
from xueji.rules.papers import named

ORDER = ("due_on", "pk")
MEDICAL_PAPERS = "健康、残疾方面的证明"
TABS = {"overdue": "逾期", "soon": "快到期"}


@access.act("students.read")
@require_GET
def dossiers(request: HttpRequest) -> HttpResponse:
    """Pupils in reach whose file is overdue or will be, the longest overdue first."""
    acting = request.acting
    tab = request.GET.get("tab") if request.GET.get("tab") in TABS else "overdue"
    when = queries.overdue if tab == "overdue" else queries.soon
    rows = queries.incomplete(acting).filter(when(acting.today))
    place = ("student__school__organisation", "student__school_class")
    found = page(request, rows.select_related(*place), order=ORDER)
    students = [dossier.student_id for dossier in found.rows]
    record.shown(request, kind=AccessKind.LIST, page="dossiers", students=students)
    is_school = acting.post.organisation.level == Level.SCHOOL
    return render(
        request,
        "students/dossiers.html",
        {
            "page": found,
            "lines": [(dossier, _lacking(dossier, acting)) for dossier in found.rows],
            "tab": tab,
            "tabs": TABS.items(),
            "tally": queries.tally(acting),
            "schools": [] if is_school else list(queries.by_school(acting)),
            "today": acting.today,
            "due": acting.rules.rule("register.file_due_days"),
            "remind": acting.rules.rule("register.file_remind_days"),
        },
    )


def _lacking(dossier: Dossier, acting: Acting) -> str:
    """What lacks, in words; papers of health only where the post sees such items, unnamed."""
    words = [named(group) for group in dossier.lacking]
    if dossier.lacks_medical and acting.may("students.medical"):
        words.append(MEDICAL_PAPERS)
    return "、".join(words)
