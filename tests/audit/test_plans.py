"""How PostgreSQL reads what the auditor's desk counts: by an index of just these rows."""

from datetime import timedelta

import pytest
from django.db import connection

from tests.students.test_plans import nodes
from xueji.audit import queries
from xueji.audit.models import AccessKind
from xueji.audit.queries import Asked
from xueji.pages.account_todos import LOOKED_INTO


@pytest.fixture
def week(world):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
    acting = world.acting("auditor")
    return {
        "paths": (acting.post.organisation.path,),
        "first": acting.today - timedelta(days=6),
        "last": acting.today,
    }


def read(rows) -> list[tuple[str, bool]]:
    """Each index that is read, and whether the place is looked up in it."""
    return [
        (node["Index Name"], "organisation_path" in node.get("Index Cond", ""))
        for node in nodes(rows.order_by())
        if "Index Name" in node
    ]


def test_shown_numbers_of_a_week_are_read_by_their_own_index(week):
    rows = queries.looks(Asked(**week, kind=AccessKind.REVEAL))
    assert [("at_organisation_path_user_id" in name, at) for name, at in read(rows)] == [
        (True, True)
    ]


@pytest.mark.parametrize("events", LOOKED_INTO)
def test_events_that_are_looked_into_are_read_by_their_own_index(week, events):
    rows = queries.account_events(Asked(**week, events=LOOKED_INTO[events][2]))
    assert read(rows) == [("account_event_looked_into", True)]
