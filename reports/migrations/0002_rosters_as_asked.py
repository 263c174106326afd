from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0001_rosters"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="rosterexport",
            index=models.Index(fields=["-asked_at", "-id"], name="roster_asked"),
        ),
    ]
