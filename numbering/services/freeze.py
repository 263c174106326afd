"""Freezing a series, confirming it by a second person, and reopening it.

From the freeze on a series only goes on at its end: no hole is filled, no number voided, no
pupil re-numbered. Every act waits its turn with those who issue, and keeps the proof.
"""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localdate

from numbering.models import ActKind, Series, SeriesAct
from numbering.queries import freeze as questions
from numbering.queries.allocator import require_allocator
from numbering.queries.codes import rules_of
from numbering.queries.freeze import Confirmer
from numbering.queries.preview import find_series
from numbering.queries.refusal import CannotFreeze
from numbering.queries.series import Proof, proof
from numbering.queries.waiting import Cohort, awaiting
from numbering.services import sql
from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.organisations.queries import Lineage

LOOK_AGAIN = "请刷新页面，按现在的情况再办"


class ProofChanged(Exception):
    """The series is no longer what was on the screen."""

    def __init__(self) -> None:
        super().__init__("号段有变：看过以后有人发过号、空出过号或改过号。请按新的证明核对后再办。")


@transaction.atomic
def freeze(*, acting: Acting, lineage: Lineage, cohort: Cohort, token: str) -> SeriesAct:
    """Close a series to refilling, by its allocator. ``token`` is the digest of the proof seen.

    Raises PermissionDenied for others; CannotFreeze while the proof has a fault, a hole is
    unexplained or somebody waits for a number; ProofChanged.
    """
    require_allocator("numbering.freeze", lineage=lineage, stage=cohort["stage"], acting=acting)
    series = hold(lineage=lineage, cohort=cohort)
    if series.frozen_at:
        raise _already(series)
    proved = proof(series)
    waiting = [group for group in awaiting([lineage.school.pk]) if group.is_of(cohort)]
    for obstacle in questions.obstacles(
        lineage=lineage, proof=proved, waiting=next(iter(waiting), None), on=acting.today
    ):
        raise obstacle
    _require_same(proved, token)
    series.frozen_at, series.frozen_by = acting.at, acting.post
    series.save(update_fields=["frozen_at", "frozen_by"])
    return record(ActKind.FROZEN, series=series, proved=proved, acting=acting)


@transaction.atomic
def confirm(*, acting: Acting, lineage: Lineage, cohort: Cohort, token: str) -> SeriesAct:
    """Confirm a freeze for the county, by somebody else than who froze.

    Raises PermissionDenied for others than the confirming posts; CannotFreeze where nothing
    waits to be confirmed, for the same person, or with a fault in the proof; ProofChanged.
    """
    _require_confirmer(acting, lineage, cohort)
    series = hold(lineage=lineage, cohort=cohort)
    if series.confirmed_at or not series.frozen_at:
        raise _already(series)
    if series.frozen_by.user_id == acting.user.pk:
        raise CannotFreeze(
            "这个号段是您本人冻结的，确认要由另一个人办",
            remedy=f"请{_confirmer(lineage, cohort, acting)}的另一位同事确认",
            citation=rules_of(lineage, acting.today).rule("number.freeze_confirm").citation,
        )
    proved = proof(series)
    for obstacle in questions.obstacles(
        lineage=lineage, proof=proved, waiting=None, on=acting.today
    ):
        raise obstacle
    _require_same(proved, token)
    series.confirmed_at, series.confirmed_by = acting.at, acting.post
    series.save(update_fields=["confirmed_at", "confirmed_by"])
    return record(ActKind.CONFIRMED, series=series, proved=proved, acting=acting)


@transaction.atomic
def reopen(*, acting: Acting, lineage: Lineage, cohort: Cohort, reason: str) -> SeriesAct:
    """Take a freeze back: before it is confirmed the allocator may, ever the confirming posts.

    Raises PermissionDenied for others; CannotFreeze for the allocator once it is confirmed, and
    where nothing is frozen.
    """
    confirming = _confirmer(lineage, cohort, acting)
    confirms = confirming.is_played_by(acting)
    if not confirms:
        require_allocator("numbering.freeze", lineage=lineage, stage=cohort["stage"], acting=acting)
    series = hold(lineage=lineage, cohort=cohort)
    if not series.frozen_at:
        raise _already(series)
    if series.confirmed_at and not confirms:
        raise CannotFreeze(
            f"号段的冻结已于 {localdate(series.confirmed_at)} 确认，编号的岗位不能重开",
            remedy=f"确需重开的，请报{confirming}写明原因办理",
            citation=rules_of(lineage, acting.today).rule("number.freeze_confirm").citation,
        )
    series.frozen_at = series.frozen_by = series.confirmed_at = series.confirmed_by = None
    series.save(update_fields=["frozen_at", "frozen_by", "confirmed_at", "confirmed_by"])
    return record(
        ActKind.REOPENED, series=series, proved=proof(series), acting=acting, reason=reason
    )


def hold(*, lineage: Lineage, cohort: Cohort) -> Series:
    """The series as it is now, kept from everybody who issues until the transaction ends."""
    series = find_series(school_id=lineage.school.pk, **cohort)
    if series is None:
        raise CannotFreeze("这一级还没有发过号，没有号段可办", remedy="请先分班、发号")
    sql.wait_for(series)
    return Series.objects.select_related("frozen_by__user", "confirmed_by__user").get(pk=series.pk)


def record(
    kind: ActKind, *, series: Series, proved: Proof, acting: Acting, reason: str = ""
) -> SeriesAct:
    """Write down an act with the proof as it stands."""
    return SeriesAct.objects.create(
        series=series,
        kind=kind,
        post=acting.post,
        at=acting.at,
        reason=reason[:200],
        live=proved.live,
        retired=proved.retired,
        holes=proved.holes,
        last=proved.last,
        digest=proved.digest,
    )


def _already(series: Series) -> CannotFreeze:
    """What somebody else has done before."""
    if series.confirmed_at:
        said = f"号段已于 {localdate(series.confirmed_at)} 由{series.confirmed_by.user}确认冻结"
    elif series.frozen_at:
        said = f"号段已于 {localdate(series.frozen_at)} 由{series.frozen_by.user}冻结"
    else:
        said = "号段没有冻结，或已由他人重开"
    return CannotFreeze(said, remedy=LOOK_AGAIN)


def _confirmer(lineage: Lineage, cohort: Cohort, acting: Acting) -> Confirmer:
    return questions.confirmer(lineage, cohort["stage"], acting.today)


def _require_confirmer(acting: Acting, lineage: Lineage, cohort: Cohort) -> None:
    confirming = _confirmer(lineage, cohort, acting)
    access.require(acting, "numbering.confirm", confirming.office.pk)
    if not confirming.is_played_by(acting):
        raise PermissionDenied(f"numbering.confirm as {acting.post.role}")


def _require_same(proved: Proof, token: str) -> None:
    if proved.digest != token:
        raise ProofChanged
