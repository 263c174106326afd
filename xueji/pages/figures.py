"""What Prometheus is told of the register's work: counts of jobs, cases and sessions, no names."""

import shutil
from collections.abc import Iterator

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.db.models import Count, Min, Q
from django.utils.timezone import localdate, now
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from xueji.accounts.models import UserSession
from xueji.cases.models import ALIVE, Case
from xueji.jobs.models import Job, JobState


class Figures(Collector):
    """Asked anew at each scrape, in three queries; a database that is away is a figure too."""

    def collect(self) -> Iterator[Metric]:
        try:
            yield from self._of_the_database()
            reached = 1
        except (OperationalError, InterfaceError):
            reached = 0
        finally:
            connection.close()  # each scrape is a thread of its own
        yield GaugeMetricFamily("xueji_database_up", "1 while the database answers", reached)
        free = shutil.disk_usage(settings.STATE).free
        yield GaugeMetricFamily("xueji_state_free_bytes", "Room for private files", free)

    def _of_the_database(self) -> Iterator[Metric]:
        at = now()
        jobs = Job.objects.aggregate(
            **{str(state): Count("pk", filter=Q(state=state)) for state in JobState},
            oldest=Min("queued_at", filter=Q(state=JobState.QUEUED)),
        )
        by_state = GaugeMetricFamily("xueji_jobs", "Jobs that there are", labels=["state"])
        for state in JobState:
            by_state.add_metric([str(state)], jobs[str(state)])
        waited = (at - jobs["oldest"]).total_seconds() if jobs["oldest"] else 0
        cases = Case.objects.filter(state__in=ALIVE).aggregate(
            alive=Count("pk"), overdue=Count("pk", filter=Q(due_on__lt=localdate(at)))
        )
        sessions = UserSession.objects.filter(expire_date__gt=at, user__isnull=False).count()
        found = [
            by_state,
            GaugeMetricFamily("xueji_job_waiting_seconds", "Age of the oldest queued job", waited),
            GaugeMetricFamily("xueji_cases_alive", "Cases under way", cases["alive"]),
            GaugeMetricFamily("xueji_cases_overdue", "Of these past their date", cases["overdue"]),
            GaugeMetricFamily("xueji_sessions", "People logged in", sessions),
        ]
        yield from found
