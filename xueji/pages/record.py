"""Keeping which children an answer showed, and to which machine."""

from collections.abc import Iterable

from django.http import HttpRequest

from xueji.audit import services as audit


def shown(
    request: HttpRequest, *, kind: str, page: str, students: Iterable[int | None], **more: str
) -> None:
    """One row in the access log for this answer; a case that is still a draft has no pupil."""
    audit.shown(
        acting=request.acting,
        kind=kind,
        page=page,
        students=[pk for pk in students if pk],
        address=request.META.get("REMOTE_ADDR", ""),
        **more,
    )
