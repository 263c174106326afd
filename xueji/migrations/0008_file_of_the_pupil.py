"""Photograph, identity documents past and present, and the file of papers of a pupil."""

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import xueji.identity.fields
from xueji.audit.privileges import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("xueji", "0007_access_print"),
    ]

    operations = [
        migrations.CreateModel(
            name="Dossier",
            fields=[
                (
                    "student",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="dossier",
                        serialize=False,
                        to="xueji.student",
                    ),
                ),
                ("remind_on", models.DateField(verbose_name="提醒日")),
                ("due_on", models.DateField(verbose_name="期限")),
                ("lacking", models.JSONField(default=list, verbose_name="缺少的材料")),
                ("completed_on", models.DateField(null=True, verbose_name="齐全日期")),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("completed_on__isnull", True)),
                        fields=["due_on", "student"],
                        name="dossier_incomplete",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("completed_on__isnull", True), ("lacking", []), _connector="XOR"
                        ),
                        name="dossier_complete_lacks_nothing",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DossierPaper",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=30, verbose_name="材料")),
                ("filed_at", models.DateTimeField(verbose_name="入档时间")),
                (
                    "document",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dossier_paper",
                        to="xueji.document",
                    ),
                ),
                (
                    "filed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="xueji.post",
                    ),
                ),
                (
                    "student",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dossier_papers",
                        to="xueji.student",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="HistoricalIdentityDocument",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                (
                    "id_type",
                    models.CharField(
                        choices=[
                            ("1", "居民身份证"),
                            ("6", "香港特区护照/身份证明"),
                            ("7", "澳门特区护照/身份证明"),
                            ("8", "台湾居民来往大陆通行证"),
                            ("9", "境外永久居住证"),
                            ("A", "护照"),
                            ("Z", "其他（无证件）"),
                        ],
                        max_length=1,
                        verbose_name="身份证件类型",
                    ),
                ),
                (
                    "id_number",
                    xueji.identity.fields.EncryptedTextField(
                        purpose="student.id_number", verbose_name="身份证件号"
                    ),
                ),
                ("id_index", models.BinaryField(db_index=True, max_length=32)),
                ("valid_from", models.DateField(null=True, verbose_name="有效期自")),
                ("valid_until", models.DateField(null=True, verbose_name="有效期至")),
                ("used_until", models.DateField(null=True, verbose_name="使用至")),
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
                    "case",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="xueji.case",
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
                "verbose_name": "historical identity document",
                "verbose_name_plural": "historical identity documents",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalPhoto",
            fields=[
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
                        verbose_name="照片",
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
                "verbose_name": "historical photo",
                "verbose_name_plural": "historical photos",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Photo",
            fields=[
                (
                    "student",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="photo",
                        serialize=False,
                        to="xueji.student",
                    ),
                ),
                (
                    "document",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photo",
                        to="xueji.document",
                        verbose_name="照片",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="IdentityDocument",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "id_type",
                    models.CharField(
                        choices=[
                            ("1", "居民身份证"),
                            ("6", "香港特区护照/身份证明"),
                            ("7", "澳门特区护照/身份证明"),
                            ("8", "台湾居民来往大陆通行证"),
                            ("9", "境外永久居住证"),
                            ("A", "护照"),
                            ("Z", "其他（无证件）"),
                        ],
                        max_length=1,
                        verbose_name="身份证件类型",
                    ),
                ),
                (
                    "id_number",
                    xueji.identity.fields.EncryptedTextField(
                        purpose="student.id_number", verbose_name="身份证件号"
                    ),
                ),
                ("id_index", models.BinaryField(db_index=True, max_length=32)),
                ("valid_from", models.DateField(null=True, verbose_name="有效期自")),
                ("valid_until", models.DateField(null=True, verbose_name="有效期至")),
                ("used_until", models.DateField(null=True, verbose_name="使用至")),
                (
                    "case",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="xueji.case",
                    ),
                ),
                (
                    "student",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="xueji.student",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("used_until__isnull", True)),
                        fields=("student",),
                        name="identity_document_one_present",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until__isnull", True),
                            models.Q(
                                ("valid_from__isnull", False),
                                ("valid_until__gte", models.F("valid_from")),
                            ),
                            _connector="OR",
                        ),
                        name="identity_document_runs_forward",
                    ),
                ],
            },
        ),
        append_only("xueji_historicalphoto", "xueji_historicalidentitydocument"),
    ]
