"""Accounts belong to an office and end by themselves; what is done and logged in is kept."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import xueji.identity.fields
from xueji.audit.privileges import append_only

HOMES = """
UPDATE xueji_user SET home_id = (
    SELECT organisation_id FROM xueji_post
    WHERE user_id = xueji_user.id ORDER BY ends IS NOT NULL, starts, id LIMIT 1
)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("xueji", "0015_lists_at_a_million"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="时间")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("login", "登录"),
                            ("failed", "登录未成功"),
                            ("stopped", "登录被限制"),
                            ("logout", "退出"),
                            ("opened", "开通账号"),
                            ("disabled", "停用账号"),
                            ("enabled", "启用账号"),
                            ("sealed", "久未登录封存"),
                            ("reopened", "解除封存"),
                            ("granted", "授予岗位"),
                            ("ended", "结束岗位"),
                            ("reset", "重设密码"),
                            ("password", "修改密码"),
                            ("factor", "启用动态码"),
                            ("recovered", "用恢复码登录"),
                            ("factor_off", "解除动态码"),
                            ("unlocked", "解除登录限制"),
                            ("sessions", "结束登录"),
                        ],
                        max_length=10,
                        verbose_name="事项",
                    ),
                ),
                ("account_id", models.BigIntegerField(null=True)),
                ("user_id", models.BigIntegerField(null=True)),
                ("post_id", models.BigIntegerField(null=True)),
                (
                    "organisation_path",
                    models.CharField(blank=True, db_collation="C", max_length=64),
                ),
                ("address", models.CharField(blank=True, max_length=45, verbose_name="地址")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
            ],
        ),
        migrations.CreateModel(
            name="Act",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="时间")),
                ("user_id", models.BigIntegerField()),
                ("post_id", models.BigIntegerField()),
                ("organisation_path", models.CharField(db_collation="C", max_length=64)),
                ("act", models.CharField(max_length=40, verbose_name="事项")),
                ("page", models.CharField(max_length=60, verbose_name="页面")),
                ("target", models.CharField(blank=True, max_length=60, verbose_name="对象")),
                ("address", models.CharField(blank=True, max_length=45, verbose_name="地址")),
            ],
        ),
        migrations.CreateModel(
            name="LoginAttempt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("who", models.BinaryField(max_length=32)),
                ("address", models.CharField(blank=True, max_length=45)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="OldPassword",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="SecondFactor",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="factor",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "secret",
                    xueji.identity.fields.EncryptedTextField(purpose="accounts.second_factor"),
                ),
                ("last_step", models.BigIntegerField(default=0)),
                (
                    "codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64), default=list, size=None
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="UserSession",
            fields=[
                (
                    "session_key",
                    models.CharField(
                        max_length=40, primary_key=True, serialize=False, verbose_name="session key"
                    ),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                ("started_at", models.DateTimeField(null=True, verbose_name="登录")),
                ("seen_at", models.DateTimeField(null=True, verbose_name="最近使用")),
                ("address", models.CharField(blank=True, max_length=45, verbose_name="地址")),
                ("agent", models.CharField(blank=True, max_length=200, verbose_name="浏览器")),
            ],
            options={
                "db_table": "xueji_session",
            },
        ),
        migrations.AlterModelOptions(
            name="organisation",
            options={
                "permissions": [
                    ("clerk", "clerk"),
                    ("principal", "principal"),
                    ("teacher", "teacher"),
                    ("centre_officer", "centre_officer"),
                    ("county_officer", "county_officer"),
                    ("county_head", "county_head"),
                    ("prefecture_officer", "prefecture_officer"),
                    ("province_officer", "province_officer"),
                    ("auditor", "auditor"),
                    ("administrator", "administrator"),
                    ("security", "security"),
                ]
            },
        ),
        migrations.AddField(
            model_name="user",
            name="factor_at",
            field=models.DateTimeField(null=True, verbose_name="启用动态码"),
        ),
        migrations.AddField(
            model_name="user",
            name="home",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="accounts",
                to="xueji.organisation",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="must_change",
            field=models.BooleanField(default=False, verbose_name="须改初始密码"),
        ),
        migrations.AddField(
            model_name="user",
            name="opened_at",
            field=models.DateTimeField(default=django.utils.timezone.now, verbose_name="开通"),
        ),
        migrations.AddField(
            model_name="user",
            name="password_set_at",
            field=models.DateTimeField(null=True, verbose_name="密码设于"),
        ),
        migrations.AddField(
            model_name="user",
            name="sealed_at",
            field=models.DateTimeField(null=True, verbose_name="封存"),
        ),
        migrations.AlterField(
            model_name="case",
            name="waiting_role",
            field=models.CharField(
                blank=True,
                choices=[
                    ("clerk", "学籍管理员"),
                    ("principal", "校长"),
                    ("teacher", "班主任"),
                    ("centre_officer", "学籍专员"),
                    ("county_officer", "教育科"),
                    ("county_head", "主管领导"),
                    ("prefecture_officer", "市学籍管理"),
                    ("province_officer", "省学籍管理"),
                    ("auditor", "审计"),
                    ("administrator", "账号管理"),
                    ("security", "安全管理"),
                ],
                max_length=20,
                verbose_name="轮到",
            ),
        ),
        migrations.AlterField(
            model_name="post",
            name="role",
            field=models.CharField(
                choices=[
                    ("clerk", "学籍管理员"),
                    ("principal", "校长"),
                    ("teacher", "班主任"),
                    ("centre_officer", "学籍专员"),
                    ("county_officer", "教育科"),
                    ("county_head", "主管领导"),
                    ("prefecture_officer", "市学籍管理"),
                    ("province_officer", "省学籍管理"),
                    ("auditor", "审计"),
                    ("administrator", "账号管理"),
                    ("security", "安全管理"),
                ],
                max_length=20,
                verbose_name="岗位",
            ),
        ),
        migrations.AlterField(
            model_name="step",
            name="role",
            field=models.CharField(
                choices=[
                    ("clerk", "学籍管理员"),
                    ("principal", "校长"),
                    ("teacher", "班主任"),
                    ("centre_officer", "学籍专员"),
                    ("county_officer", "教育科"),
                    ("county_head", "主管领导"),
                    ("prefecture_officer", "市学籍管理"),
                    ("province_officer", "省学籍管理"),
                    ("auditor", "审计"),
                    ("administrator", "账号管理"),
                    ("security", "安全管理"),
                ],
                max_length=20,
                verbose_name="岗位",
            ),
        ),
        migrations.AddIndex(
            model_name="access",
            index=models.Index(fields=["at", "id"], name="access_at"),
        ),
        migrations.AddIndex(
            model_name="accountevent",
            index=models.Index(fields=["at", "id"], name="account_event_at"),
        ),
        migrations.AddIndex(
            model_name="accountevent",
            index=models.Index(fields=["account_id", "at"], name="account_event_account"),
        ),
        migrations.AddIndex(
            model_name="accountevent",
            index=models.Index(fields=["user_id", "at"], name="account_event_user"),
        ),
        migrations.AddIndex(
            model_name="act",
            index=models.Index(fields=["at", "id"], name="act_at"),
        ),
        migrations.AddIndex(
            model_name="act",
            index=models.Index(fields=["user_id", "at"], name="act_user_at"),
        ),
        migrations.AddIndex(
            model_name="loginattempt",
            index=models.Index(fields=["who", "at"], name="login_attempt_who_at"),
        ),
        migrations.AddField(
            model_name="oldpassword",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="old_passwords",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="usersession",
            name="user",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="sessions",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        # an account belongs to the office of its oldest post
        migrations.RunSQL(HOMES, migrations.RunSQL.noop),
        append_only("xueji_act", "xueji_accountevent"),
    ]
