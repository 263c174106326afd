"""How far a file is counts papers of flags and leaves out removed ones, which keep their trace."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("xueji", "0010_conduct"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="dossier",
            name="dossier_complete_lacks_nothing",
        ),
        migrations.AddField(
            model_name="dossier",
            name="assessed_on",
            field=models.DateField(null=True, verbose_name="核对日期"),
        ),
        migrations.AddField(
            model_name="dossier",
            name="counted_from",
            field=models.DateField(null=True, verbose_name="期限起算日"),
        ),
        migrations.AddField(
            model_name="dossier",
            name="lacks_medical",
            field=models.BooleanField(default=False, verbose_name="缺少健康、残疾材料"),
        ),
        migrations.AddField(
            model_name="dossierpaper",
            name="removed_at",
            field=models.DateTimeField(null=True, verbose_name="移除时间"),
        ),
        migrations.AddField(
            model_name="dossierpaper",
            name="removed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="xueji.post",
            ),
        ),
        migrations.AddField(
            model_name="dossierpaper",
            name="removed_why",
            field=models.CharField(blank=True, max_length=60, verbose_name="移除原因"),
        ),
        migrations.AddConstraint(
            model_name="dossier",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("completed_on__isnull", True),
                    models.Q(("lacking", []), ("lacks_medical", False)),
                    _connector="XOR",
                ),
                name="dossier_complete_lacks_nothing",
            ),
        ),
        migrations.AddConstraint(
            model_name="dossierpaper",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("removed_at__isnull", True),
                        ("removed_by__isnull", True),
                        ("removed_why", ""),
                    ),
                    models.Q(
                        ("removed_at__isnull", False),
                        ("removed_by__isnull", False),
                        models.Q(("removed_why", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="dossier_paper_removed_by_somebody_for_a_reason",
            ),
        ),
    ]
