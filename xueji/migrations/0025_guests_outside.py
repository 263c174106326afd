"""A guest outside the register has a place at no school of ours."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("xueji", "0024_fewer_indexes"),
    ]

    operations = [
        migrations.AddField(
            model_name="historicalplacement",
            name="outside",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=100, verbose_name="系统外的学校"
            ),
        ),
        migrations.AddField(
            model_name="placement",
            name="outside",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=100, verbose_name="系统外的学校"
            ),
        ),
        migrations.AlterField(
            model_name="placement",
            name="school",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="placements",
                to="xueji.school",
            ),
        ),
        migrations.AddConstraint(
            model_name="placement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outside", ""), ("school__isnull", False)),
                    models.Q(
                        ("kind", "borrowed"),
                        ("org_path", ""),
                        ("school__isnull", True),
                        models.Q(("outside", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="placement_is_at_a_school",
            ),
        ),
    ]
