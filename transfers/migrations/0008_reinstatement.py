"""Who came by a transfer with a status that was kept, and is taught again (恢复在校)."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("transfers", "0007_done_offline"),
        ("xueji", "0027_act_of_rules"),
    ]

    operations = [
        migrations.CreateModel(
            name="Reinstatement",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="reinstatement",
                        serialize=False,
                        to="xueji.case",
                    ),
                ),
                (
                    "former_status",
                    models.CharField(
                        choices=[
                            ("pending", "待建籍"),
                            ("deferred", "缓学"),
                            ("enrolled", "在读"),
                            ("suspended", "休学"),
                            ("dropped", "辍学"),
                            ("missing", "失踪"),
                            ("abroad", "出国"),
                            ("withdrawn", "退学"),
                            ("expelled", "开除"),
                            ("left", "其他离校"),
                            ("graduated", "毕业"),
                            ("completed", "结业"),
                            ("partial", "肄业"),
                            ("died", "死亡"),
                            ("transferred", "转出"),
                        ],
                        max_length=12,
                        verbose_name="原学籍状态",
                    ),
                ),
                ("reason_text", models.CharField(max_length=200, verbose_name="具体情况")),
                (
                    "placement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="xueji.placement",
                        verbose_name="就读",
                    ),
                ),
            ],
        ),
    ]
