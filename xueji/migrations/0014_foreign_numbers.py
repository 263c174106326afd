"""Numbers by which other registers knew a pupil."""

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import xueji.identity.fields
from xueji.audit.privileges import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("xueji", "0013_name_strokes"),
    ]

    operations = [
        migrations.CreateModel(
            name="HistoricalForeignNumber",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                (
                    "number",
                    xueji.identity.fields.EncryptedTextField(
                        purpose="student.foreign_number", verbose_name="外来学号"
                    ),
                ),
                ("number_index", models.BinaryField(db_index=True, max_length=32)),
                ("is_national", models.BooleanField(verbose_name="是全国学籍号")),
                ("issuer", models.CharField(max_length=60, verbose_name="发号单位")),
                ("starts", models.DateField(verbose_name="自")),
                ("ends", models.DateField(null=True, verbose_name="至")),
                ("paper", models.CharField(max_length=60, verbose_name="依据")),
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
                "verbose_name": "historical foreign number",
                "verbose_name_plural": "historical foreign numbers",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="ForeignNumber",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "number",
                    xueji.identity.fields.EncryptedTextField(
                        purpose="student.foreign_number", verbose_name="外来学号"
                    ),
                ),
                ("number_index", models.BinaryField(db_index=True, max_length=32)),
                ("is_national", models.BooleanField(verbose_name="是全国学籍号")),
                ("issuer", models.CharField(max_length=60, verbose_name="发号单位")),
                ("starts", models.DateField(verbose_name="自")),
                ("ends", models.DateField(null=True, verbose_name="至")),
                ("paper", models.CharField(max_length=60, verbose_name="依据")),
                (
                    "student",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="foreign_numbers",
                        to="xueji.student",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("student", "number_index"), name="foreign_number_once_per_pupil"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_national", True)),
                        fields=("number_index",),
                        name="foreign_number_national_is_one_pupils",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends__isnull", True),
                            ("ends__gte", models.F("starts")),
                            _connector="OR",
                        ),
                        name="foreign_number_runs_forward",
                    ),
                ],
            },
        ),
        append_only("xueji_historicalforeignnumber"),
    ]
