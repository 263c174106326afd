"""What the models cannot say: places follow their school, the access log is partitioned, and
the application role may only add to ledger, histories and access log."""

from django.conf import settings
from django.db import migrations

from xueji.audit.privileges import append_only, for_role, open_to_application
from xueji.identity import crypto

FOLLOW_THE_SCHOOL = """
ALTER TABLE xueji_{table} ADD CONSTRAINT {table}_school_path_fk
    FOREIGN KEY (school_id, org_path) REFERENCES xueji_organisation (id, path) ON UPDATE CASCADE;
"""

PARTITION_ACCESS = """
ALTER TABLE xueji_access RENAME TO xueji_access_plain;
CREATE TABLE xueji_access (
    LIKE xueji_access_plain INCLUDING DEFAULTS INCLUDING IDENTITY
) PARTITION BY RANGE (at);
DROP TABLE xueji_access_plain;
ALTER TABLE xueji_access ADD PRIMARY KEY (id, at);
CREATE INDEX access_user_at ON xueji_access (user_id, at);
CREATE INDEX access_students ON xueji_access USING gin (students);
CREATE TABLE xueji_access_rest PARTITION OF xueji_access DEFAULT;

CREATE FUNCTION xueji_access_partition(month date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    first date := date_trunc('month', month);
    name text := 'xueji_access_' || to_char(first, 'YYYYMM');
BEGIN
    IF to_regclass(name) IS NULL THEN
        EXECUTE format(
            'CREATE TABLE %I PARTITION OF xueji_access FOR VALUES FROM (%L) TO (%L)',
            name, first::timestamp AT TIME ZONE 'Asia/Shanghai',
            (first + interval '1 month')::timestamp AT TIME ZONE 'Asia/Shanghai');
        -- reached through the parent alone
        EXECUTE format('REVOKE ALL ON %I FROM {role}', name);
    END IF;
END $$;
REVOKE ALL ON FUNCTION xueji_access_partition FROM PUBLIC;
GRANT EXECUTE ON FUNCTION xueji_access_partition TO {role};
GRANT SELECT, INSERT ON xueji_access TO {role};
SELECT xueji_access_partition(now()::date);
SELECT xueji_access_partition((now() + interval '1 month')::date);
"""


def create_keys(apps, editor) -> None:
    """The key ring belongs to a database: it is made with its first tables, and never again."""
    crypto.create_keyring(settings.XUEJI_KEYRING)


class Migration(migrations.Migration):
    dependencies = [("xueji", "0001_initial")]

    operations = [
        migrations.RunPython(create_keys, migrations.RunPython.noop),
        migrations.RunSQL(
            "".join(FOLLOW_THE_SCHOOL.format(table=t) for t in ("student", "placement", "case")),
            migrations.RunSQL.noop,
        ),
        open_to_application(),
        for_role(PARTITION_ACCESS),
        append_only(
            "xueji_access",
            "xueji_access_rest",
            "xueji_registerevent",
            "xueji_historicalstudent",
            "xueji_historicalfamilymember",
            "xueji_historicalplacement",
        ),
    ]
