"""A post that was ended at once is over, also when the same one is given again that day."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("xueji", "0027_act_of_rules"),
    ]

    operations = [
        migrations.AddField(
            model_name="post",
            name="at_once",
            field=models.BooleanField(default=False, verbose_name="当日即止"),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(("at_once", False), ("ends__isnull", False), _connector="OR"),
                name="post_at_once_has_an_end",
            ),
        ),
    ]
