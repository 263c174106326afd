"""A school that was asked for a pupil and has not agreed is named to nobody out of its reach.

Who types a whole document number learns the county of the register, not the school; neither does
the case that follows tell it, wherever it is shown, before the school itself has agreed.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from django.db.models import Q

from xueji.accounts.access import SCHOOL_ROLES, Acting
from xueji.accounts.models import User
from xueji.cases import kinds
from xueji.cases.models import Case, Decision, Step
from xueji.organisations.models import Organisation, School, within


def hidden(cases: Iterable[Case], acting: Acting) -> dict[int, School]:
    """Case id → the school that this post may not know yet, in a fixed number of queries.

    An office that signs reads what it approves.
    """
    asked: dict[int, School] = {}
    for name, batch in groupby(sorted(cases, key=lambda case: case.kind), lambda case: case.kind):
        if of_kind := kinds.get(name).asked:
            asked |= of_kind(list(batch))
    far = {
        pk: school for pk, school in asked.items() if not acting.reaches(school.organisation.path)
    }
    if not far:
        return {}
    mine = within(acting.post.organisation.path, "organisation__path") & ~Q(role__in=SCHOOL_ROLES)
    telling = Step.objects.filter(mine | Q(decision=Decision.AGREED), case__in=list(far))
    for step in telling.select_related("organisation"):
        is_mine = step.role not in SCHOOL_ROLES and acting.reaches(step.organisation.path)
        if step.case_id in far and (is_mine or step.organisation_id == far[step.case_id].pk):
            del far[step.case_id]
    return far


def draw(
    cases: Iterable[Case], acting: Acting, steps: Mapping[int, Sequence[Step]] | None = None
) -> None:
    """Let cases and steps that are to be shown name the county of such a school in its stead.

    They are for showing alone afterwards, not to be saved.
    """
    cases = list(cases)
    veiled = hidden(cases, acting)
    for case in cases:
        if case.pk not in veiled:
            continue
        school = veiled[case.pk]
        named = Organisation(pk=school.pk, name=f"{school.county}所辖学校")
        if case.waiting_at_id == school.pk:
            case.waiting_at = named
        for step in (steps or {}).get(case.pk, ()):
            if step.organisation_id == school.pk:
                step.organisation = named
                step.decided_by = User(name="该校") if step.decided_by else None
