"""Transfers that were done on paper while the system was down: on which day, by which form."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("transfers", "0006_lent_outside"),
        ("xueji", "0027_act_of_rules"),
    ]

    operations = [
        migrations.AddField(
            model_name="transfer",
            name="offline_on",
            field=models.DateField(null=True, verbose_name="线下办理日期"),
        ),
        migrations.AddField(
            model_name="transfer",
            name="offline_paper",
            field=models.CharField(blank=True, max_length=60, verbose_name="线下审批表"),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("offline_on__isnull", True), ("offline_paper", "")),
                    models.Q(
                        ("offline_on__isnull", False),
                        models.Q(("offline_paper", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="transfer_offline_has_day_and_paper",
            ),
        ),
    ]
