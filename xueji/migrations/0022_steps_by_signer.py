"""What a person signed last, under a post, by one index instead of two."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("xueji", "0021_notices")]

    operations = [
        migrations.AlterField(
            model_name="step",
            name="decided_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="xueji.user",
            ),
        ),
        migrations.AlterField(
            model_name="step",
            name="decided_post",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="xueji.post",
            ),
        ),
        migrations.AddIndex(
            model_name="step",
            index=models.Index(
                condition=models.Q(("decided_by__isnull", False)),
                fields=["decided_by", "decided_post", "decided_at"],
                name="step_signed",
            ),
        ),
    ]
