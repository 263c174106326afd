"""Class size, changing class, consent to a larger class: acts, records, and who may."""

import re

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from enrollment import queries
from enrollment.models import ClassMove, Draw, DrawClass, DrawPlace, Excess
from enrollment.services import room
from enrollment.services.assign import assign, move
from tests.browsing import words
from tests.enrollment.test_lists import CLASSES, class_of, key
from tests.numbering import making
from tests.world import NOON
from xueji.accounts.access import Acting
from xueji.accounts.services import grant
from xueji.audit.models import Access
from xueji.cases.kinds import Refused
from xueji.ledger.models import EventKind
from xueji.organisations.models import SchoolClass
from xueji.students.models import Placement, Student

OVER = (
    "一（1）班将有 46 人，超过小学班额上限 45 人"
    "（文件未规定，按本县设定（可改）：class.capacity）。"
    "请选别的班，或增设班级。可申请例外，由学校决定。"
)


def page_of(school_class, act=""):
    return f"{CLASSES}{school_class.pk}/{act}"


def closely(answer):
    """What is read, without any blank."""
    return "".join(words(answer).split())


def full(world, count=45, number=1):
    """``count`` pupils in a class of 清泉小学."""
    return making.entrants(world, making.names(count), class_number=number)


# -- size -----------------------------------------------------------------------------------------
def test_the_last_seat_is_given_and_not_one_more(clerk, world):
    full(world, 44)
    last, over = making.entrants(world, ["甲一", "甲二"], class_number=None)
    first = class_of(world, "clerk")

    clerk.post(CLASSES, key(students=[last.pk], school_class=first.pk))
    answer = clerk.post(CLASSES, key(students=[over.pk], school_class=first.pk))

    assert (answer.status_code, OVER in words(answer)) == (409, True)
    assert queries.heads([first.pk])[first.pk].all == 45
    assert Student.objects.get(pk=over.pk).school_class is None
    assert over.events.count() == 0


def test_the_size_counts_heads_not_registers(world):
    """Borrowed-out pupils sit elsewhere, borrowed-in ones sit here; who left does not count."""
    first, second = class_of(world, "clerk"), class_of(world, "clerk", 2)
    _, away, gone = full(world, 3)
    (guest,) = making.entrants(world, ["客人"], school="邻泉小学")
    for student, where in ((away, second), (guest, first)):
        Placement.objects.create(
            student=student,
            school=where.school,
            org_path=where.school.organisation.path,
            school_class=where,
            stage="primary",
            entry_year=2026,
            grade=1,
            kind="borrowed",
            starts="2026-09-01",
        )
    Student.objects.filter(pk=gone.pk).update(status="left")

    sizes = queries.heads([first.pk, second.pk])

    assert (sizes[first.pk].all, sizes[second.pk].all) == (2, 1)


def test_the_page_shows_free_seats_and_where_the_limit_comes_from(clerk, world):
    full(world, 40)
    making.entrants(world, ["甲一"], class_number=None)
    page = closely(clerk.get(CLASSES))
    assert "一（1）班余5" in page
    assert "一（1）班40/45" in page
    limit = "每班不超过45人：文件未规定，按本县设定（可改）：class.capacity。"
    assert f"{limit}可申请例外，由学校决定" in page


def test_a_class_is_not_opened_for_more_than_the_limit(clerk, world):
    answer = clerk.post(f"{CLASSES}add/", key(number="3", capacity="46", year="2026"))
    assert (answer.status_code, "班额 46 人超过上限" in words(answer)) == (409, True)
    assert SchoolClass.objects.filter(school=world.school_of("clerk")).count() == 2


def test_a_class_of_an_earlier_intake_is_opened_in_its_grade(clerk, world):
    school = world.school_of("clerk")
    SchoolClass.objects.create(
        school=school, stage="primary", entry_year=2024, number=1, grade=3, capacity=45
    )
    clerk.post(f"{CLASSES}add/", key(number="2", capacity="45", year="2024"))
    added = SchoolClass.objects.get(school=school, entry_year=2024, number=2)
    assert added.grade == 3


