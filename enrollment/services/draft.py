"""Keeping what was typed of a new pupil: a draft, never a Student."""

from collections.abc import Mapping

from enrollment.models import Enrollment
from xueji.accounts.access import Acting
from xueji.cases import services as cases
from xueji.cases.models import Case
from xueji.cases.services import Kept, Typed


def keep(
    *, case: Case | None, row: Mapping[str, str], tab: str, version: int, acting: Acting
) -> Kept:
    """Save the form as its draft, as `xueji.cases.services.keep` says."""
    title = row.get("name", "").strip()[:50]
    typed = Typed(case=case, row=row, tab=tab, version=version)
    return cases.keep(
        kind=Enrollment.KIND, act="enrollment.enter", typed=typed, title=title, acting=acting
    )
