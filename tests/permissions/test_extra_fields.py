"""A form takes its own fields and no other: whatever else is posted with it has no effect."""

import pytest
from django.db import connection

from tests.permissions import asking, forms
from tests.permissions.site import Site
from tests.permissions.sweep import Clients, undone
from tests.permissions.table import PLAYED_BY, Ask
from tests.permissions.test_ids import CASE_NUMBER
from tests.permissions.test_tokens_and_headers import posted, takers

# names of columns, of what the session knows, and of what the services take
HOSTILE = {
    "status": "graduated",
    "state": "done",
    "register_type": "borrowed_temp",
    "school": "999999",
    "school_id": "999999",
    "organisation": "999999",
    "org_path": "0001",
    "stage": "senior",
    "grade": "12",
    "entry_year": "1999",
    "number": "02262609909999",
    "merged_into": "1",
    "student": "1",
    "student_id": "1",
    "holder": "1",
    "opener": "1",
    "opened_post": "1",
    "exclusive": "",
    "rule_set": "national",
    "waiting_at": "1",
    "waiting_role": "county_head",
    "due_on": "2099-01-01",
    "closed_at": "2020-01-01",
    "decided_by": "1",
    "decided_post": "1",
    "decided_at": "2020-01-01",
    "history_user": "1",
    "history_post": "1",
    "seen_by": "1",
    "acting": "1",
    "user": "1",
    "role": "county_head",
    "is_superuser": "1",
    "is_active": "",
    "id": "1",
    "pk": "1",
}
TABLES = [
    "xueji_student",
    "xueji_familymember",
    "xueji_placement",
    "xueji_case",
    "xueji_step",
    "xueji_paper",
    "xueji_photo",
    "xueji_identitydocument",
    "xueji_conduct",
    "xueji_dossier",
    "xueji_dossierpaper",
    "xueji_registerevent",
    "xueji_historicalstudent",
    "xueji_schoolclass",
    "xueji_post",
    "xueji_user",
    "enrollment_enrollment",
    "enrollment_admission",
    "transfers_transfer",
    "transfers_borrowing",
    "transfers_borrowingchange",
    "numbering_series",
    "numbering_registernumber",
]
# other with every run: from sequences, or sealed with a nonce of their own
RANDOM = """
    - 'id' - 'case_id' - 'student_id' - 'document_id' - 'revoked_document_id'
    - 'history_id' - 'holder_id' - 'series_id'
    - 'findings' - 'id_number' - 'phone' - 'last_login' - 'password'
"""


def rows() -> list[tuple[str, str]]:
    """Every row of the register, without what differs between two equal runs."""
    parts = [f"SELECT '{name}', (to_jsonb(t) {RANDOM})::text FROM {name} t" for name in TABLES]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return sorted((table, CASE_NUMBER.sub("…", text)) for table, text in cursor.fetchall())


def after(site: Site, ask: Ask, extra: dict[str, str]) -> tuple[int, list[tuple[str, str]]]:
    """Status and rows once the form was sent, with ``extra`` beside its own fields."""
    with undone():
        client = Clients(site).of(PLAYED_BY[ask.role])
        own = asking.form(site, ask)
        answer = client.post(asking.address(site, ask), {**extra, **own})
        return answer.status_code, rows()


@pytest.mark.parametrize("url", posted())
def test_what_a_form_does_not_ask_for_changes_nothing(site, monkeypatch, url):
    ask = takers(url)[0]
    same = asking.form(site, ask)  # one pupil, one number: both runs type the same

    def again(*_: object) -> dict[str, object]:
        for sent in same.values():
            if hasattr(sent, "seek"):
                sent.seek(0)
        return {**same, **forms.key()}

    monkeypatch.setitem(forms.FORMS, url, again)

    assert after(site, ask, HOSTILE) == after(site, ask, {})


def test_the_comparison_sees_a_changed_row(site):
    before = rows()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE xueji_student SET status = 'graduated' WHERE number IS NOT NULL")
    assert rows() != before
