"""A principal who put another class in the place of the clerk's is judged by it, not the clerk."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("transfers", "0008_reinstatement"),
    ]

    operations = [
        migrations.AddField(
            model_name="transfer",
            name="chosen_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="xueji.user",
            ),
        ),
    ]
