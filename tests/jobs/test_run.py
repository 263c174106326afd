"""Running a job: at most once, ending with a verdict, and never committing under a lost lease."""

import threading

import pytest
from django.db import connection, transaction

from tests.jobs import processes
from tests.jobs.acts import long_ago, queue, told
from tests.jobs.kinds import SECRET, wrote
from xueji.documents import services as documents
from xueji.jobs import leases, registry, services
from xueji.jobs.models import Job, JobState

pytestmark = pytest.mark.django_db(transaction=True)

TIMES = 20 if processes.LONG else 4


class Runner(threading.Thread):
    """Runs one job beside the test, on its own connection."""

    def __init__(self, job):
        super().__init__()
        self.job_id, self.ran = job.pk, None

    def run(self):
        try:
            self.ran = services.run_job(self.job_id)
        finally:
            connection.close()


def test_a_job_acts_and_is_done():
    job = queue(rows=3)

    assert services.run_job(job.pk) is True

    assert (told(job), job.done, job.total, wrote()) == ((JobState.DONE, 1, ""), 3, 3, 3)
    assert (job.lease, job.lease_until, job.finished_at is None) == (None, None, False)


def test_what_a_job_made_is_found_from_it(world, settings, tmp_path):
    settings.PRIVATE_FILES = tmp_path
    job = services.enqueue(
        kind="test.export", key="export:1", parameters={}, post=world.posts["clerk"]
    )

    services.run_job(job.pk)

    job.refresh_from_db()
    assert (job.state, documents.open_bytes(job.result)) == (JobState.DONE, b"1")


def test_a_second_delivery_does_nothing():
    job = queue(rows=3)
    services.run_job(job.pk)

    assert services.run_job(job.pk) is False

    assert (told(job), wrote()) == ((JobState.DONE, 1, ""), 3)


@pytest.mark.race
@pytest.mark.parametrize("delivery", range(TIMES))
def test_two_deliveries_at_the_same_time_act_once(delivery):
    job = queue(rows=3, pause=0.02)
    runners = [Runner(job) for _ in range(4)]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join()

    assert sorted(runner.ran for runner in runners) == [False, False, False, True]
    assert (told(job), wrote()) == ((JobState.DONE, 1, ""), 3)


