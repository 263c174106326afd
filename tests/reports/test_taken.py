"""The auditor sees who took which rosters out, what for, and who agreed; never the files."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reports.models import ExportState, RosterExport
from reports.queries import exports
from tests.reports.taking import took
from tests.world import NOON

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False):
        yield


def listed(client, query: str = "") -> list[tuple[str, int]]:
    context = client.get(reverse("reports_taken") + query).context
    return [(line["export"].post.user.username, line["export"].rows) for line in context["lines"]]


def test_the_list_that_the_desk_leads_to_holds_just_what_was_counted(world, client_of):
    took(world, "clerk", 3, at=NOON - 6 * DAY)
    took(world, "centre", 4, at=NOON - 6 * DAY - timedelta(hours=12))  # the first minute of it
    took(world, "clerk", 5, at=NOON - 6 * DAY - timedelta(hours=12, minutes=1))
    took(world, "clerk", 6)
    RosterExport.objects.filter(rows=6).update(whole=False)
    took(world, "clerk", 7)
    RosterExport.objects.filter(rows=7).update(
        state=ExportState.REFUSED, document=None, approver_role="county_officer"
    )
    took(world, "clerk9", 8)
    told = exports.taken_whole(world.acting("auditor"))
    auditor = client_of("auditor")
    assert told.count == 2
    assert listed(auditor, told.query) == [("clerk", 3), ("centre", 4)]
    assert listed(auditor) == [("clerk", 7), ("clerk", 6), ("clerk", 3), ("centre", 4)]


def test_who_agreed_and_what_for_is_told(world, client_of):
    took(world, "clerk", 3)
    RosterExport.objects.update(
        decided_by=world.posts["county"],
        decided_at=NOON,
        approver_role="county_officer",
        approver_at=world.organisations["迁安市教育局"],
        purpose="报县里备案",
    )
    shown = client_of("auditor").get(reverse("reports_taken")).content.decode()
    assert "报县里备案" in shown
    assert str(world.posts["county"]) in shown


def test_queries_do_not_grow_with_the_rosters(world, client_of):
    auditor, asked = client_of("auditor"), []
    auditor.get(reverse("reports_taken"))
    for _ in range(2):
        took(world, "clerk", 3)
        RosterExport.objects.update(
            decided_by=world.posts["county"],
            decided_at=NOON,
            approver_role="county_officer",
            approver_at=world.organisations["迁安市教育局"],
        )
        with CaptureQueriesContext(connection) as caught:
            auditor.get(reverse("reports_taken"))
        asked.append(len(caught))
    assert asked[0] == asked[1]


@pytest.mark.parametrize("page", ["reports_taken", "audit"])
@pytest.mark.parametrize(
    "day", ["0001-01-01", "1999-12-31", "2200-01-01", "9999-12-31", "2026-02-30"]
)
def test_a_day_that_no_record_can_have_is_as_good_as_none(world, client_of, page, day):
    context = client_of("auditor").get(reverse(page), {"from": day, "to": day}).context
    assert (context["first"], context["last"]) == (NOON.date() - 6 * DAY, NOON.date())