# -- consent --------------------------------------------------------------------------------------
def test_the_principal_agrees_once_and_the_class_takes_that_many(client_of, clerk, world):
    full(world, 45)
    more = making.entrants(world, ["甲一", "甲二"], class_number=None)
    first = class_of(world, "clerk")
    form = key(heads="46", reason="村里只有这一所学校")
    for _ in range(2):
        client_of("principal").post(page_of(first, "excess/"), form)

    answers = [
        clerk.post(CLASSES, key(students=[student.pk], school_class=first.pk)).status_code
        for student in more
    ]

    assert answers == [302, 409]
    consent = Excess.objects.get()
    assert (consent.heads, consent.reason) == (46, "村里只有这一所学校")
    assert consent.granted_by == world.posts["principal"]
    page = closely(clerk.get(page_of(first)))
    assert "最多46人某principal，今天12:00：村里只有这一所学校" in page


def test_nobody_uses_a_consent_of_his_own(world):
    """The same person as principal and as clerk: the other clerk has to do it."""
    full(world, 45)
    (student,) = making.entrants(world, ["甲一"], class_number=None)
    first = class_of(world, "clerk")
    both = grant(
        user=world.posts["clerk"].user,
        role="principal",
        organisation=world.organisations["清泉小学"],
        starts=NOON.date(),
    )
    acting = Acting(user=both.user, post=both, at=NOON)
    room.grant(school_class=first, heads=50, reason="挤", acting=acting)

    with pytest.raises(Refused, match="超过班额是您本人同意的，要由另一人编入"):
        assign(student_ids=[student.pk], school_class=first, acting=world.acting("clerk"))


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"heads": "45", "reason": "挤"}, "到 45 人为止不用同意"),
        ({"heads": "", "reason": "挤"}, "请填同意的最多人数"),
        ({"heads": "121", "reason": "挤"}, "最多人数是 1 至 120 的整数"),
        ({"heads": "50", "reason": ""}, "请写明同意的理由"),
        ({"heads": "50", "reason": "挤" * 201}, "原因超过 200 个字"),
    ],
)
def test_a_consent_says_how_many_and_why(client_of, noon, world, form, says):
    answer = client_of("principal").post(page_of(class_of(world, "clerk"), "excess/"), key(**form))
    assert (answer.status_code, says in words(answer)) == (409, True)
    assert not Excess.objects.exists()


@pytest.mark.parametrize(
    ("person", "query"), [("principal", ""), ("centre", "?school={}"), ("county", "?school={}")]
)
def test_who_does_not_assign_finds_the_classes_on_the_list(client_of, noon, world, person, query):
    first = class_of(world, "clerk")
    full(world, 3)
    answer = client_of(person).get(f"/enrollment/{query.format(first.school_id)}")
    assert f'href="{page_of(first)}"' in answer.content.decode()
    assert "一（1）班3/45" in closely(answer)


@pytest.mark.parametrize(
    "person", ["clerk", "centre", "county", "principal1b", "principal2", "principal9", "auditor"]
)
def test_nobody_else_agrees_to_a_larger_class(client_of, noon, world, person):
    form = key(heads="50", reason="挤")
    answer = client_of(person).post(page_of(class_of(world, "clerk"), "excess/"), form)
    assert (answer.status_code, Excess.objects.count()) == (404, 0)


def test_the_service_itself_refuses_another_post(world):
    with pytest.raises(PermissionDenied):
        room.grant(
            school_class=class_of(world, "clerk"),
            heads=50,
            reason="挤",
            acting=world.acting("principal1b"),
        )


