"""Acting once on a pupil of the own school: locked, and the right asked again under the lock."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from xueji.accounts import access
from xueji.pages.once import Done, once
from xueji.pages.pupil.scope import Scope
from xueji.students import services
from xueji.students.models import Student


def page_of(pk: int, tab: str) -> str:
    return reverse("student", args=[pk]) + f"?tab={tab}"


def act_once(
    request: HttpRequest, scope: Scope, act: Callable[[Student], str], *, tab: str
) -> HttpResponse:
    """Act once on the locked pupil and show that tab; ``act`` returns what is said of it.

    What ``act`` raises undoes everything and goes through.
    """
    pk = scope.student.pk
    page = page_of(pk, tab)

    def locked() -> Done:
        student = services.lock([pk])[pk]
        if student.school_id is None:
            raise Http404(pk)
        access.require(request.acting, request.resolver_match.func.act, student.school_id)
        return Done(page, success=act(student))

    return once(request, locked, back=page)
