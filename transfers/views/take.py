"""Asking for the transfer of a pupil of another school, or of outside the register."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from transfers.forms import TakeForm
from transfers.rules.papers import OF_TAKER
from transfers.services import keep_draft, take
from transfers.services.beforehand import of_comer
from transfers.services.submit import at_work
from transfers.views.taking import Desk, answer
from transfers.views.typed import MODE, reasons
from xueji.accounts import access
from xueji.pages.kept import typing_here

DESK = Desk(
    kind="transfer",
    page="transfers",
    what="转学",
    at_work=at_work,
    keep=keep_draft,
    ask=take,
    against=of_comer,
    form=TakeForm,
    papers=OF_TAKER,
    reasons=reasons,
    also=MODE,
    untitled="转入",
    new="本系统没有这个证件号的学籍，按外地转入办理，请填写学生的基本信息。",
    left="该生以前从本系统转往外地，转回来接着用原来的学籍，不用再填基本信息。",
    title="转入学生",
    lead="外地转入的，或由转入学校发起的转学",
    back="?show=in",
    legend="转入",
    how=(
        "先按证件号查找。系统里没有学籍的，按外地转入填写学生基本信息；有学籍的，由转出方执行的制度决定谁来发起。",
        "校长签署后由各方核办，最后由校长签署接收，学籍这时才到本校。",
    ),
)


@access.act("transfers.start")
@require_http_methods(["GET", "POST"])
@typing_here()
def new(request: HttpRequest) -> HttpResponse:
    """An empty form; 查找 tells of the number what it may."""
    return answer(request, DESK, None)
