"""Class size, changing class, consent to a larger class: acts, records, and who may."""

import pytest
from django.core.exceptions import PermissionDenied

from enrollment import queries
from enrollment.models import Excess
from enrollment.services import room
from enrollment.services.assign import assign
from tests.browsing import key, words
from tests.enrollment.classrooms import CLASSES, OVER, class_of, closely, full, page_of
from tests.numbering import making
from tests.world import NOON
from xueji.accounts.access import Acting
from xueji.accounts.services import grant
from xueji.cases.kinds import Refused
from xueji.organisations.models import SchoolClass
from xueji.students.models import Placement, Student


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

    with pytest.raises(Refused, match="超过班额是编班的人自己同意的，要由另一人编入"):
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
