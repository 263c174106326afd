"""Lists of pupils also by the strokes of their names."""

from django.db import migrations, models

from xueji.identity import strokes

BATCH = 10_000
WRITE = """
UPDATE xueji_student SET name_strokes = known.key
FROM unnest(%s::bigint[], %s::text[]) AS known (id, key) WHERE xueji_student.id = known.id
"""


def order(apps, editor) -> None:
    """What every pupil on record is sorted by."""
    last = 0
    students = apps.get_model("xueji", "Student").objects.order_by("pk")
    while rows := list(students.filter(pk__gt=last).values_list("pk", "name")[:BATCH]):
        last = rows[-1][0]
        keys = [strokes.order(name) for _, name in rows]
        with editor.connection.cursor() as cursor:
            cursor.execute(WRITE, [[pk for pk, _ in rows], keys])


def _column(**more: str) -> models.CharField:
    return models.CharField(default="", max_length=150, verbose_name="姓名笔画", **more)


class Migration(migrations.Migration):
    dependencies = [("xueji", "0012_event_of_a_deferral")]

    operations = [
        migrations.AddField(
            "student", "name_strokes", _column(db_collation="C"), preserve_default=False
        ),
        migrations.AddField("historicalstudent", "name_strokes", _column(), preserve_default=False),
        migrations.AddIndex(
            "student",
            models.Index(
                fields=["org_path", "grade", "name_strokes", "id"],
                condition=models.Q(("merged_into__isnull", True)),
                name="student_list_strokes",
            ),
        ),
        migrations.RunPython(order, migrations.RunPython.noop, elidable=True),
    ]
