import django.db.models.deletion
from django.db import migrations, models

import xueji.identity.fields


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0006_import_batches"),
        ("numbering", "0005_numbers_taken_over"),
        ("xueji", "0018_clocks_of_steps_and_scope_of_events"),
    ]

    operations = [
        migrations.CreateModel(
            name="Takeover",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("as_on", models.DateField(verbose_name="建库基准日")),
                ("basis", models.CharField(max_length=100, verbose_name="依据")),
                ("opened_at", models.DateTimeField(verbose_name="开通时间")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "待上传"),
                            ("checking", "核对中"),
                            ("refused", "不能读取"),
                            ("faulty", "有错误"),
                            ("ready", "待确认"),
                            ("storing", "建库中"),
                            ("stored", "已建库"),
                            ("undoing", "撤销中"),
                            ("undone", "已撤销"),
                            ("closed", "已作废"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("file_name", models.CharField(blank=True, max_length=120, verbose_name="文件名")),
                ("uploaded_at", models.DateTimeField(null=True, verbose_name="上传时间")),
                ("rows", models.PositiveIntegerField(default=0, verbose_name="行数")),
                ("faulty", models.PositiveIntegerField(default=0, verbose_name="有错误的行")),
                (
                    "exceptions",
                    models.PositiveIntegerField(default=0, verbose_name="写了例外理由的行"),
                ),
                (
                    "summary",
                    xueji.identity.fields.EncryptedJSONField(
                        default=dict, purpose="takeover.summary"
                    ),
                ),
                ("stored_at", models.DateTimeField(null=True, verbose_name="建库时间")),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="xueji.post",
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="xueji.job",
                    ),
                ),
                (
                    "marked",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="xueji.document",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="xueji.post",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="takeovers",
                        to="xueji.school",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="xueji.document",
                    ),
                ),
                (
                    "staged",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="xueji.document",
                    ),
                ),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="xueji.post",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TakenOver",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("line", models.PositiveIntegerField(verbose_name="行号")),
                ("since", models.DateField(null=True, verbose_name="状态自")),
                ("until", models.DateField(null=True, verbose_name="状态至")),
                (
                    "host_name",
                    models.CharField(blank=True, max_length=100, verbose_name="借读学校"),
                ),
                ("host_since", models.DateField(null=True, verbose_name="借读自")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="例外理由")),
                (
                    "host",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="xueji.school",
                    ),
                ),
                (
                    "student",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="takeovers",
                        to="xueji.student",
                    ),
                ),
                (
                    "takeover",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="taken",
                        to="enrollment.takeover",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TakenSeries",
            fields=[
                (
                    "act",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="numbering.seriesact",
                    ),
                ),
                (
                    "takeover",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="series",
                        to="enrollment.takeover",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="takeover",
            index=models.Index(fields=["school", "-id"], name="takeover_school"),
        ),
        migrations.AddConstraint(
            model_name="takeover",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("stored", "undone", "closed")), _negated=True),
                fields=("school",),
                name="takeover_one_under_way_for_a_school",
            ),
        ),
        migrations.AddConstraint(
            model_name="takeover",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confirmed_by__isnull", True),
                    models.Q(("confirmed_by", models.F("uploaded_by")), _negated=True),
                    _connector="OR",
                ),
                name="takeover_confirmed_by_another_post",
            ),
        ),
        migrations.AddConstraint(
            model_name="takenover",
            constraint=models.UniqueConstraint(
                fields=("takeover", "student"), name="taken_over_once"
            ),
        ),
    ]
