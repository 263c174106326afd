"""Every change of an audited row is signed with person, post, time and reason, also in bulk."""

import pytest

from tests import pupils
from tests.world import NOON
from xueji.audit import history
from xueji.students import services as students
from xueji.students.models import FamilyMember, Placement, Student

AUDITED = (Student, FamilyMember, Placement)


def signatures(model, **of) -> list[tuple]:
    """(kind, person, post, time, reason) of every history row, oldest first."""
    return list(
        model.history.filter(**of)
        .order_by("history_id")
        .values_list(
            "history_type",
            "history_user__username",
            "history_post__organisation__name",
            "history_date",
            "history_change_reason",
        )
    )


def signed(kind: str, username: str, place: str, reason: str) -> tuple:
    return kind, username, place, NOON, reason


def test_the_history_of_an_entry_names_who_did_each_change_under_which_post(world):
    student = pupils.enrolled(world)
    case = student.cases.get()
    entry = signed("+", "clerk", "清泉小学", f"新生入学 {case.number}")
    approval = signed("~", "county", "迁安市教育局", "新生入学核准")
    assert signatures(Student, id=student.pk) == [entry, approval]
    assert signatures(FamilyMember, student=student.pk) == [entry]
    assert signatures(Placement, student=student.pk) == [("+", *approval[1:])]


@pytest.mark.parametrize("size", [1, 3])
def test_a_bulk_change_signs_each_of_its_rows(world, size):
    found = [pupils.enrolled(world) for _ in range(size)]
    for student in found:
        student.address_text = "新村 1 号"

    history.update(found, fields=["address_text"], acting=world.acting("clerk"), reason="更正住址")

    for student in found:
        assert signatures(Student, id=student.pk)[-1] == signed(
            "~", "clerk", "清泉小学", "更正住址"
        )
        assert student.history.latest().address_text == "新村 1 号"
        assert Student.objects.get(pk=student.pk).address_text == "新村 1 号"


def test_nothing_to_write_writes_nothing(world):
    acting = world.acting("clerk")
    assert history.create([], acting=acting, reason="无") == []
    history.update([], fields=["name"], acting=acting, reason="无")
    assert [model.history.count() for model in AUDITED] == [0, 0, 0]


def test_a_write_counts_up_the_row_version_and_keeps_the_old_values(world):
    student = pupils.enrolled(world)
    before, name = student.version, student.name
    locked = students.lock([student.pk])[student.pk]
    locked.name = "改过名"

    students.write([locked], fields=["name"], acting=world.acting("clerk"), reason="更名")

    newest, older = student.history.order_by("-history_id")[:2]
    assert (newest.name, newest.version) == ("改过名", before + 1)
    assert (older.name, older.version) == (name, before)


def test_a_family_member_taken_away_stays_in_the_history(world):
    student = pupils.enrolled(world)
    students.write_family(student=student, members=[], acting=world.acting("clerk"), reason="更正")
    kinds = [row[0] for row in signatures(FamilyMember, student=student.pk)]
    last = signatures(FamilyMember, student=student.pk)[-1]
    assert (kinds, last[1], last[4]) == (["+", "-"], "clerk", "更正")


def test_two_posts_of_one_person_are_told_apart(world):
    """The signature is the post's: the same officer at two centres leaves two different ones."""
    student = pupils.enrolled(world)
    for username in ("centre", "county"):
        history.update(
            [student], fields=["address_text"], acting=world.acting(username), reason="核对"
        )
    places = [row[2] for row in signatures(Student, id=student.pk)[-2:]]
    assert places == ["建昌营镇中心校", "迁安市教育局"]
