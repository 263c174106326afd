"""The allocator's act: number everybody who waits in one school, stage and entry year."""

from django.db import transaction

from numbering.models import RegisterNumber
from numbering.queries.preview import token_of
from numbering.queries.waiting import places_awaiting, students_awaiting
from numbering.services.allocate import give
from xueji.accounts.access import Acting
from xueji.organisations.queries import Lineage


class PreviewChanged(Exception):
    """What would be issued is no longer what was checked."""

    def __init__(self) -> None:
        super().__init__(
            "名单有变：预览以后有人分班、变动或发过号。这次没有发号，请按新的预览核对。"
        )


@transaction.atomic(savepoint=False)
def issue(
    *, acting: Acting, lineage: Lineage, stage: str, entry_year: int, kind: str, token: str
) -> list[RegisterNumber]:
    """Issue exactly the numbers of the preview with this ``token``, or none.

    Raises PreviewChanged when pupils, order or numbers are not the previewed ones any more;
    PermissionDenied and CannotIssue as ``allocate``.
    """
    key = {"school_id": lineage.school.pk, "stage": stage, "entry_year": entry_year, "kind": kind}
    waiting = students_awaiting(**key).select_for_update(of=("self",)).order_by("pk")
    locked = list(waiting.values_list("pk", flat=True))
    # read again after the wait for the locks: somebody may have changed class meanwhile
    places = list(places_awaiting(**key).filter(student__in=locked))
    if not places:
        raise PreviewChanged
    issued = give(
        acting=acting,
        lineage=lineage,
        stage=stage,
        entry_year=entry_year,
        kind=kind,
        places=places,
    )
    if token_of((row.holder_id, row.number) for row in issued) != token:
        raise PreviewChanged
    return issued
