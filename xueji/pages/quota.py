"""How often a person sees whole numbers of pupils in a day; beyond it the day is over."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import localtime

from xueji.accounts.models import User
from xueji.audit import queries
from xueji.pages.slowed import slowed

View = Callable[..., HttpResponse]


def counted(view: View) -> View:
    """Let a person's answers come one after another, each with the row by which it is counted."""

    @wraps(view)
    @transaction.atomic
    def one_by_one(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        User.objects.select_for_update(of=("self",), no_key=True).get(pk=request.acting.user.pk)
        return view(request, *args, **kwargs)

    return one_by_one


def refusal(request: HttpRequest) -> str:
    """Why nothing more is shown today; "" while something is."""
    if not queries.is_used_up(request.acting.user.pk, request.acting.today):
        return ""
    return (
        f"没有显示\n\n今天已显示 {settings.REVEALS_AT_MOST} 次完整号码，到了一人一天的上限。"
        "请明天再看；"
        "急需的请同岗位的另一人办理；需要成批的号码，请用打印或上报，不要逐个抄。"
        "（文件未规定，按本系统设定，可由运维调整。）"
    )


def over(request: HttpRequest, page: HttpResponse) -> HttpResponse:
    """``page`` as the answer to who has seen all of this day."""
    here = localtime(request.acting.at)
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return slowed(page, wait=midnight - here)
