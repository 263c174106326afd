"""Identity documents and filed papers of the demo's pupils, written set-based after them.

Whoever entered before this autumn has a complete file; of this autumn's one in nine lacks a paper.
"""

from collections.abc import Sequence

from django.db import connection

from enrollment.demo import calendar

# signed as the first placement was: both are written by the last signature of the entry
DOCUMENTS = """
INSERT INTO xueji_identitydocument (student_id, id_type, id_number, id_index)
SELECT id, id_type, id_number, id_index FROM xueji_student
WHERE id_index IS NOT NULL AND status <> 'pending' ORDER BY id;

INSERT INTO xueji_historicalidentitydocument (
    id, student_id, id_type, id_number, id_index, history_date, history_type,
    history_change_reason, history_user_id, history_post_id
)
SELECT DISTINCT ON (document.id)
    document.id, document.student_id, document.id_type, document.id_number, document.id_index,
    place.history_date, '+', place.history_change_reason, place.history_user_id,
    place.history_post_id
FROM xueji_identitydocument AS document
JOIN xueji_historicalplacement AS place ON place.student_id = document.student_id
ORDER BY document.id, place.history_date;
"""

# of the clerk of the school where the pupil is, ten days after the entry
PAPERS = """
INSERT INTO xueji_dossierpaper (student_id, kind, filed_by_id, filed_at, removed_why)
SELECT pupil.id, paper.kind, clerk.id,
    (pupil.entered_on + interval '10 days 10 hours') AT TIME ZONE 'Asia/Shanghai', ''
FROM xueji_student AS pupil
JOIN (
    SELECT organisation_id, min(id) AS id FROM xueji_post WHERE role = 'clerk'
    GROUP BY organisation_id
) AS clerk ON clerk.organisation_id = pupil.school_id
LEFT JOIN xueji_studentsheet AS sheet ON sheet.student_id = pupil.id
CROSS JOIN LATERAL unnest(
    CASE WHEN pupil.migrant
        THEN ARRAY['household_book', 'residence_permit', 'job_proof', 'vaccination']
        ELSE ARRAY['household_book', 'property_proof', 'vaccination']
    END
    || CASE WHEN pupil.id_index IS NULL THEN ARRAY['attendance_proof'] ELSE '{}' END
    || CASE WHEN sheet.left_behind IN ('1', '2') THEN ARRAY['left_behind_proof'] ELSE '{}' END
    || CASE WHEN sheet.orphan THEN ARRAY['orphan_proof'] ELSE '{}' END
    || CASE WHEN sheet.martyr_family THEN ARRAY['martyr_proof'] ELSE '{}' END
    || CASE WHEN sheet.needs_aid THEN ARRAY['aid_request'] ELSE '{}' END
    || CASE WHEN sheet.boarding_subsidy THEN ARRAY['subsidy_proof'] ELSE '{}' END
    || CASE WHEN pupil.attendance = 'home_taught' THEN ARRAY['home_taught_proof'] ELSE '{}' END
    || CASE WHEN pupil.id = ANY(%s) THEN ARRAY['disability_card', 'inclusion_proof'] ELSE '{}' END
) AS paper (kind)
WHERE NOT (pupil.entry_year = %s AND pupil.id %% 9 = 0 AND paper.kind = 'vaccination')
ORDER BY pupil.id;
"""


def write(disabled: Sequence[int]) -> None:
    """``disabled``: ids of the pupils with a disability, which no statement could read."""
    with connection.cursor() as cursor:
        cursor.execute(DOCUMENTS)
        cursor.execute(PAPERS, [list(disabled), calendar.THIS_YEAR])
