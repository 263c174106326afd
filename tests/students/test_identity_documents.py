"""Identity documents of a pupil, past and present: kept from the entry on, found by any number."""

from datetime import date, timedelta
from importlib import import_module

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from enrollment.services.check import check_rows
from enrollment.services.context import load
from tests import pupils
from tests.world import NOON
from xueji.cases import services as cases
from xueji.students import identity_documents, queries, services
from xueji.students.duplicates import Person, exact
from xueji.students.identity_documents import NotAFormer
from xueji.students.models import IdentityDocument, StudentSheet
from xueji.students.search import search

FIRST, SECOND = "130283202001019917", "130283202001029918"
OLD = "130283200101991"  # fifteen digits, as before 2013
LATER = NOON + timedelta(days=20)


def rows(student) -> list[tuple]:
    """Number, until when used, by which case; in the order of writing."""
    found = IdentityDocument.objects.filter(student=student).order_by("pk")
    return [(row.id_number, row.used_until, row.case_id is not None) for row in found]


def found_by(world, typed: str, who: str = "county") -> list[str]:
    return [str(one) for one in search(queries.visible(world.acting(who)), typed)]


@pytest.fixture
def number() -> str:
    return pupils.id_number()


@pytest.fixture
def other() -> str:
    return pupils.id_number()


@pytest.fixture
def student(world, number):
    return pupils.enrolled(world, name="单雄信", id_number=number)


def renumbered(world, student, number: str):
    return pupils.correct(
        student, acting=world.acting("county", at=LATER), id_number=number, id_type="1"
    )


def test_the_entry_keeps_the_document_with_its_case(student, number):
    assert rows(student) == [(number, None, True)]
    (told,) = IdentityDocument.history.filter(student_id=student.pk)
    assert (told.history_type, told.history_post.role) == ("+", "county_officer")


def test_what_is_only_submitted_has_no_document_yet(world):
    case = pupils.submitted(world)
    assert rows(case.student) == []


def test_a_pupil_without_number_has_no_document(world):
    none = {"id_type": "Z", "id_number": "", "no_id_reason": "未上户口"}
    more = {"sex": "1", "birth_date": "2020-01-01"}
    student = pupils.enrolled(world, m1_id_type="1", m1_id_number=OTHER_ID, **none, **more)
    assert rows(student) == []


OTHER_ID = pupils.id_number(born=date(1990, 1, 1), order=7)


def test_a_new_number_makes_the_one_before_a_former_one(world, student, number, other):
    sheet = StudentSheet.objects.get(student=student)
    valid = {"id_valid_from": date(2020, 6, 1), "id_valid_until": date(2025, 6, 1)}
    acting = world.acting("county")
    services.write_sheet(student=sheet.student, values=valid, acting=acting, reason="核对")
    renumbered(world, student, other)
    assert rows(student) == [(number, LATER.date(), True), (other, None, False)]
    former = IdentityDocument.objects.get(student=student, used_until__isnull=False)
    assert (former.valid_from, former.valid_until) == (date(2020, 6, 1), date(2025, 6, 1))


def test_what_leaves_the_number_alone_leaves_the_documents_alone(world, student, number):
    pupils.correct(student, acting=world.acting("county", at=LATER), name="单信")
    assert rows(student) == [(number, None, True)]


def test_undoing_an_entry_and_entering_again_keeps_one_document(world, student, number):
    case = student.cases.get()
    cases.reverse(case_id=case.pk, note="录错学校", acting=world.acting("county"))
    assert rows(student) == [(number, None, True)]
    again = pupils.enrolled(world, name="单雄信", id_number=number)
    assert (again, rows(again)) == (student, [(number, None, True)])


@pytest.mark.parametrize("typed", ["present", "former", "with a blank"])
def test_any_number_past_or_present_finds_the_pupil(world, student, number, other, typed):
    renumbered(world, student, other)
    typed = {"present": other, "former": number, "with a blank": f"{number[:6]} {number[6:]}"}[
        typed
    ]
    assert found_by(world, typed) == ["单雄信"]
    assert (found_by(world, typed, "clerk2"), found_by(world, number[:-1])) == ([], [])


