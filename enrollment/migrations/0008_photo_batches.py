import django.db.models.deletion
from django.db import migrations, models

import xueji.identity.fields


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0007_takeovers"),
        ("xueji", "0018_clocks_of_steps_and_scope_of_events"),
    ]

    operations = [
        migrations.CreateModel(
            name="PhotoBatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("opened_at", models.DateTimeField(verbose_name="上传时间")),
                ("file_name", models.CharField(max_length=120, verbose_name="文件名")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("working", "处理中"),
                            ("refused", "不能处理"),
                            ("done", "已处理"),
                        ],
                        default="working",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("files", models.PositiveIntegerField(default=0, verbose_name="照片")),
                ("kept", models.PositiveIntegerField(default=0, verbose_name="已存")),
                (
                    "summary",
                    xueji.identity.fields.EncryptedJSONField(
                        default=dict, purpose="photos.summary"
                    ),
                ),
                ("done_at", models.DateTimeField(null=True, verbose_name="处理时间")),
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
                    "post",
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
                        related_name="photo_batches",
                        to="xueji.school",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="xueji.document",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["school", "-id"], name="photo_batch_school")],
            },
        ),
    ]
