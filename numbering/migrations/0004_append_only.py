"""What was done with a series, and which numbers were given back, is written once."""

from django.db import migrations

from xueji.audit.privileges import append_only


class Migration(migrations.Migration):
    dependencies = [("numbering", "0003_freeze_and_renumbering")]

    operations = [append_only("numbering_seriesact", "numbering_renumbered")]
