"""Rewards and sanctions of pupils, with their signed history."""

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from xueji.audit.privileges import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("xueji", "0009_identity_documents_in_use"),
    ]

    operations = [
        migrations.CreateModel(
            name="HistoricalConduct",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("reward", "奖励"), ("sanction", "处分")],
                        max_length=10,
                        verbose_name="类别",
                    ),
                ),
                ("level", models.CharField(max_length=20, verbose_name="级别")),
                ("name", models.CharField(max_length=30, verbose_name="名称")),
                ("text", models.CharField(blank=True, max_length=60, verbose_name="具体名称")),
                ("unit", models.CharField(max_length=60, verbose_name="决定单位")),
                ("paper_number", models.CharField(blank=True, max_length=60, verbose_name="文号")),
                ("given_on", models.DateField(verbose_name="日期")),
                ("revoked_on", models.DateField(null=True, verbose_name="撤销日期")),
                (
                    "revoked_number",
                    models.CharField(blank=True, max_length=60, verbose_name="撤销文号"),
                ),
                ("undone", models.BooleanField(default=False, verbose_name="作废")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="xueji.document",
                        verbose_name="证明材料",
                    ),
                ),
                (
                    "history_post",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="xueji.post",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "revoked_document",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="xueji.document",
                        verbose_name="撤销证明",
                    ),
                ),
                (
                    "student",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="xueji.student",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical conduct",
                "verbose_name_plural": "historical conducts",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Conduct",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("reward", "奖励"), ("sanction", "处分")],
                        max_length=10,
                        verbose_name="类别",
                    ),
                ),
                ("level", models.CharField(max_length=20, verbose_name="级别")),
                ("name", models.CharField(max_length=30, verbose_name="名称")),
                ("text", models.CharField(blank=True, max_length=60, verbose_name="具体名称")),
                ("unit", models.CharField(max_length=60, verbose_name="决定单位")),
                ("paper_number", models.CharField(blank=True, max_length=60, verbose_name="文号")),
                ("given_on", models.DateField(verbose_name="日期")),
                ("revoked_on", models.DateField(null=True, verbose_name="撤销日期")),
                (
                    "revoked_number",
                    models.CharField(blank=True, max_length=60, verbose_name="撤销文号"),
                ),
                ("undone", models.BooleanField(default=False, verbose_name="作废")),
                (
                    "document",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="xueji.document",
                        verbose_name="证明材料",
                    ),
                ),
                (
                    "revoked_document",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="xueji.document",
                        verbose_name="撤销证明",
                    ),
                ),
                (
                    "student",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conduct",
                        to="xueji.student",
                    ),
                ),
            ],
            options={
                "ordering": ["-given_on", "-pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("kind", "sanction"), ("undone", False)),
                        fields=["student", "given_on"],
                        name="conduct_sanctions",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("revoked_on__isnull", True),
                            models.Q(
                                ("kind", "sanction"), ("revoked_on__gte", models.F("given_on"))
                            ),
                            _connector="OR",
                        ),
                        name="conduct_only_a_sanction_is_revoked",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("revoked_on__isnull", False),
                            models.Q(("revoked_document__isnull", True), ("revoked_number", "")),
                            _connector="OR",
                        ),
                        name="conduct_revocation_is_whole",
                    ),
                ],
            },
        ),
        append_only("xueji_historicalconduct"),
    ]
