"""Whether a class has room for more pupils; nobody else fills it while this is asked."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied

from enrollment import queries
from enrollment.models import Excess
from enrollment.rules import ClassFacts, most, stops
from xueji.accounts.access import Acting
from xueji.accounts.models import LEVEL_OF_ROLE
from xueji.cases.kinds import Refused
from xueji.cases.seats import Full
from xueji.organisations.models import SchoolClass
from xueji.organisations.queries import Lineage, lineage
from xueji.rules.engine import Rules, judge, rule_set
from xueji.rules.files import Effect


def lock(class_ids: Collection[int]) -> dict[int, SchoolClass]:
    """Lock open classes in id order. Pupils are locked before, series after."""
    rows = SchoolClass.objects.select_for_update().filter(closed_on__isnull=True)
    return {row.pk: row for row in rows.filter(pk__in=set(class_ids)).order_by("pk")}


@dataclass(frozen=True, kw_only=True)
class Sized:
    """A locked class, how many sit there, and the consent to more."""

    school_class: SchoolClass
    heads: int
    excess: Excess | None


def lock_sized(class_ids: Collection[int]) -> dict[int, Sized]:
    """As `lock`, with the sizes, in a fixed number of queries."""
    return _sized(lock(class_ids))


def _sized(locked: Mapping[int, SchoolClass]) -> dict[int, Sized]:
    heads, granted = queries.heads(locked), queries.granted(locked)
    return {
        pk: Sized(school_class=row, heads=heads[pk].all, excess=granted.get(pk))
        for pk, row in locked.items()
    }


def require(school_class: SchoolClass, *, coming: int, rules: Rules, acting: Acting) -> str:
    """As `require_seats`, of one locked class."""
    (seats,) = _sized({school_class.pk: school_class}).values()
    return require_seats(seats, coming=coming, rules=rules, chosen_by=acting.user.pk)


def require_seats(seats: Sized, *, coming: int, rules: Rules, chosen_by: int) -> str:
    """Raise Full when ``coming`` more make a class too large.

    Returns what the record has to say of a size that the rules only notice, or "". Nobody who
    chooses a class uses a consent that he gave himself under another post.
    """
    school_class, excess = seats.school_class, seats.excess
    is_own = excess is not None and excess.granted_by.user_id == chosen_by
    facts = ClassFacts(
        name=str(school_class),
        stage=school_class.stage,
        heads=seats.heads + coming,
        granted=excess.heads if excess and not is_own else 0,
    )
    for finding in judge("class", facts, rules):
        if stops(finding):
            own = (
                "超过班额是编班的人自己同意的，要由另一人编入。"
                if is_own
                else f"{finding.remedy}。"
            )
            raise Full(f"{finding.message}（{finding.citation}）。{own}")
        return f"，{finding.message}"
    return ""


def told(classes: Collection[SchoolClass], rules: Rules) -> dict[int, str]:
    """The size of each class, its own limit, a consent to more and whether it is full."""
    pks = [row.pk for row in classes]
    heads, granted = queries.heads(pks), queries.granted(pks)
    return {row.pk: _size(row, heads[row.pk].all, granted.get(row.pk), rules) for row in classes}


def _size(row: SchoolClass, heads: int, excess: Excess | None, rules: Rules) -> str:
    limit = most(stage=row.stage, granted=excess.heads if excess else 0, rules=rules)
    more = f"，已同意最多 {excess.heads} 人" if excess else ""
    full = "，已满" if limit is not None and heads >= limit else ""
    return f"现有 {heads} 人，班额 {row.capacity}{more}{full}"


def allowed(school_class: SchoolClass, *, granted: int, rules: Rules) -> int:
    """The size up to which a balanced assignment fills a class: its own, within the rule's."""
    limit = most(stage=school_class.stage, granted=granted, rules=rules)
    own = max(school_class.capacity, granted)
    return own if limit is None else min(own, limit)


def may_grant(school: Lineage, rules: Rules, acting: Acting) -> bool:
    """Whether this very post is the one that the rule names for this school."""
    rule = rules.rule("class.capacity")
    office = school.at(LEVEL_OF_ROLE[rule.grant]) if rule.grant else None
    return (
        rule.effect == Effect.WARN
        and acting.post.role == rule.grant
        and office is not None
        and acting.acts_at(office.pk)
    )


def rules_of(school: Lineage, acting: Acting) -> Rules:
    return rule_set(school.rule_set).at(acting.today)


def grant(*, school_class: SchoolClass, heads: int, reason: str, acting: Acting) -> Excess:
    """Agree to a class of up to ``heads`` pupils, as the post that the rule names."""
    school = lineage(school_class.school_id)
    rules = rules_of(school, acting)
    if not may_grant(school, rules, acting):
        raise PermissionDenied("class.capacity")
    limit = most(stage=school_class.stage, granted=0, rules=rules)
    if limit is None or heads <= limit:
        raise Refused(
            f"{school_class}到 {limit} 人为止不用同意。请填超过这个数的人数。"
            if limit
            else "本制度没有规定这个学段的班额，不用同意。"
        )
    return Excess.objects.create(
        school_class=school_class,
        heads=heads,
        reason=reason,
        granted_at=acting.at,
        granted_by=acting.post,
    )


def require_capacity(*, stage: str, capacity: int, rules: Rules) -> None:
    """Raise Refused when a class is to be opened for more pupils than the rule allows."""
    facts = ClassFacts(name="新设的班", stage=stage, heads=capacity)
    for finding in judge("class", facts, rules):
        if stops(finding):
            raise Refused(
                f"班额 {capacity} 人超过上限（{finding.citation}）。"
                "请把班额改小；要超过的，设班后由有权同意的岗位在班级页上同意。"
            )
