"""A queued job acts under the post that asked for it, as that post stands when the job runs."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from tests.jobs.acts import queue
from xueji.accounts.services import end
from xueji.jobs import services
from xueji.jobs.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(world):
    return world.posts["clerk"]


def asked_under(post):
    return services.enqueue(kind="test.fill", key="import:1", parameters={"rows": 1}, post=post)


def test_it_acts_as_who_asked(post):
    found = services.acting(asked_under(post))

    assert (found.user, found.post, found.today) == (post.user, post, localdate())


def test_it_does_not_act_for_a_post_that_has_ended(post):
    job = asked_under(post)
    end(post=post, on=localdate() - timedelta(days=1))

    with pytest.raises(services.JobFailed, match="岗位已经停用"):
        services.acting(job)


def test_it_does_not_act_for_a_closed_account(post):
    job = asked_under(post)
    post.user.is_active = False
    post.user.save(update_fields=["is_active"])

    with pytest.raises(services.JobFailed, match="岗位已经停用"):
        services.acting(job)


def test_it_does_not_act_for_nobody():
    job = queue(rows=1)

    with pytest.raises(services.JobFailed, match="岗位已经停用"):
        services.acting(Job.objects.get(pk=job.pk))
