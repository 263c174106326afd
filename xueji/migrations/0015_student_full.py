"""Pinyin is looked for in full and by initials at once: each half has an index of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("xueji", "0014_foreign_numbers")]

    operations = [
        migrations.AddIndex(
            model_name="student",
            index=models.Index(fields=["name_full", "org_path"], name="student_full"),
        ),
    ]
