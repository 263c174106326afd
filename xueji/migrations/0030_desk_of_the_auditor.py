"""The desk of the auditor reads a week of reveals and of what was done to accounts by indexes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("xueji", "0029_order_on_a_class"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="access",
            index=models.Index(
                condition=models.Q(("kind", "reveal")),
                fields=["at", "organisation_path", "user_id"],
                name="access_reveals",
            ),
        ),
        migrations.AddIndex(
            model_name="accountevent",
            index=models.Index(
                condition=models.Q(
                    (
                        "kind__in",
                        (
                            "stopped",
                            "disabled",
                            "enabled",
                            "reset",
                            "reopened",
                            "unlocked",
                            "factor_off",
                        ),
                    )
                ),
                fields=["at", "organisation_path"],
                name="account_event_looked_into",
            ),
        ),
    ]
