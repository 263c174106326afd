"""履历: one readable timeline of events, signatures and changed fields."""

from datetime import timedelta
from functools import partial
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import pupils
from tests.world import NOON
from xueji.cases import services
from xueji.identity.classification import DataClass
from xueji.pages.pupil import changes as words
from xueji.pages.pupil import timeline as told
from xueji.students.models import FamilyMember, Placement, Student


def after(hours: int):
    return NOON + timedelta(hours=hours)


@pytest.fixture
def student(world) -> Student:
    return pupils.enrolled(world, name="单雄信", phone="13911112222")


def page(client, student: Student, **query):
    return client.get(reverse("student", args=[student.pk]), {"tab": "history", **query})


def entries(client, student: Student, **query) -> list[told.Entry]:
    return page(client, student, **query).context["timeline"].entries


def lines(entry: told.Entry) -> list[tuple[str, str, str]]:
    return [(change.label, change.old, change.new) for change in entry.changes]


def test_a_change_says_from_what_to_what_in_words_and_who_did_it(world, client_of, student):
    pupils.correct(student, acting=world.acting("clerk", at=after(1)), name="单信", nation="10")

    entry = entries(client_of("clerk"), student)[0]

    assert lines(entry) == [("姓名", "单雄信", "单信"), ("民族", "汉族", "朝鲜族")]
    assert (entry.at, entry.reason) == (after(1), "核对户口簿")
    shown = unescape(page(client_of("clerk"), student).content.decode())
    assert "某clerk（清泉小学 学籍管理员）" in shown


def test_numbers_are_masked_also_when_they_changed(world, client_of, student):
    number = pupils.id_number()
    acting = world.acting("clerk", at=after(1))
    pupils.correct(student, acting=acting, id_number=number, phone="13911113333")
    member = student.family.get()
    pupils.correct_member(member, acting=acting, phone="13777776666")

    entry = entries(client_of("clerk"), student)[0]

    told_of = {label: (old, new) for label, old, new in lines(entry)}
    old = f"{student.id_number[:6]}********{student.id_number[-4:]}"
    assert told_of["身份证件号"] == (old, f"{number[:6]}********{number[-4:]}")
    assert told_of["联系电话"] == ("", "1391111****（遮住的数字有改动）")
    assert told_of["家庭成员 王建军 联系电话"] == ("1393152****", "1377777****")
    shown = page(client_of("clerk"), student).content.decode()
    for whole in (number, student.id_number, "13911113333", "13911112222", "13777776666"):
        assert whole not in shown


def test_a_field_nobody_thought_of_only_says_that_it_changed(student):
    field = Student._meta.get_field("hukou_kind")
    row, prior = student.history.last(), student.history.first()
    for data_class in (DataClass.MEDICAL, DataClass.SENSITIVE, DataClass.SECRET):
        change = words._change(field, row, prior, data_class, "")
        assert (change.old, change.new) == ("", "有改动（内容不在履历中显示）")


def test_every_audited_part_of_a_pupil_is_told():
    assert set(told.audited()) >= {Student, FamilyMember, Placement}


def test_what_one_post_did_at_one_moment_is_one_entry(world, client_of, student):
    shown = entries(client_of("county"), student)
    built = [entry for entry in shown if entry.events]
    assert [event.get_kind_display() for event in built[0].events] == ["入学建籍"]
    assert lines(built[0]) == [
        ("状态", "待建籍", "在读"),
        ("就读", "", "清泉小学 未分班，自 2026-09-01"),
    ]
    assert [step.get_decision_display() for step in built[0].steps] == ["同意"]
    roles = sorted(entry.post.role for entry in shown)
    assert roles == ["centre_officer", "clerk", "county_officer", "principal"]
    assert len(built) == 1


@pytest.mark.parametrize(
    ("kind", "count"), [("", 5), ("events", 1), ("changes", 3), ("cases", 4), ("x'", 5)]
)
def test_the_kinds_filter_what_is_told(world, client_of, student, kind, count):
    pupils.correct(student, acting=world.acting("clerk", at=after(1)), nation="10")
    assert len(entries(client_of("county"), student, kind=kind)) == count


def test_a_case_of_others_is_neither_named_nor_linked(world, client_of, student):
    case = student.cases.get()
    to = world.schools["上庄小学"]
    pupils.move(student, to=to, acting=world.acting("county", at=after(2)))

    shown = page(client_of("clerk2"), student).content.decode()

    assert case.number not in shown
    assert "业务件由别的单位办理" in shown
    assert case.number in page(client_of("county"), student).content.decode()


def test_what_was_typed_for_an_entry_that_came_to_nothing_is_not_told(world, client_of):
    number, told_of = pupils.id_number(), {"name": "欧阳先来", "m1_name": "欧阳旧爸"}
    case = pupils.submitted(world, "clerk", id_number=number, **told_of)
    services.withdraw(case_id=case.pk, note="搬家", acting=world.acting("clerk"))
    world.acting = partial(world.acting, at=after(5))
    student = pupils.enrolled(world, "clerk9", **pupils.LUANZHOU, name="欧阳后到", id_number=number)

    shown = page(client_of("clerk9"), student).content.decode()

    assert student.pk == case.student_id
    assert [old for old in told_of.values() if old in shown] == []
    assert "欧阳后到" in shown


@pytest.mark.parametrize("changed", [1, 3])
def test_queries_do_not_grow_with_the_history(world, client_of, student, changed):
    for hour in range(changed):
        acting = world.acting("clerk", at=after(hour + 1))
        pupils.correct(student, acting=acting, address_text=f"建昌营镇 军屯村 {hour} 号")
    client = client_of("clerk")
    page(client, student)
    with CaptureQueriesContext(connection) as captured:
        page(client, student)
    assert len(captured) == 30


def test_a_long_history_is_read_forth_and_back_and_nothing_twice(
    world, client_of, student, monkeypatch
):
    monkeypatch.setattr(told, "SIZE", 2)
    for hour in range(5):
        acting = world.acting("clerk", at=after(hour + 1))
        pupils.correct(student, acting=acting, address_text=f"建昌营镇 军屯村 {hour} 号")
    client, path = client_of("clerk"), reverse("student", args=[student.pk])
    seen, address = [], "?tab=history&kind=changes"
    while address:
        answer = client.get(path + address).context["timeline"]
        seen.append([entry.at for entry in answer.entries])
        address, back = answer.next, answer.previous
    assert sum(seen[:2], []) == [after(5), after(4), after(3), after(2)]
    again = client.get(path + back).context["timeline"]
    assert [entry.at for entry in again.entries] == seen[-2]


@pytest.mark.parametrize(
    "query",
    [{"older": "9" * 18}, {"older": "-1"}, {"older": "٣"}, {"newer": "x"}, {"tab": "x"}],
)
def test_an_address_that_means_nothing_is_answered(client_of, student, query):
    assert page(client_of("clerk"), student, **query).status_code == 200


@pytest.mark.parametrize("tab", ["facts", "family", "history", "cases"])
def test_every_tab_is_a_link_that_says_which_one_is_open(client_of, student, tab):
    shown = client_of("clerk").get(reverse("student", args=[student.pk]), {"tab": tab})
    text = " ".join(shown.content.decode().split())
    assert f'<a href="?tab={tab}" aria-current="page">' in text
    assert student.id_number not in text
