"""The desk of an office that reaches every case reads indexes, not the cases."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("xueji", "0025_guests_outside"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("state__in", ("open", "returned"))),
                fields=["waiting_since", "org_path"],
                name="case_alive_since",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("state__in", ("open", "returned"))),
                fields=["due_on", "org_path", "waiting_at", "waiting_role", "kind"],
                name="case_alive_late",
            ),
        ),
    ]
