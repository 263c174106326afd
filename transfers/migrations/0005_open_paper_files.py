"""Papers on their way and receipts that are awaited, each by an index of its own."""

from django.db import migrations, models

OPEN = """
UPDATE transfers_transfer t SET file_open = TRUE
FROM xueji_case c, transfers_transfer o LEFT JOIN transfers_paperfile p ON p.transfer_id = o.case_id
WHERE c.id = t.case_id AND o.case_id = t.case_id AND c.state = 'done' AND (
    o.from_school_id IS NOT NULL AND p.sent_on IS NULL
    OR o.to_school_id IS NOT NULL AND p.received_on IS NULL
)
"""


RECEIPTS = """
UPDATE transfers_transfer t SET receipt_open = TRUE
FROM xueji_case c
WHERE c.id = t.case_id AND c.state = 'done' AND t.to_school_id IS NULL AND t.receipt_on IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [
        ("transfers", "0004_borrowing"),
        ("xueji", "0023_approved_cases"),
    ]

    operations = [
        migrations.AddField(
            model_name="transfer",
            name="file_open",
            field=models.BooleanField(default=False, verbose_name="纸质材料未到"),
        ),
        migrations.AddField(
            model_name="transfer",
            name="receipt_open",
            field=models.BooleanField(default=False, verbose_name="待回执"),
        ),
        migrations.RunSQL(RECEIPTS, migrations.RunSQL.noop),
        migrations.RunSQL(OPEN, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="transfer",
            index=models.Index(
                condition=models.Q(("receipt_open", True)),
                fields=["case"],
                include=("from_school",),
                name="transfer_receipt_open",
            ),
        ),
        migrations.AddIndex(
            model_name="transfer",
            index=models.Index(
                condition=models.Q(("file_open", True)),
                fields=["case"],
                include=("from_school", "to_school"),
                name="transfer_file_open",
            ),
        ),
    ]
