"""Borrowed study at a school outside the register, asked for by the home school (借出到外地)."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("transfers", "0005_open_paper_files"),
        ("xueji", "0025_guests_outside"),
    ]

    operations = [
        migrations.AlterField(
            model_name="borrowing",
            name="host_school",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="xueji.school",
                verbose_name="借读学校",
            ),
        ),
        migrations.AlterField(
            model_name="borrowing",
            name="outside_office",
            field=models.CharField(blank=True, max_length=100, verbose_name="系统外学校的主管部门"),
        ),
        migrations.AlterField(
            model_name="borrowing",
            name="outside_school",
            field=models.CharField(blank=True, max_length=100, verbose_name="系统外的学校"),
        ),
        migrations.AlterField(
            model_name="borrowing",
            name="school_class",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="xueji.schoolclass",
                verbose_name="借读班级",
            ),
        ),
        migrations.AddConstraint(
            model_name="borrowing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("host_school__isnull", False), ("school_class__isnull", False)),
                    models.Q(("direction", "to_outside"), ("host_school__isnull", True)),
                    _connector="OR",
                ),
                name="borrowing_goes_somewhere",
            ),
        ),
    ]
