"""A month of the access log gets its part also when looks were written before there was one."""

from django.db import migrations

from xueji.audit.privileges import for_role

PREPARE = """
CREATE OR REPLACE FUNCTION xueji_access_partition(month date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    first date := date_trunc('month', month);
    name text := 'xueji_access_' || to_char(first, 'YYYYMM');
    starts timestamptz := first::timestamp AT TIME ZONE 'Asia/Shanghai';
    ends timestamptz := (first + interval '1 month')::timestamp AT TIME ZONE 'Asia/Shanghai';
BEGIN
    IF to_regclass(name) IS NOT NULL THEN
        RETURN;
    END IF;
    -- looks wait, so that none of this month is written elsewhere meanwhile
    LOCK TABLE xueji_access IN SHARE ROW EXCLUSIVE MODE;
    IF to_regclass(name) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE xueji_access INCLUDING DEFAULTS)', name);
    EXECUTE format(
        'WITH moved AS (DELETE FROM xueji_access_rest WHERE at >= %L AND at < %L RETURNING *)'
        ' INSERT INTO %I SELECT * FROM moved',
        starts, ends, name);
    EXECUTE format(
        'ALTER TABLE xueji_access ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
        name, starts, ends);
    -- reached through the parent alone
    EXECUTE format('REVOKE ALL ON %I FROM {role}', name);
END $$;
SELECT xueji_access_partition((now() + make_interval(months => n))::date)
    FROM generate_series(0, 12) AS n;
"""


class Migration(migrations.Migration):
    dependencies = [("xueji", "0002_database")]

    operations = [for_role(PREPARE)]
