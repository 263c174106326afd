"""Rosters that were taken out before."""

from reports.models import ExportState, RosterExport
from tests.world import NOON

CLERK_PURPOSE = "学校存档"


def took(world, username: str, rows: int, *, at=NOON) -> RosterExport:
    """A roster with whole numbers that was taken out before, without a second person."""
    return RosterExport.objects.create(
        post=world.posts[username],
        asked_at=at,
        source="students",
        query="",
        columns=["name"],
        sort="name",
        format="csv",
        whole=True,
        purpose=CLERK_PURPOSE,
        rows=rows,
        state=ExportState.MAKING,
    )
