"""The identity documents of pupils who were in the register before documents were kept.

The present one is the pupil's; former ones are read from the history. Numbers stay sealed: both
columns seal for the same purpose.
"""

from django.db import migrations

DOCUMENTS = """
INSERT INTO xueji_identitydocument (student_id, id_type, id_number, id_index)
SELECT id, id_type, id_number, id_index FROM xueji_student
WHERE id_index IS NOT NULL AND status <> 'pending'
ORDER BY id;

INSERT INTO xueji_identitydocument (student_id, id_type, id_number, id_index, used_until)
SELECT DISTINCT ON (id, id_index)
    id, id_type, id_number, id_index, (until AT TIME ZONE 'Asia/Shanghai')::date
FROM (
    SELECT id, id_type, id_number, id_index, status,
        lead(history_date) OVER written AS until, lead(id_index) OVER written AS following
    FROM xueji_historicalstudent
    WINDOW written AS (PARTITION BY id ORDER BY history_date, history_id)
) AS said
WHERE id_index IS NOT NULL AND until IS NOT NULL AND following IS DISTINCT FROM id_index
    AND status <> 'pending'
    AND EXISTS (
        SELECT FROM xueji_student AS pupil
        WHERE pupil.id = said.id AND pupil.id_index IS DISTINCT FROM said.id_index
    )
ORDER BY id, id_index, until DESC;

INSERT INTO xueji_historicalidentitydocument (
    id, student_id, id_type, id_number, id_index, used_until, history_date, history_type,
    history_change_reason
)
SELECT id, student_id, id_type, id_number, id_index, used_until, now(), '+', '建立证件记录'
FROM xueji_identitydocument ORDER BY id;
"""


class Migration(migrations.Migration):
    dependencies = [("xueji", "0008_file_of_the_pupil")]

    operations = [migrations.RunSQL(DOCUMENTS, migrations.RunSQL.noop)]
