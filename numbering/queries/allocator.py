"""Which office issues the numbers of a school and stage, as the rules in force name it."""

from collections.abc import Mapping
from datetime import date

from numbering.queries.codes import rules_of
from numbering.rules import AllocationFacts, allocator
from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.organisations.models import Level, Organisation
from xueji.organisations.queries import Lineage
from xueji.rules.engine import Finding, judge


def allocator_of(lineage: Lineage, stage: str, on: date) -> Organisation:
    """The office itself."""
    rules = rules_of(lineage, on)
    named = allocator(school_area=lineage.school.area, stage=stage, rules=rules)
    return _offices(lineage, stage)[named]


def require_allocator(act: str, *, lineage: Lineage, stage: str, acting: Acting) -> None:
    """Raise PermissionDenied unless the post may do ``act`` and sits at the allocator."""
    access.require(acting, act, allocator_of(lineage, stage, acting.today).pk)


def may_issue(lineage: Lineage, stage: str, acting: Acting) -> bool:
    """Whether the acting post issues for this school and stage."""
    return acting.may("numbering.issue") and acting.acts_at(
        allocator_of(lineage, stage, acting.today).pk
    )


def who_issues(lineage: Lineage, stage: str, acting: Acting) -> list[Finding]:
    """What a post elsewhere is told: which office issues, by which clause."""
    facts = AllocationFacts(
        school_area=lineage.school.area,
        stage=stage,
        offices={name: office.pk for name, office in _offices(lineage, stage).items()},
        acting_at=acting.post.organisation_id,
    )
    return judge("numbering", facts, rules_of(lineage, acting.today))


def _offices(lineage: Lineage, stage: str) -> Mapping[str, Organisation]:
    """The offices that a rule may name; whoever runs a school itself stands for its county."""
    authority = lineage.authority(stage)
    county = authority if lineage.school.run_by_id else lineage.county
    return {
        "authority": authority,
        "county": county,
        "centre": lineage.at(Level.CENTRE) or county,
    }
