"""Reporting what the national check (全国学籍查重) found: who gets a register, who must move."""

from collections.abc import Mapping

from enrollment.queries import national_check
from xueji.accounts.access import Acting
from xueji.cases import services as cases
from xueji.cases.models import Decision
from xueji.cases.services import Outcome
from xueji.rules.engine import Rules

KEY = "entry.not_first_grade"
LONGEST = 200


def report(
    *, seen: Mapping[int, int], has_passed: bool, text: str, rules: Rules, acting: Acting
) -> dict[int, Outcome]:
    """Sign for this post: passed, the case goes on; not passed, it is refused with the clause.

    ``seen`` maps case id to the version on the screen. Cases that do not wait for the check at
    this post are passed over.
    """
    here = national_check.at_check(acting, list(seen))
    said = text.strip()[:LONGEST]
    note = "全国学籍查重通过。" + said
    if not has_passed:
        note = f"全国学籍查重不通过：{said}。应按规定办理转学手续（{rules.rule(KEY).citation}）"
    return cases.decide(
        seen={pk: version for pk, version in seen.items() if pk in here},
        decision=Decision.AGREED if has_passed else Decision.REFUSED,
        note=note[:500],
        acting=acting,
    )