def test_a_number_that_was_a_pupils_is_no_newcomers(world, student, number, other):
    """It is told as the same child, once: not as somebody who looks like it as well."""
    renumbered(world, student, other)
    person = Person(name="单雄信", sex="1", birth_date=student.birth_date, id_number=number)
    assert exact([person]) == {number: student}
    context = load(world.school_of("clerk2").pk, today=NOON.date())
    row = pupils.row(id_number=number, name="单雄信", **pupils.SHANGZHUANG)
    (checked,) = check_rows([row], context)
    assert (checked.known, checked.is_double, checked.near) == (student, True, [])
    assert "entry.duplicate.exact" in [finding.key for finding in checked.blocked]


def test_whoever_has_a_number_now_comes_before_whoever_had_it(world, student, number, other):
    renumbered(world, student, other)
    newcomer = pupils.enrolled(world, "clerk2", name="程知节", **pupils.SHANGZHUANG)
    renumbered(world, newcomer, number)  # it had been typed for the wrong child
    person = Person(name="", sex="", birth_date=date(2020, 1, 1), id_number=number)
    assert exact([person]) == {number: newcomer}


@pytest.mark.parametrize("count", [1, 3])
def test_exact_search_takes_two_queries_however_many_are_asked(world, student, count):
    people = [
        Person(name="", sex="", birth_date=date(2020, 1, 1), id_number=pupils.id_number())
        for _ in range(count)
    ]
    with CaptureQueriesContext(connection) as asked:
        exact(people)
    assert len(asked) == 2


@pytest.mark.parametrize("count", [1, 3])
def test_documents_follow_in_a_fixed_number_of_queries(world, count):
    students = [pupils.enrolled(world, name=name) for name in ("甲乙", "丙丁", "戊己")[:count]]
    locked = list(services.lock([one.pk for one in students]).values())
    for one in locked:
        one.id_number = pupils.id_number()
        services.derive(one)
    with CaptureQueriesContext(connection) as asked:
        identity_documents.follow(locked, acting=world.acting("county"), reason="更正")
    writes = [query["sql"] for query in asked if not query["sql"].startswith("SAVEPOINT")]
    assert len([sql for sql in writes if not sql.startswith("RELEASE")]) == 6


def add(world, student, number: str = OLD, who: str = "clerk", **more) -> IdentityDocument:
    (locked,) = services.lock([student.pk]).values()
    said = {"id_type": "1", "used_until": date(2013, 1, 1), "reason": "补录以前的证件：户口簿"}
    return identity_documents.add_former(
        student=locked, number=number, acting=world.acting(who), **{**said, **more}
    )


def test_a_document_of_before_is_added_and_finds_the_pupil(world, student, number):
    add(world, student, " 130283 200101991")
    assert rows(student) == [(number, None, True), (OLD, date(2013, 1, 1), False)]
    assert found_by(world, OLD) == ["单雄信"]


def test_a_number_that_the_register_has_is_not_added_again(world, student, number):
    add(world, student)
    with pytest.raises(NotAFormer, match="已经登记为该生以前的证件号"):
        add(world, student)
    with pytest.raises(NotAFormer, match="该生现在的证件号"):
        add(world, student, number)
    assert len(rows(student)) == 2


def test_the_migration_finds_present_and_former_documents_of_the_register(
    world, student, number, other
):
    """As if the register were older than the documents: pupils, histories, and no document."""
    pending = pupils.submitted(world, name="程知节")
    renumbered(world, student, other)
    expected = [(number, LATER.date()), (other, None)]
    migration = import_module("xueji.migrations.0009_identity_documents_in_use")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("DELETE FROM xueji_identitydocument")
        cursor.execute(migration.DOCUMENTS)
    found = IdentityDocument.objects.order_by("-used_until")
    kept = [(row.id_number, row.used_until) for row in found.filter(student=student)]
    assert sorted(kept, key=str) == sorted(expected, key=str)
    assert not found.filter(student=pending.student).exists()
