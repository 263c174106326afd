"""What the proofs of the whole register found; the application may not change it afterwards."""

from django.db import migrations, models

from xueji.audit.privileges import for_role


class Migration(migrations.Migration):
    dependencies = [
        ("xueji", "0030_desk_of_the_auditor"),
    ]

    operations = [
        migrations.CreateModel(
            name="Examination",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=20, verbose_name="核对")),
                ("began_at", models.DateTimeField(verbose_name="开始时间")),
                ("ended_at", models.DateTimeField(verbose_name="结束时间")),
                ("looked_at", models.PositiveIntegerField(verbose_name="核对数")),
                ("faults", models.JSONField(default=dict, verbose_name="问题")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["name", "-ended_at"], name="examination_last"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ended_at__gte", models.F("began_at"))),
                        name="examination_ends_after_begin",
                    ),
                ],
            },
        ),
        for_role("REVOKE UPDATE, TRUNCATE ON xueji_examination FROM {role}"),
    ]
