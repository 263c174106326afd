"""An order may send one class to another school (整班划转)."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("xueji", "0028_posts_ended_at_once"),
    ]

    operations = [
        migrations.AlterField(
            model_name="order",
            name="kind",
            field=models.CharField(
                choices=[
                    ("move", "调整隶属"),
                    ("merge", "并入"),
                    ("close", "撤销"),
                    ("class", "整班划转"),
                ],
                max_length=10,
                verbose_name="事项",
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="school_class",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="orders",
                to="xueji.schoolclass",
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="class_name",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=20, verbose_name="划转的班级"
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "class"), ("school_class__isnull", False)),
                    models.Q(
                        models.Q(("kind", "class"), _negated=True), ("school_class__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="order_names_a_class",
            ),
        ),
    ]
