"""The access log has a partition for every month, a year before the month begins."""

from datetime import date

from django.db import connection

AHEAD = 12


def prepare(today: date) -> None:
    """Make the partitions of this month and the next twelve unless they exist.

    Looks that were kept elsewhere, because nobody had prepared their month, move into its part;
    of a future further off than that there are none unless a clock was wrong.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (%s::date + make_interval(months => n))::date FROM generate_series(0, %s) AS n"
            " UNION SELECT date_trunc('month', at AT TIME ZONE 'Asia/Shanghai')::date"
            " FROM xueji_access_rest WHERE at < %s",
            [today.replace(day=1), AHEAD, today],
        )
        months = [month for (month,) in cursor.fetchall()]
        cursor.execute("SELECT xueji_access_partition(month) FROM unnest(%s) AS month", [months])
