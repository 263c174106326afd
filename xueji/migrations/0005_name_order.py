"""Lists follow the syllables of a name, not the letters: 阎鑫 before 杨宇."""

from django.db import migrations, models

from xueji.identity import pinyin

BATCH = 5000


def order(apps, editor) -> None:
    """What every pupil on record is sorted by."""
    students = apps.get_model("xueji", "Student").objects.only("name")
    batch = []
    for student in students.iterator(chunk_size=BATCH):
        student.name_order = pinyin.order(student.name)
        batch.append(student)
        if len(batch) == BATCH:
            students.bulk_update(batch, ["name_order"])
            batch = []
    students.bulk_update(batch, ["name_order"])


def _column(**more: str) -> models.CharField:
    return models.CharField(default="", max_length=450, verbose_name="姓名排序", **more)


class Migration(migrations.Migration):
    dependencies = [("xueji", "0004_student_sheet")]

    operations = [
        migrations.AddField(
            "student", "name_order", _column(db_collation="C"), preserve_default=False
        ),
        migrations.AddField("historicalstudent", "name_order", _column(), preserve_default=False),
        migrations.RemoveIndex("student", "student_list"),
        migrations.AddIndex(
            "student",
            models.Index(fields=["org_path", "grade", "name_order", "id"], name="student_list"),
        ),
        migrations.RunPython(order, migrations.RunPython.noop, elidable=True),
    ]
