"""The allocator's act: number everybody who waits in one school, stage and entry year."""

from django.db import transaction

from numbering.models import RegisterNumber
from numbering.queries.allocator import require_allocator
from numbering.queries.preview import token_of
from numbering.queries.waiting import in_list_order, students_awaiting
from numbering.services.allocate import allocate
from xueji.accounts.access import Acting
from xueji.organisations.queries import Lineage


class PreviewChanged(Exception):
    """What would be issued is no longer what was checked."""

    def __init__(self) -> None:
        super().__init__("名单有变：预览以后有人分班、变动或发过号。请按新的预览核对后再发。")


def issue(
    *, acting: Acting, lineage: Lineage, stage: str, entry_year: int, kind: str, token: str
) -> list[RegisterNumber]:
    """Issue exactly the numbers of the preview with this ``token``, or none.

    Raises PreviewChanged when pupils, order or numbers are not the previewed ones any more;
    PermissionDenied and CannotIssue as ``allocate``. Whoever calls this inside a transaction of
    their own must let a refusal end it.
    """
    require_allocator("numbering.issue", lineage=lineage, stage=stage, acting=acting)
    waiting = students_awaiting(
        school_id=lineage.school.pk, stage=stage, entry_year=entry_year, kind=kind
    )
    # a savepoint would have to be released while others wait for the series
    with transaction.atomic(savepoint=False):
        # who changed class while we waited for the lock is not in the list: the token differs
        students = in_list_order(waiting.select_for_update(of=("self",)).order_by("pk"))
        if not students:
            raise PreviewChanged
        issued = allocate(
            acting=acting,
            lineage=lineage,
            stage=stage,
            entry_year=entry_year,
            kind=kind,
            students=students,
        )
        if token_of((row.holder_id, row.number) for row in issued) != token:
            raise PreviewChanged
    return issued
