"""Whatever is typed, pasted or forged: an answer comes back, and nothing half-written stays."""

from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enrollment.services.check import read
from tests import pupils
from tests.enrollment.test_check import PLAIN
from xueji.cases.models import Case, State
from xueji.students.models import FamilyMember, Student
from xueji.students.reading import day

FIELDS = [
    *pupils.row(),
    *("sex", "birth_date", "no_id_reason", "migrant", "entered_on", "school_class"),
    *("m1_id_number", "m2_name", "m2_relation", "m2_phone", "m2_guardian", "m2_id_number"),
    *("paper_job_proof", "reason_entry.two_unities", "reason_entry.nonsense"),
    *("save", "use", "case", "version", "refused", "told"),
]
NASTY = st.sampled_from(
    [
        "",
        "\0",
        "王\0梓涵",
        "'; DROP TABLE xueji_student; --",
        "<script>alert(1)</script>",
        "{{ form }}{% load x %}",
        "=1+1",
        "9" * 5000,
        "٣٤٥",
        "１３０２８３",
        "\u202e130283",
        "0001-01-01",
        "9999-12-31",
        "2020-02-30",
        "1.30283202003171E+17",
        "Z",
        "A",
        "on",
        "next",
        "hukou",
        "-1",
        "1" * 40,
        "𠮷" * 60,
        "a" * 200,
        "130283103227",
        "建昌营镇 军屯村",
    ]
)
TYPED = st.one_of(NASTY, st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40))
ROWS = st.dictionaries(st.sampled_from(FIELDS), TYPED, max_size=8)
EVERY = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture]}


@given(changes=ROWS)
@settings(max_examples=300, deadline=None)
def test_any_row_is_read_and_every_fault_names_a_field(changes):
    checked = read(pupils.row() | changes, PLAIN)

    assert all(problem.field and problem.message for problem in checked.problems)


@given(st.text())
def test_any_text_is_a_day_or_none(text):
    found = day(text)
    assert found is None or found.year >= 1


@pytest.mark.parametrize("page", ["new", "check", "draft", "resume"])
@given(changes=ROWS)
@settings(max_examples=25, **EVERY)
def test_any_form_is_answered_and_leaves_a_whole_pupil_or_none(clerk, page, changes):
    """The transaction of the test goes on: what one example wrote, the next one meets."""
    form = {**pupils.row(id_number=pupils.id_number()), "form_key": str(uuid4()), **changes}

    answer = clerk.post(f"/enrollment/{page}/", form)

    assert answer.status_code in {200, 302, 409, 422}
    for student in Student.objects.all():
        assert FamilyMember.objects.filter(student=student, is_guardian=True).exists()
        assert student.cases.filter(state=State.OPEN).count() == 1
    assert not Case.objects.filter(state=State.OPEN, student__isnull=True).exists()


@pytest.mark.parametrize("key", ["", "x", "\0", "0" * 400])
@pytest.mark.parametrize("page", ["new", "draft", "classes", "classes/add"])
def test_a_forged_form_key_is_refused(clerk, page, key):
    form = {**pupils.row(), "form_key": key, "save": "next"}
    assert clerk.post(f"/enrollment/{page}/", form).status_code == 400
    assert not Student.objects.exists()


@given(query=TYPED)
@settings(max_examples=40, **EVERY)
def test_any_search_for_a_place_is_answered(clerk, query):
    expected = 400 if "\0" in query else 200  # no text of the database holds a NUL
    assert clerk.get("/divisions/", {"q": query}).status_code == expected


@given(query=TYPED)
@settings(max_examples=15, **EVERY)
def test_any_query_of_the_lists_is_answered_or_not_found(clerk, query):
    for name in ("show", "school", "after", "before", "year"):
        for page in ("", "classes/"):
            answer = clerk.get(f"/enrollment/{page}", {name: query})
            assert answer.status_code in ({400} if "\0" in query else {200, 404})
