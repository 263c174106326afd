"""The list of a balanced assignment, and who may ask for one."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from enrollment import queries
from enrollment.models import Draw
from enrollment.services.assign import move
from tests.browsing import key, words
from tests.enrollment.classrooms import CLASSES, class_of, closely, page_of
from tests.enrollment.drawing import NEW, confirm, confirmed, plan_of, previewed, question, unplaced
from tests.numbering import making
from xueji.audit.models import Access
from xueji.students.models import Student


# -- the list -------------------------------------------------------------------------------------
def test_the_list_names_everybody_with_seed_keys_time_and_who(clerk, world, intake):
    page = closely(clerk.get(confirmed(clerk, question(world))["Location"]))
    assert "复算一致" in page
    assert "种子8136（学校填写，确认前看过1种结果）" in page
    assert "均衡项目性别、户口所在村、社区、出生月份" in page
    assert "分班时间2026-09-0212:00经办某clerk（学籍管理员）" in page
    assert "校长监督人家长代表家长代表日期学校盖章" in page
    assert [student.name for student in intake if student.name not in page] == []
    assert "没有调班" in page


def test_each_result_looked_at_before_is_counted(clerk, world, intake):
    for seed in ("1", "2", "2", "3"):
        previewed(clerk, question(world, seed=seed))
    previewed(clerk, question(world, seed="3", keys=[]))
    confirmed(clerk, question(world, seed="8136"))
    assert Draw.objects.get().previewed == 5


def test_a_change_by_hand_is_shown_against_the_list(clerk, world, intake):
    address = confirmed(clerk, question(world))["Location"]
    student = Student.objects.get(pk=intake[0].pk)
    into = queries.classes(student.school_id, 2026)
    other = next(row for row, _ in into if row.pk != student.school_class_id)
    move(
        student_ids=[student.pk],
        out_of=student.school_class,
        into=other,
        reason="与任课教师有亲属关系",
        acting=world.acting("clerk"),
    )
    page = words(clerk.get(address))
    out_of = student.school_class.number
    assert (
        f"{student.name} {out_of} 班 {other.number} 班 与任课教师有亲属关系 "
        "某clerk 2026-09-02 12:00"
    ) in page
    assert "复算一致" in page
    assert "种子8136某clerk，今天12:00" in closely(clerk.get(CLASSES))


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_as_often_for_many_as_for_few(clerk, world, count):
    making.entrants(world, making.names(4 * count), class_number=None)
    address = confirmed(clerk, question(world))["Location"]
    clerk.get(address)
    with CaptureQueriesContext(connection) as asked:
        clerk.get(address)
    assert len(asked) == 12


def test_every_look_is_recorded_with_its_pupils(clerk, world, intake):
    ids = sorted(student.pk for student in intake)
    confirmed(clerk, question(world))
    clerk.get(f"/enrollment/draws/{Draw.objects.get().pk}/")
    looks = [
        (look.page, look.filter.split(" 结果 ")[0], sorted(look.students))
        for look in Access.objects.order_by("pk")
    ]
    assert looks == [
        ("class_draw", "均衡分班预览 2026 级 种子 8136", ids),
        ("class_draw", "均衡分班结果 2026 级", ids),
    ]


# -- who ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("person", ["principal", "centre", "county", "city", "auditor", "admin"])
def test_only_a_clerk_draws(client_of, noon, world, intake, person):
    client = client_of(person)
    assert client.get(NEW).status_code == 404
    form = key(**question(world), token=plan_of(world).token)
    assert (client.post(NEW, form).status_code, Draw.objects.count()) == (404, 0)


@pytest.mark.parametrize("person", ["clerk1b", "clerk2", "clerk9"])
def test_a_strangers_question_is_about_his_own_school(client_of, noon, world, intake, person):
    client = client_of(person)
    page = words(previewed(client, question(world)))
    assert [student.name for student in intake if student.name in page] == []
    form = key(**question(world), token=plan_of(world).token)
    assert (client.post(NEW, form).status_code, unplaced()) == (409, 10)


@pytest.mark.parametrize("person", ["clerk1b", "principal", "county"])
def test_the_service_asks_whose_school_it_is(world, intake, person):
    with pytest.raises(PermissionDenied):
        confirm(world, plan_of(world).token, clerk=person)
    assert unplaced() == 10


@pytest.mark.parametrize(
    ("person", "status"),
    [
        *[(person, 200) for person in ("clerk", "principal", "centre", "county", "province")],
        *[(person, 404) for person in ("clerk1b", "clerk2", "centre2", "county9", "auditor")],
    ],
)
def test_the_list_is_read_by_the_school_and_the_offices_above(
    client_of, clerk, world, intake, person, status
):
    address = confirmed(clerk, question(world))["Location"]
    assert client_of(person).get(address).status_code == status
    assert client_of(person).get("/enrollment/draws/999999999/").status_code == 404


def test_a_drawn_pupil_is_listed_in_his_class_and_numbered_by_it(clerk, world, intake):
    confirmed(clerk, question(world))
    first = class_of(world, "clerk")
    assert len(Student.objects.filter(school_class=first)) == 5
    assert "在校 5 人" in words(clerk.get(page_of(first))).replace(" <b>", "")
    numbers = making.issue(world)
    held = [row.holder.school_class.number for row in numbers]
    assert held == [1] * 5 + [2] * 5
