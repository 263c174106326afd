"""What the page of a series says of its freezing: how far, by when, whose turn, what stands."""

from numbering import queries
from numbering.models import ActKind, Series, SeriesAct
from numbering.queries import Progress, Proof, Waiting
from numbering.views.series_page import Place
from xueji.accounts.access import Acting


def may_freeze(place: Place, acting: Acting) -> bool:
    """Whether the acting post is the allocator of the series."""
    return acting.may("numbering.freeze") and acting.acts_at(place.allocator(acting).pk)


def may_renumber(place: Place, acting: Acting) -> bool:
    return acting.may("numbering.renumber") and acting.acts_at(place.allocator(acting).pk)


def may_reopen(place: Place, acting: Acting) -> bool:
    """Whether the post has any say in it; once confirmed, the service refuses the allocator."""
    return may_freeze(place, acting) or place.confirmer(acting).is_played_by(acting)


def context(
    place: Place, series: Series, proof: Proof, waiting: Waiting | None, *, acting: Acting
) -> dict[str, object]:
    """Context of numbering/_freeze.html, in one query."""
    rules = queries.rules_of(place.lineage, acting.today)
    confirmer = place.confirmer(acting)
    progress = queries.progress(series)
    due = queries.due_on(place.year, rules)
    acts = queries.acts(series)
    confirms = confirmer.is_played_by(acting)
    own = progress == Progress.FROZEN and _frozen_by(acts, acting)
    return {
        "progress": progress.value,
        "due": due,
        "late": progress != Progress.CONFIRMED and due < acting.today,
        "citation": rules.rule("number.freeze_by").citation,
        "confirm_citation": rules.rule("number.freeze_confirm").citation,
        "confirmer": confirmer,
        "obstacles": list(
            queries.obstacles(lineage=place.lineage, proof=proof, waiting=waiting, on=acting.today)
        )
        if progress == Progress.OPEN
        else [],
        "may_freeze": progress == Progress.OPEN and may_freeze(place, acting),
        "may_confirm": progress == Progress.FROZEN and confirms and not own,
        "own": own and confirms,
        "may_reopen": progress != Progress.OPEN
        and (confirms or (progress == Progress.FROZEN and may_freeze(place, acting))),
        "may_renumber": progress == Progress.OPEN and may_renumber(place, acting),
        "renumbered": any(act.kind == ActKind.RENUMBERED for act in acts),
        "acts": [_opinion(act) for act in acts],
    }


def addresses(place: Place) -> dict[str, str]:
    """Where the acts and pages of a begun series are."""
    names = ("freeze", "confirm", "reopen", "renumber", "renumbered")
    return {f"{name}_url": place.path(f"numbering_{name}") for name in names}


def _frozen_by(acts: list[SeriesAct], acting: Acting) -> bool:
    latest = next((act for act in acts if act.kind == ActKind.FROZEN), None)
    return latest is not None and latest.post.user_id == acting.user.pk


def _opinion(act: SeriesAct) -> dict[str, object]:
    """An act as parts/opinions.html takes it."""
    proved = f"{act.live} + {act.retired} + {act.holes} = {act.last}，摘要 {act.digest[:12]}"
    return {
        "who": act.post.user.name,
        "place": str(act.post),
        "when": act.at,
        "decision": act.get_kind_display(),
        "note": f"{act.reason}（{proved}）" if act.reason else proved,
    }
