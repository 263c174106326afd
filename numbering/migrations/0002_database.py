"""A number once issued is kept: the application role deletes neither numbers nor series. And
those few who wait for one are found without reading all pupils of their schools."""

from django.db import migrations

from xueji.audit.privileges import for_role

AWAITING = """
CREATE INDEX student_awaiting_number ON xueji_student (school_id, stage, entry_year)
    WHERE number IS NULL AND status = 'enrolled' AND merged_into_id IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [("numbering", "0001_initial")]

    operations = [
        for_role(
            "REVOKE DELETE, TRUNCATE ON numbering_series, numbering_registernumber FROM {role}"
        ),
        migrations.RunSQL(AWAITING, "DROP INDEX student_awaiting_number"),
    ]
