"""check_ledger is silent on a sound register and names every kind of damage, by ids alone."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests.demo.loading import loaded
from xueji.ledger import check as checking
from xueji.ledger.check import check
from xueji.ledger.proofs import proofs
from xueji.organisations.models import Level
from xueji.students.models import Student

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """A register with years behind it: grades climbed, people gone, ill, back, entries undone."""
    with loaded(django_db_blocker):
        yield


# one pupil, simple to damage: 在读, in a class, entered and numbered, never ill
PUPIL = """(
    SELECT min(s.id) FROM xueji_student s
    WHERE s.status = 'enrolled' AND s.register_type = 'regular' AND s.school_class_id IS NOT NULL
        AND s.grade = 3 AND s.number IS NOT NULL
        AND NOT EXISTS (SELECT FROM xueji_registerevent e
            WHERE e.student_id = s.id AND e.kind IN ('suspended', 'resumed'))
)"""
ENTRY = f"(SELECT id FROM xueji_registerevent WHERE kind = 'entered' AND student_id = {PUPIL})"
PLACE = f"(SELECT id FROM xueji_placement WHERE ends IS NULL AND student_id = {PUPIL})"
FORMER = f"(SELECT min(id) FROM xueji_placement WHERE ends IS NOT NULL AND student_id = {PUPIL})"
REVERSAL = "(SELECT min(id) FROM xueji_registerevent WHERE kind = 'reversed' AND change <> 0)"
OPEN = f"""(
    SELECT min(c.id) FROM xueji_case c JOIN xueji_organisation o ON o.id = c.waiting_at_id
    WHERE c.state = 'open' AND NOT c.approved AND o.level <> {Level.SCHOOL}
)"""
MOVING = """(
    SELECT min(t.case_id) FROM transfers_transfer t JOIN xueji_case c ON c.id = t.case_id
    WHERE c.state = 'open'
)"""

DAMAGES = [
    (
        "the pupil's class is not that of the placement",
        f"UPDATE xueji_student SET school_class_id = NULL WHERE id = {PUPIL}",
        {"place_is_copied", "history_is_complete"},
    ),
    (
        "the placement's cohort is not that of the pupil",
        f"UPDATE xueji_placement SET entry_year = entry_year - 1 WHERE id = {PLACE}",
        {"place_is_copied"},
    ),
    (
        "a number was written past the services",
        f"UPDATE xueji_student SET number = '00000000000000' WHERE id = {PUPIL}",
        {"history_is_complete"},
    ),
    (
        "a pupil without any history",
        f"DELETE FROM xueji_historicalstudent WHERE id = {PUPIL}",
        # without history the pupil's events have nothing that they could agree with
        {"history_is_complete", "history_agrees"},
    ),
    (
        "a status was written past the services",
        f"UPDATE xueji_student SET status = 'suspended' WHERE id = {PUPIL}",
        {"history_is_complete", "counts_agree"},
    ),
    (
        "an event counts nothing",
        f"UPDATE xueji_registerevent SET change = 0 WHERE id = {ENTRY}",
        {"counts_agree", "history_agrees", "dates_agree"},
    ),
    (
        "an event is missing",
        f"""DELETE FROM xueji_registerevent
        WHERE student_id = {PUPIL} AND kind = 'grade_changed' AND change = 1""",
        {"counts_agree", "history_agrees", "dates_agree"},
    ),
    (
        "an event counts for the other sex",
        f"""UPDATE xueji_registerevent SET sex = CASE sex WHEN '1' THEN '2' ELSE '1' END
        WHERE id = {ENTRY}""",
        {"counts_agree", "history_agrees"},
    ),
    (
        "two events cancel out in the wrong months",
        f"""UPDATE xueji_registerevent SET recorded_at = recorded_at + interval '40 days'
        WHERE student_id = {PUPIL} AND kind = 'grade_changed'""",
        {"history_agrees", "months_are_right"},
    ),
    (
        "the placement began in another month than the event says",
        f"UPDATE xueji_placement SET starts = starts - 60 WHERE id = {FORMER}",
        {"dates_agree"},
    ),
    (
        "an event says another day",
        f"""UPDATE xueji_registerevent
        SET effective_on = effective_on + 31, booked_month = booked_month + interval '1 month'
        WHERE id = {ENTRY}""",
        {"dates_agree"},
    ),
    (
        "a reversal does not take back what was",
        f"UPDATE xueji_registerevent SET change = 0 WHERE id = {REVERSAL}",
        {"reversals_are_opposite", "counts_agree", "history_agrees", "dates_agree"},
    ),
    (
        "a reversal speaks of another day than its event",
        f"""UPDATE xueji_registerevent SET effective_on = effective_on + 1
        WHERE id = {REVERSAL}""",
        {"reversals_are_opposite"},
    ),
    (
        "booked into a month whose report had been accepted",
        f"""UPDATE xueji_registerevent SET recorded_at = recorded_at + interval '3 months'
        WHERE kind = 'numbered' AND student_id = {PUPIL}""",
        {"months_are_right"},
    ),
    (
        "booked later than needed",
        f"""UPDATE xueji_registerevent SET booked_month = booked_month + interval '1 month'
        WHERE id = {ENTRY}""",
        {"months_are_right"},
    ),
    (
        "booked before the fact",
        f"""UPDATE xueji_registerevent SET booked_month = booked_month - interval '1 month'
        WHERE id = {ENTRY}""",
        {"months_are_right"},
    ),
    (
        "a pupil in a school whose status says that there is none",
        f"""WITH changed AS (
            UPDATE xueji_student SET status = 'graduated' WHERE id = {PUPIL} RETURNING id
        )
        UPDATE xueji_historicalstudent SET status = 'graduated' WHERE id IN (SELECT id FROM changed)
        """,
        {"status_has_its_place", "counts_agree", "history_agrees"},
    ),
    (
        "borrowed study without a home",
        """INSERT INTO xueji_placement (student_id, school_id, org_path, stage, entry_year, grade,
            kind, starts)
        SELECT student_id, school_id, org_path, stage, entry_year, grade, 'borrowed', '2026-10-08'
        FROM xueji_placement
        WHERE student_id = (SELECT min(id) FROM xueji_student WHERE status = 'transferred')
        ORDER BY id LIMIT 1""",
        {"borrowing_has_a_home"},
    ),
    (
        "a pupil at two places on one day",
        f"UPDATE xueji_placement SET ends = ends + 7 WHERE id = {FORMER}",
        {"places_do_not_overlap"},
    ),
    (
        "a case under way waits for another office than its step",
        f"""UPDATE xueji_case SET waiting_at_id = school_id WHERE id = {OPEN}""",
        {"turn_is_copied"},
    ),
    (
        "a case under way waits for another post than its step",
        f"UPDATE xueji_case SET waiting_role = 'auditor' WHERE id = {OPEN}",
        {"turn_is_copied"},
    ),
    (
        "a case is called approved while an office has yet to judge it",
        f"UPDATE xueji_case SET approved = TRUE WHERE id = {OPEN}",
        {"turn_is_copied"},
    ),
    (
        "a case that only the receiving school has yet to place is not called approved",
        "UPDATE xueji_case SET approved = FALSE WHERE approved",
        {"turn_is_copied"},
    ),
    (
        "an open case without a step to sign",
        f"""UPDATE xueji_step SET decision = 'agreed', decided_at = now()
        WHERE case_id = {OPEN} AND decision IS NULL""",
        {"turn_is_copied"},
    ),
    (
        "a pupil who left is not on the holding list though no receipt has come",
        "UPDATE transfers_transfer SET receipt_open = FALSE WHERE receipt_open",
        {"receipt_is_awaited"},
    ),
    (
        "a receipt came and is still awaited",
        "UPDATE transfers_transfer SET receipt_open = TRUE WHERE receipt_on IS NOT NULL",
        {"receipt_is_awaited"},
    ),
    (
        "a receipt is awaited of a transfer under way",
        f"UPDATE transfers_transfer SET receipt_open = TRUE WHERE case_id = {MOVING}",
        {"receipt_is_awaited"},
    ),
    (
        "papers that were not sent are not awaited",
        "UPDATE transfers_transfer SET file_open = FALSE WHERE file_open",
        {"papers_are_awaited"},
    ),
    (
        "papers are awaited of a transfer under way",
        f"UPDATE transfers_transfer SET file_open = TRUE WHERE case_id = {MOVING}",
        {"papers_are_awaited"},
    ),
    (
        "papers that are there are still awaited",
        """UPDATE transfers_transfer SET file_open = TRUE WHERE case_id IN (
            SELECT transfer_id FROM transfers_paperfile
            WHERE sent_on IS NOT NULL AND received_on IS NOT NULL
        )""",
        {"papers_are_awaited"},
    ),
    (
        "an event is reversed twice",
        f"""ALTER TABLE xueji_registerevent DROP CONSTRAINT xueji_registerevent_reverses_id_key;
        CREATE TEMP TABLE again ON COMMIT DROP AS
            SELECT * FROM xueji_registerevent WHERE id = {REVERSAL};
        UPDATE again SET id = nextval('xueji_registerevent_id_seq');
        INSERT INTO xueji_registerevent SELECT * FROM again""",
        {"reversed_once", "counts_agree", "history_agrees", "dates_agree"},
    ),
]


@pytest.mark.parametrize(
    ("damage", "told"),
    [pytest.param(sql, told, id=what) for what, sql, told in DAMAGES],
)
def test_damage_is_found_and_nothing_else_is_told(demo, damage, told):
    with connection.cursor() as cursor:
        cursor.execute(damage)
    assert {fault["check"] for fault in check()["faults"]} == told


def test_every_proof_has_a_damage_that_only_it_or_few_others_find():
    found = set().union(*(told for _, _, told in DAMAGES))
    assert found == {proof.name for proof in proofs()}


def test_a_sound_register_has_no_faults_and_exits_well(demo):
    out = StringIO()
    call_command("check_ledger", stdout=out)
    said = json.loads(out.getvalue())
    assert said["faults"] == []
    assert said["students"] == Student.objects.count()
    assert said["events"] > said["students"]


def test_a_fault_names_ids_and_figures_and_no_person(demo):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE xueji_student SET grade = grade + 1 WHERE grade IS NOT NULL")
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("check_ledger", stdout=out)
    said = json.loads(out.getvalue())
    ids = {"student", "placement", "school", "grade", "event", "reverses", "more", "times"}
    figures = {"enrolled", "booked", "difference", "month", "sex", "status", "why", "check"}
    assert {name for fault in said["faults"] for name in fault} <= ids | figures
    names = Student.objects.values_list("name", flat=True)
    assert [name for name in names if name in out.getvalue()] == []


def test_of_many_faults_the_first_are_told_and_the_others_counted(demo, monkeypatch):
    monkeypatch.setattr(checking, "MOST_FAULTS", 2)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE xueji_student SET number = 'x' WHERE number IS NOT NULL")
        damaged = cursor.rowcount
    faults = check()["faults"]
    assert [sorted(fault) for fault in faults] == [
        ["check", "student"],
        ["check", "student"],
        ["check", "more"],
    ]
    assert faults[-1]["more"] == damaged - 2
