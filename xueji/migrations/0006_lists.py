"""Indexes for the lists of offices that reach many schools: cases by date, pupils to number."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("xueji", "0005_name_order")]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("state__in", ("open", "returned"))),
                fields=["due_on", "id", "org_path"],
                name="case_alive_due",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", False)),
                fields=["closed_at", "id", "org_path"],
                name="case_closed",
            ),
        ),
        migrations.AddIndex(
            model_name="student",
            index=models.Index(
                condition=models.Q(
                    ("merged_into__isnull", True),
                    ("number__isnull", True),
                    ("status", "enrolled"),
                ),
                fields=["school", "stage", "entry_year"],
                name="student_unnumbered",
            ),
        ),
    ]
