"""Cases that were chosen on a list and are signed at once: which, and what became of each."""

from collections.abc import Mapping

from django.http import HttpRequest

from xueji.cases.services import Outcome, OutcomeKind
from xueji.pages.ids import whole
from xueji.pages.once import Done, NotDone

MOST = 200  # cases in one decision
MOST_NAMED = 20  # of those that were not signed


def chosen(request: HttpRequest) -> dict[int, int]:
    """What the boxes sent, each as ``12:3``: case id and the version that was shown."""
    values = request.POST.getlist("case")[:MOST]
    pairs = [[whole(part) for part in value.split(":")] for value in values]
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2 and None not in pair}


def told(
    outcomes: Mapping[int, Outcome], *, at: str, signed: str, not_signed: str
) -> Done | NotDone:
    """How many were signed, and of the others why not; both words take a number."""
    rest = [outcome for outcome in outcomes.values() if outcome.kind != OutcomeKind.SIGNED]
    done = len(outcomes) - len(rest)
    lines = [f"· {of.case.number} {of.case.title}：{of.text}" for of in rest[:MOST_NAMED]]
    if len(rest) > MOST_NAMED:
        lines.append(f"……另有 {len(rest) - MOST_NAMED} 件")
    reasons = "\n".join(lines)
    why = f"{not_signed.format(len(rest))}\n\n{reasons}" if rest else ""
    return Done(at, signed.format(done), why) if done else NotDone(at, why)
