"""How many pupils wait for numbers of the acting post's office, for its desk."""

from numbering.queries.allocator import may_issue
from numbering.queries.waiting import awaiting
from xueji.accounts.access import Acting
from xueji.cases.todos import Todo
from xueji.organisations.models import Level, School, within
from xueji.organisations.queries import lineages


def to_number(acting: Acting) -> Todo | None:
    """待编号 in the schools that this office numbers, in three queries."""
    if not acting.may("numbering.issue"):
        return None
    office = acting.post.organisation
    schools = School.objects.filter(within(office.path, "organisation__path"))
    if office.level < Level.COUNTY:  # above the counties only what it runs itself
        schools = schools.filter(run_by=office)
    groups = [group for group in awaiting(schools.values("pk")) if group.ready]
    if not groups:
        return None
    lines = lineages({group.school_id for group in groups})
    ready = sum(
        group.ready for group in groups if may_issue(lines[group.school_id], group.stage, acting)
    )
    if not ready:
        return None
    return Todo(
        label="待编号",
        count=ready,
        help="已分班、还没有学籍号",
        url="numbering",
        query="?waiting=1",
    )
