"""What a person signed last is told in one order, also of a batch signed at one moment."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("xueji", "0031_examinations"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="step",
            name="step_signed",
        ),
        migrations.AddIndex(
            model_name="step",
            index=models.Index(
                condition=models.Q(("decided_by__isnull", False)),
                fields=["decided_by", "decided_post", "decided_at", "id"],
                name="step_signed",
            ),
        ),
    ]
