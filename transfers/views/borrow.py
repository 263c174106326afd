"""The form by which the host school asks for a guest (借读)."""

from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from transfers import queries
from transfers.forms.borrowing import BorrowingForm
from transfers.models import Ground
from transfers.queries.borrowing import KINDS, OUT
from transfers.rules.borrowing import PAPER_LISTS
from transfers.services.beforehand import of_guest
from transfers.services.borrow import KIND, borrow, keep
from transfers.services.borrow_sides import hosting
from transfers.views import borrow_change, lend
from transfers.views.taking import Desk, answer
from xueji.accounts import access
from xueji.cases.acts import TRANSITIONS, Act
from xueji.pages.kept import typing_here

DESK = Desk(
    kind=KIND,
    page="borrowing",
    what="借读",
    at_work=hosting,
    keep=partial(keep, kind=KIND),
    ask=borrow,
    against=of_guest,
    form=BorrowingForm,
    papers=PAPER_LISTS,
    reasons=lambda _rules: Ground.choices,
    untitled="借读",
    new="本系统没有这个证件号的学籍。借读期间在本校建临时借读学籍，"
    "请照借读证明信填写原学校和学生的基本信息。",
    left="该生以前从本系统转往外地。借读期间在本校建临时借读学籍，不用再填基本信息。",
    title="办理借读",
    lead="由借读学校提交，学籍留在原学校",
    back="",
    legend="借读",
    how=(
        "先按证件号查找。系统里有学籍的，学籍留在原学校，由原学校校长同意；没有的，照借读证明信填写原学校，在本校建临时借读学籍。",
        "借读不变更年级，在学期初办理；毕业、升学考试回原学校参加。",
    ),
)


@access.act("borrowing.start")
@require_http_methods(["GET", "POST"])
@typing_here()
def new(request: HttpRequest) -> HttpResponse:
    """An empty form; 查找 tells of the number what it may."""
    return answer(request, DESK, None)


@access.act("borrowing.start")
@require_http_methods(["GET", "POST"])
@typing_here()
def edit(request: HttpRequest, number: str) -> HttpResponse:
    """Go on with a draft or a returned case of this post."""
    case = queries.own(request.acting, number, KINDS)
    if case is None:
        raise Http404(number)
    is_over = (case.state, Act.SUBMIT) not in TRANSITIONS
    if is_over and (request.method == "GET" or case.kind != KIND):
        return redirect("case", number=number)
    if case.kind == OUT:
        return lend.mend(request, case)
    if case.kind != KIND:
        return borrow_change.mend(request, case)
    return answer(request, DESK, case)
