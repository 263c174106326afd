import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0002_classes"),
        ("xueji", "0009_identity_documents_in_use"),
    ]

    operations = [
        migrations.CreateModel(
            name="Admission",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="admission",
                        serialize=False,
                        to="xueji.case",
                    ),
                ),
                (
                    "ground",
                    models.CharField(
                        choices=[
                            ("inclusion", "随班就读"),
                            ("special", "特殊教育学校接收"),
                            ("reform", "专门学校接收"),
                        ],
                        max_length=10,
                        verbose_name="除外情形",
                    ),
                ),
                ("starts", models.DateField(verbose_name="接收日期")),
                (
                    "former",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="xueji.placement",
                        verbose_name="原就读",
                    ),
                ),
                (
                    "school_class",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="xueji.schoolclass",
                        verbose_name="班级",
                    ),
                ),
            ],
        ),
    ]
