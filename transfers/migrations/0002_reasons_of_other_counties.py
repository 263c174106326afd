from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("transfers", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="transfer",
            name="reason",
            field=models.CharField(
                choices=[
                    ("move", "户口及家庭住址迁移"),
                    ("job", "工作调动"),
                    ("discharge", "部队转业复员"),
                    ("special", "其他特殊情况"),
                ],
                max_length=10,
                verbose_name="转学理由",
            ),
        ),
    ]
