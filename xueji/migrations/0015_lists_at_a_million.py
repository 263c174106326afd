"""Pinyin in full has its index, and the roster's own holds only those whom lists show.

A search by letters asks for the initials and for the whole pinyin at once: without an index for
each half all pupils are read. A capped count then reads the index of the list alone.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("xueji", "0014_foreign_numbers")]

    operations = [
        migrations.AddIndex(
            model_name="student",
            index=models.Index(fields=["name_full", "org_path"], name="student_full"),
        ),
        migrations.RemoveIndex("student", "student_list"),
        migrations.AddIndex(
            model_name="student",
            index=models.Index(
                condition=models.Q(("merged_into__isnull", True)),
                fields=["org_path", "grade", "name_order", "id"],
                name="student_list",
            ),
        ),
    ]
