"""An answer that was laid out to be printed is a kind of look of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("xueji", "0006_lists")]

    operations = [
        migrations.AlterField(
            model_name="access",
            name="kind",
            field=models.CharField(
                choices=[
                    ("list", "查看名单"),
                    ("view", "查看"),
                    ("reveal", "显示"),
                    ("file", "打开材料"),
                    ("lookup", "按证件号查找"),
                    ("export", "导出"),
                    ("print", "打印"),
                ],
                max_length=10,
                verbose_name="行为",
            ),
        ),
    ]
