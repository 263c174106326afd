"""What nobody goes on with goes by itself: drafts with their scans, form keys, sessions."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from enrollment.services.draft import keep
from tests import pupils
from tests.documents import scans
from tests.world import NOON
from xueji.accounts.models import UserSession
from xueji.audit.models import FormKey
from xueji.cases import services
from xueji.cases.models import Case, CaseForm, Paper, State
from xueji.documents import services as documents
from xueji.documents.models import Document
from xueji.jobs import services as jobs
from xueji.jobs.models import Job

DAY = timedelta(days=1)
TODAY = NOON.date()


def draft(world, *, age: int, **changes: str) -> Case:
    acting = world.acting("clerk", at=NOON - age * DAY)
    row = pupils.row(**changes)
    return keep(case=None, row=row, tab=str(uuid4()), version=0, acting=acting).case


def forget() -> int:
    return services.forget_drafts(saved_before=NOON - 30 * DAY, today=TODAY)


def test_a_draft_that_nobody_saved_goes_with_all_that_was_typed(world):
    old, young = draft(world, age=31), draft(world, age=29)
    assert forget() == 1
    assert list(Case.objects.values_list("pk", flat=True)) == [young.pk]
    assert list(CaseForm.objects.values_list("case", flat=True)) == [young.pk]
    assert (forget(), Case.objects.filter(pk=old.pk).count()) == (0, 0)


def test_saving_a_draft_keeps_it(world):
    case = draft(world, age=31)
    services.save_draft(case_id=case.pk, values={}, version=1, acting=world.acting("clerk"))
    assert (forget(), Case.objects.count()) == (0, 1)


def test_what_was_submitted_once_is_no_draft_however_old(world):
    submitted = pupils.submitted(world)
    returned = pupils.sign(world, pupils.submitted(world), "principal", decision="returned")
    done = pupils.enrolled(world).cases.get()
    CaseForm.objects.update(saved_at=NOON - 900 * DAY)
    assert forget() == 0
    assert set(Case.objects.values_list("pk", "state")) == {
        (submitted.pk, State.OPEN),
        (returned.pk, State.RETURNED),
        (done.pk, State.DONE),
    }


@pytest.mark.parametrize("way", ["forgotten", "discarded"])
def test_the_scans_of_a_draft_go_with_the_next_days_expiry(world, way):
    case, acting = draft(world, age=31), world.acting("clerk")
    scan = documents.store(name="scan.jpg", data=scans.jpeg(), acting=acting)
    other = documents.store(name="scan.jpg", data=scans.jpeg(), acting=acting)
    Paper.objects.create(case=case, kind="household_book", document=scan)
    if way == "forgotten":
        forget()
    else:
        services.discard(case_id=case.pk, acting=acting)
    assert (Case.objects.count(), Paper.objects.count()) == (0, 0)

    documents.expire(today=TODAY)
    assert Document.objects.filter(removed_at__isnull=False).count() == 0
    documents.expire(today=TODAY + DAY)

    with pytest.raises(documents.FileGone):
        documents.open_bytes(Document.objects.get(key=scan.key))
    assert documents.open_bytes(Document.objects.get(key=other.key))


def test_many_drafts_go_in_as_many_queries_as_one(world):
    counted = []
    for number in (1, 3):
        for _ in range(number):
            draft(world, age=31)
        with CaptureQueriesContext(connection) as queries:
            assert forget() == number
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_the_list_of_drafts_says_so_before(world, client_of):
    draft(world, age=1)
    page = client_of("clerk").get(reverse("enrollment"), {"show": "draft"}).content.decode()
    assert "草稿 30 天没有改动会自动删除，连同已上传的扫描件。" in page


@pytest.mark.django_db(transaction=True)
def test_each_day_takes_away_what_is_over(world, client_of, settings):
    settings.DRAFTS_KEPT, settings.FORM_KEYS_KEPT = 3 * DAY, 2 * DAY
    with time_machine.travel(NOON - 4 * DAY, tick=False):
        old = draft(world, age=4)
        client_of("clerk").get(reverse("desk"))
    young = draft(world, age=2)
    FormKey.objects.update(at=NOON - 2 * DAY - timedelta(seconds=1))
    key = FormKey.objects.create(user=world.posts["clerk"].user, digest="x")
    FormKey.objects.filter(pk=key.pk).update(at=NOON - 2 * DAY + timedelta(seconds=1))
    with time_machine.travel(NOON, tick=False):
        client_of("principal").get(reverse("desk"))
        assert UserSession.objects.count() == 2
        jobs.sweep()
        while jobs.run_next():
            pass
        assert set(Job.objects.values_list("state", flat=True)) == {"done"}
        assert UserSession.objects.filter(expire_date__lt=NOON).count() == 0

    assert list(Case.objects.values_list("pk", flat=True)) == [young.pk]
    assert not Case.objects.filter(pk=old.pk).exists()
    assert (list(FormKey.objects.all()), UserSession.objects.count()) == ([key], 1)


def test_the_days_of_the_settings_are_these(settings):
    assert (settings.DRAFTS_KEPT, settings.FORM_KEYS_KEPT) == (30 * DAY, 2 * DAY)
