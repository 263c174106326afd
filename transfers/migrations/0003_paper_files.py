import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("transfers", "0002_reasons_of_other_counties"),
        ("xueji", "0018_clocks_of_steps_and_scope_of_events"),
    ]

    operations = [
        migrations.CreateModel(
            name="PaperFile",
            fields=[
                (
                    "transfer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="paper_file",
                        serialize=False,
                        to="transfers.transfer",
                    ),
                ),
                ("sent_on", models.DateField(null=True, verbose_name="转出日期")),
                (
                    "carrier",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("guardian", "监护人自带"),
                            ("office", "经主管部门转交"),
                            ("post", "邮寄"),
                        ],
                        max_length=10,
                        verbose_name="怎样转递",
                    ),
                ),
                ("copy_kept", models.BooleanField(default=False, verbose_name="已留复印件")),
                ("sent_at", models.DateTimeField(null=True, verbose_name="转出登记时间")),
                ("received_on", models.DateField(null=True, verbose_name="收到日期")),
                ("received_at", models.DateTimeField(null=True, verbose_name="收到登记时间")),
                (
                    "received_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="xueji.post",
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="xueji.post",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("sent_by__isnull", True), ("sent_on__isnull", True))
                        | models.Q(("sent_by__isnull", False), ("sent_on__isnull", False)),
                        name="paper_file_sending_is_signed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("received_by__isnull", True), ("received_on__isnull", True)
                        )
                        | models.Q(("received_by__isnull", False), ("received_on__isnull", False)),
                        name="paper_file_receipt_is_signed",
                    ),
                ],
            },
        ),
    ]