# -- changing class -------------------------------------------------------------------------------
def test_a_pupil_changes_class_once_with_reason_event_and_history(clerk, world):
    (student,) = full(world, 1)
    first, second = class_of(world, "clerk"), class_of(world, "clerk", 2)
    form = key(students=[student.pk], into=second.pk, reason="家长申请")
    for _ in range(2):
        assert clerk.post(page_of(first, "move/"), form)["Location"] == page_of(first)

    student.refresh_from_db()
    assert student.school_class == second
    assert student.placements.get().school_class == second
    event = student.events.get()
    assert (event.kind, event.change, event.class_name) == (EventKind.PLACED, 0, "一（2）班")
    assert event.text == "由一（1）班调入一（2）班：家长申请"
    signed = student.history.latest()
    assert (signed.history_user, signed.history_post) == (
        world.posts["clerk"].user,
        world.posts["clerk"],
    )
    assert signed.history_change_reason == "由一（1）班调入一（2）班：家长申请"
    record = ClassMove.objects.get()
    assert (record.out_of, record.into, record.reason) == (first, second, "家长申请")
    page = closely(clerk.get(page_of(second)))
    assert "由一（1）班调入一（2）班家长申请·某clerk，今天12:00" in page


def test_the_number_stays_when_the_class_changes(clerk, world):
    (student,) = full(world, 1)
    making.issue(world, "清泉小学", who="centre")
    before = Student.objects.get(pk=student.pk).number
    second = class_of(world, "clerk", 2)
    form = key(students=[student.pk], into=second.pk, reason="家长申请")
    clerk.post(page_of(class_of(world, "clerk"), "move/"), form)

    after = Student.objects.get(pk=student.pk)
    assert (after.number, after.school_class) == (before, second)
    assert before


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"students": []}, "还没有选中学生"),
        ({"into": ""}, "还没有选调入的班"),
        ({"into": "same"}, "只能调到本校同一级的另一个班"),
        ({"into": "stranger"}, "只能调到本校同一级的另一个班"),
        ({"reason": ""}, "请写明调班的原因"),
        ({"reason": "长" * 101}, "原因超过 100 个字"),
        ({"students": "stranger"}, "所选学生刚离开这个班"),
    ],
)
def test_a_change_that_cannot_be_is_refused_and_nothing_moves(clerk, world, change, says):
    (student,) = full(world, 1)
    (there,) = making.entrants(world, ["外人"], school="上庄小学")
    first = class_of(world, "clerk")
    form = {"students": [student.pk], "into": class_of(world, "clerk", 2).pk, "reason": "家长申请"}
    if change.get("into") in ("same", "stranger"):
        change = {"into": (first if change["into"] == "same" else class_of(world, "clerk2")).pk}
    if change.get("students") == "stranger":
        change = {"students": [there.pk]}

    answer = clerk.post(page_of(first, "move/"), key(**{**form, **change}))

    assert (answer.status_code, says in words(answer)) == (409, True)
    assert Student.objects.get(pk=student.pk).school_class == first
    assert not ClassMove.objects.exists()


def test_a_full_class_takes_nobody_by_change_either(clerk, world):
    full(world, 45)
    (student,) = making.entrants(world, ["甲一"], class_number=2)
    form = key(students=[student.pk], into=class_of(world, "clerk").pk, reason="家长申请")
    answer = clerk.post(page_of(class_of(world, "clerk", 2), "move/"), form)
    assert (answer.status_code, OVER in words(answer)) == (409, True)


def test_of_two_clerks_the_second_is_told_where_the_pupil_is_now(world):
    school = world.school_of("clerk")
    (student,) = full(world, 1)
    first, second = class_of(world, "clerk"), class_of(world, "clerk", 2)
    third = SchoolClass.objects.create(
        school=school, stage="primary", entry_year=2026, number=3, grade=1, capacity=45
    )
    how = {"student_ids": [student.pk], "out_of": first, "reason": "家长申请"}
    move(**how, into=second, acting=world.acting("clerk"))

    with pytest.raises(Refused, match=re.escape("已不在一（1）班（现在：一（2）班）")):
        move(**how, into=third, acting=world.acting("clerk"))
    assert Student.objects.get(pk=student.pk).school_class == second


