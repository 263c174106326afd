"""The pages of 免转学手续接收: what a clerk may learn, what a former school is told."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import pupils
from tests.browsing import errors, raw
from tests.enrollment.admissions import ROUTES, class_of, special, submitted, taken
from tests.world import NOON
from xueji.audit.models import Access
from xueji.cases.kinds import Refused
from xueji.cases.models import Case
from xueji.students.models import Student

NEW, LIST = "/enrollment/admissions/new/", "/enrollment/admissions/"


@pytest.fixture
def pupil(world) -> Student:
    own = class_of(world, "clerk")
    return pupils.enrolled(world, "clerk", name="单雄信", school_class=str(own.pk))


@pytest.fixture
def receiving(world, client_of, noon):
    special(world)
    return client_of("clerk9")


def opened(world, client, student, *, at=NEW, save="send", **other) -> dict[str, object]:
    shown = client.get(at).content.decode()
    return {
        "form_key": shown.split('name="form_key" value="')[1].split('"')[0],
        "id_number": student.id_number,
        "name": student.name,
        "ground": "special",
        "school_class": class_of(world, "clerk9").pk,
        "starts": "2026-09-02",
        "papers": ["placement_opinion"],
        "save": save,
        **other,
    }


def test_both_lists_are_searched(world, receiving, client_of, pupil):
    submitted(world, pupil)
    for client, show in ((receiving, "came"), (client_of("clerk"), "went")):
        found = []
        for typed in ("雄信", "sxx", pupil.id_number, "李雷"):
            asked = {"list": "enrollment_admissions", "show": show, "q": typed}
            answer = client.post("/enrollment/find/", asked, follow=True)
            found.append(len(answer.context["page"].rows))
        assert found == [1, 1, 1, 0], show


def test_the_whole_way_by_the_pages(world, receiving, client_of, pupil):
    answer = receiving.post(NEW, sent := opened(world, receiving, pupil))
    case = Case.objects.get(kind="admission")
    assert (answer.status_code, answer["Location"]) == (302, f"/cases/{case.number}/")
    assert receiving.post(NEW, sent)["Location"] == f"/cases/{case.number}/"  # the double click
    assert Case.objects.filter(kind="admission").count() == 1
    pupils.sign(world, case, *ROUTES["clerk9"])

    shown = raw(receiving.get(reverse("student", args=[pupil.pk]) + "?tab=history"))
    assert "免转学手续接收（特殊教育学校），由清泉小学转入" in shown


def test_looking_tells_county_office_and_first_character(world, receiving, pupil):
    answer = receiving.post(NEW, opened(world, receiving, pupil, save="find"))
    told = raw(answer)
    assert answer.status_code == 200
    assert (
        "这个证件号已在别处建有学籍（迁安市教育局所辖，主管部门 建昌营镇中心校），"
        "学生姓名的首字是“单”。" in told
    )
    secrets = ["清泉小学", pupil.phone, pupil.address_text, "王建军"]
    assert [secret for secret in secrets if secret in told] == []
    look = Access.objects.order_by("-pk").first()
    assert (look.kind, look.students, look.filter, look.page) == (
        "lookup",
        [pupil.pk],
        f"{pupil.id_number[:6]}********{pupil.id_number[-4:]}",
        "enrollment",
    )


def test_a_wrong_name_tells_no_more_than_the_number_does(world, receiving, pupil):
    answer = receiving.post(NEW, opened(world, receiving, pupil, save="find", name="单雄"))
    assert (answer.status_code, errors(answer)) == (
        422,
        {"name": ["姓名与学籍登记的不一致。请照户口簿填写姓名，并核对证件号。"]},
    )
    assert "单雄信" not in raw(answer)


def test_too_many_looks_are_not_answered(world, receiving, pupil, monkeypatch):
    others = [pupils.enrolled(world, "clerk2", **pupils.SHANGZHUANG) for _ in range(2)]
    monkeypatch.setattr(
        "xueji.rules.engine.Rules.value",
        lambda self, key: 2 if key == "entry.lookups_per_hour" else self.rule(key).value,
    )
    for other in others:
        receiving.post(NEW, opened(world, receiving, other, save="find"))
    answer = receiving.post(NEW, opened(world, receiving, pupil, save="find"))
    assert (answer.status_code, "一小时内查到外单位学生已达 2 名" in raw(answer)) == (422, True)
    assert "姓名的首字" not in raw(answer)


def test_a_refusal_names_the_clause_and_the_way(world, client_of, noon, pupil):
    client = client_of("clerk2")
    sent = opened(
        world,
        client,
        pupil,
        ground="inclusion",
        school_class=class_of(world, "clerk2").pk,
    )
    answer = client.post(NEW, sent)
    (told,) = errors(answer)["ground"]
    assert answer.status_code == 422
    assert told.startswith(
        "原学籍不在特殊教育学校，不属于随班就读的除外情形，未办转学手续不能接收。"
    )
    assert "请按规定办理转学手续（《中小学生学籍管理办法细则(全文)》第六条" in told


def test_on_its_way_the_receiving_side_sees_what_it_typed_alone(world, receiving, client_of, pupil):
    case = submitted(world, pupil)
    for who in ("clerk9", "principal9", "centre9"):
        told = raw(client_of(who).get(reverse("case", args=[case.number])))
        assert ("单雄信" in told, "迁安市教育局所辖" in told) == (True, True)
        secrets = ["清泉小学", pupil.phone, pupil.address_text, "王建军", pupil.id_number]
        assert [secret for secret in secrets if secret in told] == []
        missing = client_of(who).get(reverse("student", args=[pupil.pk]))
        assert missing.status_code == 404


@pytest.mark.parametrize("who", ["clerk", "principal", "clerk2", "centre2", "county"])
def test_the_case_is_the_receiving_sides(world, receiving, client_of, pupil, who):
    case = submitted(world, pupil)
    assert client_of(who).get(reverse("case", args=[case.number])).status_code == 404


def test_the_former_school_is_told_on_its_desk_and_not_where_to(world, client_of, pupil):
    special(world)
    client = client_of("clerk")
    with time_machine.travel(NOON + timedelta(hours=2), tick=False):
        assert "被他校接收" not in raw(client.get("/"))
        taken(world, pupil, at=NOON + timedelta(hours=1))
        assert "被他校接收 <b>1</b> 名" in raw(client.get("/"))
        shown = raw(client.get(LIST + "?show=went"))
        history = raw(client.get(reverse("student", args=[pupil.pk]) + "?tab=history"))
    assert ("单雄信" in shown, "滦州市教育局所辖学校" in shown) == (True, True)
    assert "免转学手续接收（特殊教育学校），学籍随学生转出" in history
    assert ["滦州甲小学" in page for page in (shown, history)] == [False, False]


@pytest.mark.parametrize("who", ["clerk1b", "clerk2", "centre2"])
def test_a_neighbour_is_told_nothing(world, receiving, client_of, pupil, who):
    taken(world, pupil)
    client = client_of(who)
    pages = [raw(client.get(at)) for at in ("/", LIST, LIST + "?show=went")]
    assert ["单雄信" in page for page in pages] == [False] * 3


@pytest.mark.parametrize("who", ["city", "province"])
def test_who_reaches_both_sides_sees_it_once(world, receiving, client_of, pupil, who):
    taken(world, pupil)
    client = client_of(who)
    assert ["单雄信" in raw(client.get(LIST + tab)) for tab in ("", "?show=went")] == [True, False]


def test_a_returned_case_is_filled_and_sent_again(world, receiving, client_of, pupil):
    receiving.post(NEW, opened(world, receiving, pupil))
    case = Case.objects.get(kind="admission")
    pupils.sign(world, case, "principal9", decision="returned")
    at = reverse("enrollment_admission_edit", args=[case.number])
    page = receiving.get(at)
    initial = page.context["form"].initial
    assert (initial["name"], initial["ground"], initial["papers"]) == (
        "单雄信",
        "special",
        ["placement_opinion"],
    )
    assert "请改正" in raw(page)
    answer = receiving.post(at, opened(world, receiving, pupil, at=at))
    case.refresh_from_db()
    assert (answer.status_code, case.state, case.round) == (302, "open", 2)
    assert receiving.get(at).status_code == 302


@pytest.mark.parametrize("who", ["clerk", "clerk2", "principal9", "centre9", "auditor"])
def test_nobody_else_edits_it(world, receiving, client_of, pupil, who):
    case = pupils.sign(world, submitted(world, pupil), "principal9", decision="returned")
    at = reverse("enrollment_admission_edit", args=[case.number])
    assert client_of(who).get(at).status_code == 404


@pytest.mark.parametrize("who", ["principal9", "centre9", "county9", "auditor", "admin"])
def test_nobody_else_opens_the_form(receiving, client_of, who):
    assert client_of(who).get(NEW).status_code == 404


def test_a_closed_school_is_told_why(world, receiving):
    school = world.school_of("clerk9")
    school.connected_on = None
    school.save()
    answer = receiving.get(NEW)
    assert (answer.status_code, "本校还没有入网" in raw(answer)) == (409, True)


@pytest.mark.parametrize("show", ["came", "went"])
def test_the_lists_take_the_same_queries_for_one_and_for_three(world, receiving, client_of, show):
    client = client_of("clerk9" if show == "came" else "clerk")
    counted = []
    for more in (1, 2):
        for _ in range(more):
            submitted(world, pupils.enrolled(world, "clerk"))
        client.get(LIST)  # the first request of a session writes it
        with CaptureQueriesContext(connection) as queries:
            client.get(f"{LIST}?show={show}")
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_the_entry_of_such_a_pupil_points_here(world, receiving, pupil):
    with pytest.raises(Refused, match="「新生入学」→「免转学手续接收」"):
        pupils.submitted(
            world, "clerk9", id_number=pupil.id_number, name=pupil.name, **pupils.LUANZHOU
        )
