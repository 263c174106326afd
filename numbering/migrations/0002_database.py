"""A number once issued is kept: the application role deletes neither numbers nor series."""

from django.db import migrations

from xueji.audit.privileges import for_role


class Migration(migrations.Migration):
    dependencies = [("numbering", "0001_initial")]

    operations = [
        for_role(
            "REVOKE DELETE, TRUNCATE ON numbering_series, numbering_registernumber FROM {role}"
        ),
    ]
