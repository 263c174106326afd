import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("numbering", "0004_append_only"),
        ("xueji", "0018_clocks_of_steps_and_scope_of_events"),
    ]

    operations = [
        migrations.AddField(
            model_name="registernumber",
            name="act",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="numbers",
                to="numbering.seriesact",
            ),
        ),
        migrations.AddField(
            model_name="registernumber",
            name="ended_act",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="numbering.seriesact",
            ),
        ),
        migrations.AlterField(
            model_name="registernumber",
            name="holder",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="numbers",
                to="xueji.student",
            ),
        ),
        migrations.AlterField(
            model_name="seriesact",
            name="kind",
            field=models.CharField(
                choices=[
                    ("frozen", "冻结"),
                    ("confirmed", "确认冻结"),
                    ("reopened", "重开"),
                    ("renumbered", "改号"),
                    ("taken_over", "建库"),
                    ("taken_back", "撤销建库"),
                ],
                max_length=10,
                verbose_name="办理",
            ),
        ),
        migrations.AddConstraint(
            model_name="registernumber",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("holder__isnull", False),
                    models.Q(("act__isnull", False), ("state__in", ("retired", "given_back"))),
                    _connector="OR",
                ),
                name="register_number_without_holder_is_taken_over",
            ),
        ),
    ]
