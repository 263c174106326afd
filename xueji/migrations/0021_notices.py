import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("xueji", "0020_borrowed_study"),
    ]

    operations = [
        migrations.CreateModel(
            name="Notice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "subject",
                    models.CharField(
                        choices=[
                            ("turn", "轮到您办"),
                            ("returned", "退回补正"),
                            ("done", "已办结"),
                            ("ended", "没有办成"),
                            ("lapsing", "快要失效"),
                            ("files", "档案逾期"),
                        ],
                        max_length=10,
                        verbose_name="事项",
                    ),
                ),
                ("count", models.PositiveIntegerField(default=1, verbose_name="件数")),
                ("key", models.CharField(blank=True, max_length=60)),
                ("at", models.DateTimeField(verbose_name="时间")),
                ("read_at", models.DateTimeField(null=True, verbose_name="看过")),
                (
                    "case",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="xueji.case",
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="xueji.post",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["post", "at", "id"], name="notice_post_at"),
                    models.Index(
                        condition=models.Q(("read_at__isnull", True)),
                        fields=["post"],
                        name="notice_unread",
                    ),
                    models.Index(
                        condition=models.Q(("read_at__isnull", True)),
                        fields=["case"],
                        name="notice_of_case",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("key", ""), _negated=True),
                        fields=("post", "key"),
                        name="notice_told_once",
                    )
                ],
            },
        ),
    ]
