"""Cases whose approval is through, and what desks count, each by an index of its own."""

from django.db import migrations, models

APPROVED = """
UPDATE xueji_case c SET approved = TRUE
WHERE state = 'open' AND (
    SELECT s.returns_to FROM xueji_step s
    WHERE s.case_id = c.id AND s.round = c.round AND s.decision IS NULL
    ORDER BY s.position LIMIT 1
) IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [
        ("xueji", "0022_steps_by_signer"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="approved",
            field=models.BooleanField(default=False, verbose_name="已核准"),
        ),
        migrations.RunSQL(APPROVED, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("state__in", ("open", "returned"))),
                fields=["org_path", "due_on"],
                include=("waiting_at", "waiting_role", "waiting_since", "kind"),
                name="case_alive_figures",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("approved", True)),
                fields=["id"],
                include=("waiting_at",),
                name="case_approved",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(("approved", False), ("state", "open"), _connector="OR"),
                name="case_approved_is_open",
            ),
        ),
    ]
