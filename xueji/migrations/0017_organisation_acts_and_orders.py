"""Offices found by the initials of their names; acts on them kept; orders (建制调整)."""

import django.db.models.deletion
from django.db import migrations, models

from xueji.audit.privileges import append_only
from xueji.organisations.divisions import initials


def name_initials(apps, editor) -> None:
    """What every office and school on record is found by."""
    offices = list(apps.get_model("xueji", "Organisation").objects.only("name"))
    for office in offices:
        office.initials = initials(office.name)
    apps.get_model("xueji", "Organisation").objects.bulk_update(
        offices, ["initials"], batch_size=1000
    )


class Migration(migrations.Migration):
    dependencies = [
        ("xueji", "0016_accounts_sessions_and_acts"),
    ]

    operations = [
        migrations.AddField(
            model_name="organisation",
            name="initials",
            field=models.CharField(
                default="", editable=False, max_length=100, verbose_name="拼音首字母"
            ),
        ),
        migrations.RunPython(name_initials, migrations.RunPython.noop, elidable=True),
        migrations.CreateModel(
            name="Order",
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
                        choices=[("move", "调整隶属"), ("merge", "并入"), ("close", "撤销")],
                        max_length=10,
                        verbose_name="事项",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "待执行"),
                            ("done", "已执行"),
                            ("withdrawn", "已撤回"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("number", models.CharField(max_length=60, verbose_name="文号")),
                ("decided_on", models.DateField(verbose_name="文件日期")),
                ("effective_on", models.DateField(verbose_name="生效日期")),
                ("school_name", models.CharField(max_length=100, verbose_name="学校")),
                ("former_id", models.BigIntegerField(verbose_name="原隶属单位编号")),
                ("from_name", models.CharField(max_length=100, verbose_name="原隶属单位")),
                ("from_path", models.CharField(db_collation="C", max_length=64)),
                ("into_name", models.CharField(blank=True, max_length=100, verbose_name="去向")),
                ("entered_at", models.DateTimeField(verbose_name="登记时间")),
                ("pupils", models.PositiveIntegerField(default=0, verbose_name="随同调整的学生")),
                (
                    "problem",
                    models.CharField(blank=True, max_length=300, verbose_name="没有执行的原因"),
                ),
                ("ended_at", models.DateTimeField(null=True, verbose_name="执行或撤回时间")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="撤回原因")),
                (
                    "county",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="xueji.organisation",
                    ),
                ),
                (
                    "document",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="xueji.document",
                        verbose_name="文件",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="xueji.post",
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="xueji.post",
                    ),
                ),
                (
                    "into",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders_into",
                        to="xueji.organisation",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="xueji.school",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OrganisationAct",
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
                        choices=[
                            ("founded", "设立"),
                            ("connected", "核准入网"),
                            ("facts", "修改资料"),
                            ("stages", "修改学段"),
                            ("catchment", "修改服务范围"),
                            ("calendar", "修改校历"),
                            ("ordered", "登记建制调整"),
                            ("withdrawn", "撤回建制调整"),
                            ("carried_out", "执行建制调整"),
                        ],
                        max_length=12,
                        verbose_name="办理",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="时间")),
                ("changes", models.JSONField(default=list, verbose_name="改动")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="原因")),
                (
                    "order",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acts",
                        to="xueji.order",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acts",
                        to="xueji.organisation",
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
            ],
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("state", "waiting")), fields=["effective_on"], name="order_due"
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["county", "id"], name="order_county"),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "waiting")),
                fields=("school",),
                name="order_one_waiting_per_school",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(("effective_on__day", 1)), name="order_on_the_first_of_a_month"
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("into__isnull", True), ("kind", "close")),
                    models.Q(models.Q(("kind", "close"), _negated=True), ("into__isnull", False)),
                    _connector="OR",
                ),
                name="order_says_where_to",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("state", "waiting")),
                    models.Q(
                        models.Q(("state", "waiting"), _negated=True), ("ended_at__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="order_ended_at_a_time",
            ),
        ),
        migrations.AddIndex(
            model_name="organisationact",
            index=models.Index(fields=["organisation", "id"], name="organisation_act"),
        ),
        append_only("xueji_organisationact"),
    ]