@pytest.mark.race
def test_two_workers_share_the_queue_and_take_the_first_first():
    jobs = [queue(rows=1) for _ in range(6)]

    def take():
        try:
            while services.run_next():
                pass
        finally:
            connection.close()

    threads = [threading.Thread(target=take) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert ([told(job) for job in jobs], wrote()) == ([(JobState.DONE, 1, "")] * 6, 6)


def test_a_job_that_cannot_be_done_tells_why_and_leaves_nothing():
    job = queue("test.refuse")

    services.run_job(job.pk)

    assert told(job) == (JobState.FAILED, 1, "三年级（2）班已撤销，请另选班级。")
    assert wrote() == 0


def test_a_fault_of_ours_ends_the_job_and_logs_no_personal_data(caplog):
    job = queue("test.break")

    services.run_job(job.pk)

    reason = f"程序出错，没有做成。请把任务编号 {job.pk} 告诉管理员。"
    assert (told(job), wrote()) == ((JobState.FAILED, 1, reason), 0)
    assert ("ValueError" in caplog.text, SECRET in caplog.text) == (True, False)


def test_progress_is_seen_while_the_job_works():
    job = queue(rows=200, pause=0.02)
    runner = Runner(job)
    runner.start()

    def under_way():
        job.refresh_from_db()
        return job.state == JobState.RUNNING and 0 < job.done < job.total == 200

    seen = processes.wait_for(under_way)
    runner.join()

    assert (seen, wrote()) == (True, 200)


def test_the_lease_is_renewed_while_the_job_works(monkeypatch):
    monkeypatch.setattr(leases, "RENEW_EVERY", 0.0)
    monkeypatch.setattr(leases, "REPORT_EVERY", 0.05)
    job = queue("test.deaf", rows=20, pause=0.05)
    runner = Runner(job)
    runner.start()
    processes.wait_for(lambda: told(job)[0] == JobState.RUNNING)
    until = job.lease_until

    def prolonged():
        job.refresh_from_db()
        return job.lease_until is None or job.lease_until > until

    processes.wait_for(prolonged)
    renewed = job.lease_until is not None
    runner.join()

    assert (renewed, told(job)) == (True, (JobState.DONE, 1, ""))


@pytest.mark.race
def test_a_runner_that_lost_its_lease_commits_nothing(monkeypatch):
    """It renews too late and asks for nothing on the way: only the check at the end is left."""
    monkeypatch.setattr(leases, "REPORT_EVERY", 60.0)
    job = queue("test.deaf", rows=20, pause=0.05)
    slow = Runner(job)
    slow.start()
    processes.wait_for(lambda: told(job)[0] == JobState.RUNNING)
    long_ago(job)
    services.sweep()

    again = services.run_job(job.pk)
    slow.join()

    assert (again, slow.ran, told(job), wrote()) == (True, True, (JobState.DONE, 2, ""), 20)


@pytest.mark.race
def test_a_runner_that_hears_of_its_lost_lease_stops_at_once(monkeypatch):
    monkeypatch.setattr(leases, "REPORT_EVERY", 0.05)
    job = queue(rows=1200, pause=0.05)
    slow = Runner(job)
    slow.start()
    processes.wait_for(lambda: told(job)[0] == JobState.RUNNING)
    Job.objects.filter(pk=job.pk).update(
        state=JobState.FAILED, error="停", lease=None, lease_until=None, finished_at=job.created_at
    )

    slow.join(timeout=30)

    assert (slow.is_alive(), told(job), wrote()) == (False, (JobState.FAILED, 1, "停"), 0)


def test_a_job_over_its_time_fails_with_the_limit_and_leaves_nothing(monkeypatch):
    monkeypatch.setattr(leases, "REPORT_EVERY", 0.05)
    monkeypatch.setattr(leases, "LIMIT", leases.timedelta(0))
    job = queue("test.deaf", rows=10, pause=0.05)

    services.run_job(job.pk)

    reason = "超过 0 分钟仍未做完，已停止。请减少一次办理的数量，分几次提交。"
    assert (told(job), wrote()) == ((JobState.FAILED, 1, reason), 0)


def test_the_product_ends_a_job_before_celery_does(settings):
    soft = settings.CELERY_TASK_SOFT_TIME_LIMIT
    redelivered = settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]

    assert leases.LIMIT.total_seconds() < soft < settings.CELERY_TASK_TIME_LIMIT < redelivered


@pytest.mark.race
def test_a_cut_connection_leaves_the_job_to_the_sweeper(monkeypatch):
    job = queue("test.deaf", rows=100, pause=0.05)
    runner = Runner(job)
    runner.start()
    processes.wait_for(lambda: told(job)[0] == JobState.RUNNING)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    runner.join()

    assert (told(job), wrote()) == ((JobState.RUNNING, 1, ""), 0)
    Job.objects.filter(pk=job.pk).update(parameters={"rows": 5})
    long_ago(job)
    services.sweep()
    services.run_job(job.pk)
    assert (told(job), wrote()) == ((JobState.DONE, 2, ""), 5)


def test_a_runner_told_to_stop_hands_its_job_back_without_counting(monkeypatch):
    def interrupted(job, lease):
        raise KeyboardInterrupt

    monkeypatch.setitem(
        registry._kinds,
        "test.fill",
        registry.Kind(name="test.fill", title="写行", handler=interrupted, daily=False),
    )
    job = queue(rows=3)

    with pytest.raises(KeyboardInterrupt):
        services.run_job(job.pk)

    assert told(job) == (JobState.QUEUED, 0, "")


def test_told_to_stop_right_after_the_claim_it_hands_the_job_back_too():
    job = queue(rows=3)

    def stop_once_claimed(execute, sql, *rest):
        if sql.startswith("SELECT") and not connection.in_atomic_block:
            raise KeyboardInterrupt
        return execute(sql, *rest)

    with connection.execute_wrapper(stop_once_claimed), pytest.raises(KeyboardInterrupt):
        services.run_job(job.pk)

    assert (told(job), wrote()) == ((JobState.QUEUED, 0, ""), 0)


def test_a_lease_is_checked_only_inside_a_transaction():
    lease = leases.Lease(job_id=queue(rows=1).pk, token=None)

    with pytest.raises(transaction.TransactionManagementError):
        lease.check()