@pytest.mark.parametrize("person", ["clerk1b", "clerk2", "clerk9", "principal", "centre", "county"])
def test_only_the_schools_own_clerk_changes_a_class(client_of, noon, world, person):
    (student,) = full(world, 1)
    form = key(students=[student.pk], into=class_of(world, "clerk", 2).pk, reason="家长申请")
    answer = client_of(person).post(page_of(class_of(world, "clerk"), "move/"), form)
    assert (answer.status_code, ClassMove.objects.count()) == (404, 0)
    with pytest.raises(PermissionDenied):
        move(
            student_ids=[student.pk],
            out_of=class_of(world, "clerk"),
            into=class_of(world, "clerk", 2),
            reason="家长申请",
            acting=world.acting(person),
        )


def test_a_closed_class_takes_nobody(world):
    (student,) = making.entrants(world, ["甲一"], class_number=None)
    closed = class_of(world, "clerk")
    SchoolClass.objects.filter(pk=closed.pk).update(closed_on="2026-09-01")
    with pytest.raises(Refused, match="已撤销"):
        assign(student_ids=[student.pk], school_class=closed, acting=world.acting("clerk"))


# -- the page of a class --------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("person", "status"),
    [
        *[(person, 200) for person in ("clerk", "principal", "centre", "county", "city")],
        *[(person, 404) for person in ("clerk1b", "clerk2", "centre2", "county9", "auditor")],
    ],
)
def test_a_class_is_read_by_its_school_and_the_offices_above(
    client_of, noon, world, person, status
):
    full(world, 1)
    assert client_of(person).get(page_of(class_of(world, "clerk"))).status_code == status


def test_every_look_at_a_class_is_recorded_with_its_pupils(client_of, noon, world):
    here = full(world, 3)
    client_of("centre").get(page_of(class_of(world, "clerk")))
    look = Access.objects.get()
    assert (look.page, look.filter, sorted(look.students)) == (
        "class",
        "2026 级一（1）班",
        [student.pk for student in here],
    )


@pytest.mark.parametrize("page", ["list", "class"])
def test_the_pages_ask_as_often_for_three_pupils_as_for_one(clerk, world, page):
    full(world, 2)
    making.entrants(world, ["甲一"], class_number=None)
    first = class_of(world, "clerk")
    address = CLASSES if page == "list" else page_of(first)

    def move_one(student):
        form = key(students=[student.pk], into=class_of(world, "clerk", 2).pk, reason="申请")
        clerk.post(page_of(first, "move/"), form)

    move_one(Student.objects.filter(school_class=first).first())
    clerk.get(address)
    with CaptureQueriesContext(connection) as few:
        clerk.get(address)
    making.entrants(world, ["乙一", "乙二"], class_number=1)
    making.entrants(world, ["丙一", "丙二"], class_number=None)
    move_one(Student.objects.filter(school_class=first).first())
    clerk.get(address)
    with CaptureQueriesContext(connection) as many:
        clerk.get(address)
    assert len(many) == len(few)


def test_the_form_key_of_a_move_is_needed(clerk, world):
    (student,) = full(world, 1)
    form = {"students": [student.pk], "into": class_of(world, "clerk", 2).pk, "reason": "申请"}
    assert clerk.post(page_of(class_of(world, "clerk"), "move/"), form).status_code == 400


@pytest.mark.any_pg
@pytest.mark.parametrize("model", [Excess, ClassMove, Draw, DrawClass, DrawPlace])
def test_the_application_cannot_change_what_was_recorded(db, model):
    with connection.cursor() as cursor:
        for right in ("UPDATE", "DELETE", "TRUNCATE"):
            cursor.execute(
                "SELECT has_table_privilege(%s, %s, %s)",
                [settings.APPLICATION_ROLE, model._meta.db_table, right],
            )
            assert cursor.fetchone()[0] is False
