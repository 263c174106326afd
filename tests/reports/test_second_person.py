"""Many whole numbers leave only with a second person's word."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from reports.models import ExportState, RosterExport
from reports.queries import exports
from reports.services import rosters
from tests import pupils
from tests.reports.taking import took
from tests.world import NOON
from xueji.cases.kinds import Refused
from xueji.jobs import services as jobs

SECOND = [
    ("clerk", "principal"),
    ("principal", "county"),
    ("centre", "county"),
    ("county", "county-head"),
    ("county-head", "county"),
]


@pytest.mark.parametrize(("username", "second"), SECOND)
def test_more_whole_numbers_than_one_may_take_wait_for_the_second_person(
    world, ask, username, second
):
    student = pupils.enrolled(world)
    took(world, username, 200)
    export = ask(username, whole=True)
    post = world.posts[second]
    assert (export.state, export.approver_role, export.approver_at) == (
        ExportState.WAITING,
        post.role,
        post.organisation,
    )
    rosters.decide(export_id=export.pk, agreed=True, note="", acting=world.acting(second))
    assert jobs.run_job(RosterExport.objects.get(pk=export.pk).job_id)
    export.refresh_from_db()
    assert (export.state, export.students) == (ExportState.READY, [student.pk])


def test_two_hundred_go_alone_and_masked_ones_are_not_counted(world, ask):
    pupils.enrolled(world)
    took(world, "clerk", 199)
    assert ask("clerk", whole=True).state == ExportState.READY
    assert ask("clerk", whole=True).state == ExportState.WAITING
    assert ask("clerk", whole=False).state == ExportState.READY


def test_the_auditor_is_told_of_a_weeks_rosters_with_whole_numbers(world):
    took(world, "clerk", 3, at=NOON - timedelta(days=6))
    took(world, "centre", 3, at=NOON - timedelta(days=2))
    RosterExport.objects.filter(post=world.posts["centre"]).update(
        decided_by=world.posts["county"], approver_role="county_officer"
    )
    took(world, "clerk", 3, at=NOON - timedelta(days=8))
    took(world, "clerk9", 3)
    told = exports.taken_whole(world.acting("auditor"))
    assert (told.count, told.since) == (2, NOON - timedelta(days=6))
    assert told.help == "7 天内，其中 1 份由第二个人核准；请抽查用途"
    assert (told.url, told.query) == ("reports_taken", "?only=whole")
    assert exports.taken_whole(world.acting("county")) is None


def test_yesterday_is_not_counted(world, ask):
    pupils.enrolled(world)
    took(world, "clerk", 200, at=NOON - timedelta(hours=13))
    assert ask("clerk", whole=True).state == ExportState.READY


@pytest.mark.parametrize("username", ["clerk", "centre", "principal1b", "county", "principal9"])
def test_nobody_else_agrees(world, ask, username):
    pupils.enrolled(world)
    took(world, "clerk", 200)
    export = ask("clerk", whole=True)
    with pytest.raises(PermissionDenied):
        rosters.decide(export_id=export.pk, agreed=True, note="", acting=world.acting(username))
    assert exports.seen(world.acting(username), export.pk) == (
        export if username == "clerk" else None
    )


def test_nobody_agrees_to_what_they_asked_under_another_post(world, ask):
    pupils.enrolled(world)
    took(world, "clerk", 200)
    export = ask("clerk", whole=True)
    post = world.posts["principal"]
    post.user = world.posts["clerk"].user
    post.save()
    with pytest.raises(PermissionDenied):
        rosters.decide(export_id=export.pk, agreed=True, note="", acting=world.acting("principal"))
    assert list(exports.waiting(world.acting("principal"))) == []


def test_a_no_needs_a_reason_and_is_final(world, ask):
    pupils.enrolled(world)
    took(world, "clerk", 200)
    export = ask("clerk", whole=True)
    acting = world.acting("principal")
    with pytest.raises(Refused, match="写明理由"):
        rosters.decide(export_id=export.pk, agreed=False, note=" ", acting=acting)
    decided = rosters.decide(export_id=export.pk, agreed=False, note="没有必要", acting=acting)
    assert (decided.state, decided.job) == (ExportState.REFUSED, None)
    with pytest.raises(rosters.AlreadyDecided):
        rosters.decide(export_id=export.pk, agreed=True, note="", acting=acting)


def test_pupils_who_came_after_the_yes_are_nobodys_consent(world, ask):
    pupils.enrolled(world)
    took(world, "clerk", 200)
    export = ask("clerk", whole=True)
    pupils.enrolled(world, name="后来")
    rosters.decide(export_id=export.pk, agreed=True, note="", acting=world.acting("principal"))
    jobs.run_next()
    export.refresh_from_db()
    assert (export.state, export.document) == (ExportState.MAKING, None)
    assert export.job.error == rosters.GROWN.format(rows=1, now=2)
