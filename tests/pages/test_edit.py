"""修改信息: the form, what it hides, both versions of two windows, and who is sent elsewhere."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import pupils
from tests.browsing import text
from tests.world import NOON, PASSWORD
from xueji.audit.models import Access
from xueji.cases.models import Decision
from xueji.students import editing
from xueji.students.models import Status, Student

LATER = NOON + timedelta(hours=2)
MEMBERS = {
    "m2_name": "李秀英",
    "m2_relation": "62",
    "m2_phone": "13777776666",
    "m2_guardian": "0",
}


@pytest.fixture(autouse=True)
def later():
    with time_machine.travel(LATER) as clock:
        yield clock


@pytest.fixture
def student(world) -> Student:
    return pupils.enrolled(world, name="单雄信", phone="13911112222", specialty="剪纸")


@pytest.fixture
def clerk(client_of):
    return client_of("clerk")


def path(student) -> str:
    return reverse("student_edit", args=[student.pk])


def filled(answer, **typed: str) -> dict[str, str]:
    """What a browser would send of that page, with these fields typed."""
    form = answer.context["form"]
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', text(answer)))
    row = {name: value for name, value in form.row.items() if not name.endswith("_gone")}
    sent = {name: hidden[name] for name in ("form_key", "version")}
    return row | sent | {"reason": "家长来电"} | typed


def opened(client, student, **typed: str) -> dict[str, str]:
    return filled(client.get(path(student)), **typed)


def open_groups(answer) -> list[str]:
    return [group.title for group in answer.context["form"].groups if group.is_open]


# -- the form -------------------------------------------------------------------------------------
def test_the_form_has_every_item_of_the_sheet_but_key_data_and_what_has_another_way(clerk, student):
    form = clerk.get(path(student)).context["form"]

    asked = {field.name for group in form.groups for field in group.fields}
    every = set(editing.entries([1, 2]))
    without = {"name", "sex", "birth_date", "id_type", "id_number", "migrant"}
    assert asked == (every - without) | {"m1_gone"}
    assert [group.title for group in form.groups] == [
        *("基础信息", "辅助信息", "学籍信息", "联系信息", "扩展信息", "上下学交通"),
        *("家庭成员1", "家庭成员2"),
    ]
    fixed = {item.label: (item.text, item.where) for g in form.groups for item in g.fixed}
    assert fixed == {
        "姓名拼音": ("Shan Xiongxin", "由姓名生成"),
        "学籍辅号": ("", "编号时产生"),
        "年级": ("一年级", "随升级改变"),
        "班级": ("", "在分班、调班里改"),
        "入学年月": ("2026-09", "入学业务件核准时登记"),
        "送教上门": ("否", "在学生页的上课形式里改"),
        "是否进城务工人员随迁子女": ("否", "学籍类别由它决定，请报教育局"),
    }


def test_key_data_is_shown_masked_with_its_text_and_the_way_to_go(clerk, student):
    answer = clerk.get(path(student))

    by_clause = [group.lines for group in answer.context["form"].key_data]
    masked = student.id_number[:6] + "********" + student.id_number[-4:]
    assert by_clause == [
        [("姓名", "单雄信"), ("身份证件号", masked)],
        [
            ("身份证件类型", "居民身份证"),
            ("性别", {"1": "男", "2": "女"}[student.sex]),
            ("出生日期", student.birth_date.isoformat()),
        ],
    ]
    page = text(answer)
    assert "《中小学生学籍管理相关问题处理办法》一3" in page
    assert "文件未规定，按本县设定（可改）：keydata.dependent" in page
    assert page.count("报教育局核办，核办后重新查重和身份比对") == 1


def test_no_number_is_shown_in_full_and_all_groups_are_folded(clerk, student):
    answer = clerk.get(path(student))

    page = text(answer)
    for whole in (student.id_number, "13911112222", "13931520018"):
        assert whole not in page
    assert "现为 1391111****" in page
    assert open_groups(answer) == []
    look = Access.objects.latest("pk")
    assert (look.kind, look.page, look.students) == ("view", "student_edit", [student.pk])


def test_the_form_asks_the_same_for_one_member_and_for_three(clerk, student):
    def asked() -> int:
        clerk.get(path(student))
        with CaptureQueriesContext(connection) as captured:
            clerk.get(path(student))
        return len(captured)

    one = asked()
    clerk.post(path(student), opened(clerk, student, **MEMBERS))
    third = {name.replace("m2", "m3"): value for name, value in MEMBERS.items()}
    clerk.post(path(student), opened(clerk, student, **third))
    assert (student.family.count(), asked()) == (3, one)


# -- saving ---------------------------------------------------------------------------------------
def test_what_is_saved_is_told_and_stands_first_in_the_timeline(clerk, student):
    sent = opened(clerk, student, postcode="064401", m1_workplace="务农", phone="13911113333")
    answer = clerk.post(path(student), sent, follow=True)

    assert answer.redirect_chain == [(f"/students/{student.pk}/?tab=history", 302)]
    assert "已保存 单雄信 的信息" in text(answer)
    entry = answer.context["timeline"].entries[0]
    assert (entry.reason, entry.post.user.username) == ("修改信息：家长来电", "clerk")
    assert [(c.label, c.old, c.new) for c in entry.changes] == [
        ("联系电话", "", "1391111****（遮住的数字有改动）"),
        ("家庭成员 王建军 工作单位", "空", "务农"),
        ("邮政编码", "064400", "064401"),
    ]
    again = clerk.post(path(student), sent)  # the double click
    assert again.status_code == 302
    assert Student.objects.get(pk=student.pk).version == student.version + 1


TOLD = {
    "nation": ("10", "民族", "汉族", "朝鲜族"),
    "former_name": ("单二", "曾用名", "空", "单二"),
    "boarding": ("2", "就读方式", "走读", "住校"),
    "only_child": ("1", "是否独生子女", "否", "是"),
    "distance": ("2.0", "上下学距离", "0.8", "2.0"),
    "address_text": (
        "杨各庄镇 上庄村 1 号",
        "现住址",
        "建昌营镇 军屯村 12 号",
        "杨各庄镇 上庄村 1 号",
    ),
    "orphan": ("1", "是否孤儿", "", "有改动（内容不在履历中显示）"),
    "health": ("20", "健康状况", "", "有改动（内容不在履历中显示）"),
    "m1_relation": ("64", "家庭成员 王建国 关系", "父亲", "外祖母"),
    "m1_name": ("王建国", "家庭成员 王建国 姓名", "王建军", "王建国"),
}


def test_every_kind_of_change_reads_well(clerk, student):
    typed = {key: value for key, (value, *_) in TOLD.items()}
    answer = clerk.post(path(student), opened(clerk, student, **typed, **MEMBERS), follow=True)

    changes = answer.context["timeline"].entries[0].changes
    told = {(c.label, c.old, c.new) for c in changes}
    assert told == {tuple(words) for _, *words in TOLD.values()} | {
        ("家庭成员 李秀英", "", "登记（祖母）")
    }

    answer = clerk.post(path(student), opened(clerk, student, m2_gone="on"), follow=True)
    changes = answer.context["timeline"].entries[0].changes
    assert [(c.label, c.old, c.new) for c in changes] == [("家庭成员 李秀英", "", "删去")]


def test_a_refusal_keeps_everything_and_opens_the_group(clerk, student):
    sent = opened(clerk, student, postcode="0644", specialty="围棋", reason="")
    answer = clerk.post(path(student), sent)

    form = answer.context["form"]
    assert (answer.status_code, form.row["postcode"], form.row["specialty"]) == (
        422,
        "0644",
        "围棋",
    )
    assert sorted(form.errors) == ["postcode", "reason"]
    assert open_groups(answer) == ["辅助信息", "联系信息"]
    assert "没有保存，填的内容都在下面" in text(answer)
    assert clerk.post(path(student), filled(answer, postcode="064401")).status_code == 302


def test_nothing_changed_is_said_and_nothing_written(clerk, student):
    answer = clerk.post(path(student), opened(clerk, student))
    assert (answer.status_code, "没有改动，没有保存" in text(answer)) == (409, True)
    assert Student.objects.get(pk=student.pk).version == student.version


def test_a_session_that_is_over_keeps_what_was_typed(clerk, student):
    sent = opened(clerk, student, specialty="围棋")
    clerk.cookies.pop(settings.SESSION_COOKIE_NAME)

    lost = clerk.post(path(student), sent)
    kept = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text(lost)))
    assert (lost.status_code, kept["specialty"]) == (403, "围棋")

    clerk.login(username="clerk", password=PASSWORD)
    back = clerk.post(reverse("student_edit_resume", args=[student.pk]), kept)
    assert (back.status_code, back.context["form"].row["specialty"]) == (200, "围棋")
    assert clerk.post(path(student), filled(back)).status_code == 302


# -- two windows ----------------------------------------------------------------------------------
def test_the_second_window_sees_both_versions_and_goes_on_without_losing_either(
    clerk, student, later
):
    first = opened(clerk, student, specialty="围棋", postcode="064401", phone="13911113333")
    second = opened(clerk, student, specialty="书法", email="z@example.com", m1_name="王建国")
    clerk.post(path(student), first)
    later.shift(60)

    answer = clerk.post(path(student), second)

    assert answer.status_code == 409
    assert [tuple(item) for item in answer.context["differences"]] == [
        ("特长", "书法", "围棋", True),
        ("联系电话", "1391111****", "1391111****", False),
        ("邮政编码", "064400", "064401", False),
        ("电子信箱", "z***@example.com", "", True),
        ("成员1姓名", "王建国", "王建军", True),
    ]
    saved = editing.load(Student.objects.get(pk=student.pk)).texts([1])
    assert (saved["specialty"], saved["m1_name"], saved["email"]) == ("围棋", "王建军", "")

    later.shift(60)
    assert clerk.post(path(student), filled(answer)).status_code == 302
    saved = editing.load(Student.objects.get(pk=student.pk)).texts([1])
    keys = ("specialty", "postcode", "phone", "email", "m1_name")
    assert [saved[key] for key in keys] == [
        *("书法", "064401", "13911113333"),
        *("z@example.com", "王建国"),
    ]


def test_a_used_form_that_comes_back_changed_is_not_lost_and_not_blind(clerk, student, later):
    sent = opened(clerk, student, specialty="围棋")
    clerk.post(path(student), sent)
    later.shift(60)

    again = clerk.post(path(student), sent | {"postcode": "064401"})
    assert (again.status_code, again.context["form"].row["postcode"]) == (409, "064401")
    both = clerk.post(path(student), filled(again))
    assert (both.status_code, len(both.context["differences"])) == (409, 1)


# -- who, and which pupils ------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("who", "offers"),
    [("clerk", True), ("principal", False), ("centre", False), ("county", False), ("city", False)],
)
def test_the_pupils_page_offers_the_form_to_the_clerk_of_the_school(
    client_of, student, who, offers
):
    page = client_of(who).get(reverse("student", args=[student.pk]))
    assert (path(student) in text(page), page.status_code) == (offers, 200)
    assert client_of(who).get(path(student)).status_code == (200 if offers else 404)


@pytest.mark.parametrize("who", ["clerk1b", "clerk2", "clerk9", "auditor"])
def test_a_neighbour_cannot_tell_the_pupil_from_nobody(client_of, student, who):
    client = client_of(who)
    answers = [client.get(path(student)), client.get(reverse("student_edit", args=[999_999]))]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert client.post(path(student), {"specialty": "围棋"}).status_code == 404


def test_a_former_school_is_told_why_and_reads_nothing_new(world, client_of, clerk, student):
    acting = world.acting("county", at=NOON + timedelta(minutes=30))
    pupils.move(student, to=world.schools["上庄小学"], acting=acting)

    answer = clerk.get(path(student))

    assert (answer.status_code, "学生信息由现在就读的学校修改" in text(answer)) == (409, True)
    assert ("上庄小学" in text(answer), "单雄信" in text(answer)) == (False, False)
    assert clerk.post(path(student), {"specialty": "围棋"}).status_code == 409
    assert path(student) not in text(clerk.get(reverse("student", args=[student.pk])))
    assert client_of("clerk2").get(path(student)).status_code == 200


def test_a_pupil_who_gave_the_place_up_is_not_edited_with_the_reason(world, clerk, student):
    pupils.correct(student, acting=world.acting("county"), status=Status.WITHDRAWN)
    answer = clerk.get(path(student))
    assert answer.status_code == 409
    assert "学籍状态是“退学”，只有在读、休学、辍学、失踪的学生可以修改信息" in text(answer)
    assert "register.edit_statuses" in text(answer)


def test_before_the_approval_the_case_is_named_and_its_form(world, client_of, clerk):
    case = pupils.submitted(world)

    answer = clerk.get(reverse("student_edit", args=[case.student_id]))
    assert answer.status_code == 409
    assert "现在轮到清泉小学 校长。请签署人退回补正" in text(answer)
    assert reverse("case", args=[case.number]) in text(answer)

    pupils.sign(world, case, "principal", decision=Decision.RETURNED)
    answer = clerk.get(reverse("student_edit", args=[case.student_id]))
    assert "业务件已经退回，请打开业务件，在原来的录入表里改正" in text(answer)
    other = client_of("clerk2").get(reverse("student_edit", args=[case.student_id]))
    assert other.status_code == 404
