"""The access log has a partition for every month before the month begins."""

from datetime import date, timedelta

from django.db import connection

A_MONTH_AND_SOME = timedelta(days=32)


def prepare(today: date) -> None:
    """Make the partitions of this month and the next unless they exist."""
    this = today.replace(day=1)
    following = (this + A_MONTH_AND_SOME).replace(day=1)
    with connection.cursor() as cursor:
        for month in (this, following):
            cursor.execute("SELECT xueji_access_partition(%s)", [month])
