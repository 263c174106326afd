"""Numbers of other registers: kept of one pupil or of a list, found, shown, and no series' own."""

import json
from datetime import date
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from enrollment.services.assign import assign
from numbering.models import RegisterNumber, Series
from tests import pupils
from tests.browsing import words
from tests.numbering import making
from xueji.audit.models import Access
from xueji.students import foreign_numbers
from xueji.students.models import ForeignNumber

LOCAL = "02270123450067"
FIRST, SECOND, STRANGER = (pupils.id_number() for _ in range(3))
NATIONAL = f"L{FIRST}"
ONE = {"number": LOCAL, "issuer": "滦南县教育局", "starts": "2024-09-01", "ends": "2026-07-01"}
ONE |= {"paper": "转学证明"}
LIST = {"issuer": "滦南县教育局", "paper": "全国系统导出表"}


@pytest.fixture
def student(world):
    return pupils.enrolled(world, name="单雄信", id_number=FIRST)


@pytest.fixture
def other(world):
    return pupils.enrolled(world, "clerk2", name="程知节", id_number=SECOND, **pupils.SHANGZHUANG)


@pytest.fixture
def stranger(world):
    return pupils.enrolled(world, "clerk9", name="秦琼", id_number=STRANGER, **pupils.LUANZHOU)


def add(client, student, **changes):
    sends = {"form_key": str(uuid4()), **ONE, **changes}
    return client.post(reverse("student_number_new", args=[student.pk]), sends, follow=True)


def send(client, *lines: str, **more):
    sends = {"form_key": str(uuid4()), **LIST, "text": "\n".join(lines), **more}
    return client.post(reverse("foreign_numbers"), sends, follow=True)


def seat(world, student) -> None:
    row = world.schools["清泉小学"].classes.get(number=1)
    assign(student_ids=[student.pk], school_class=row, acting=world.acting("clerk"))


def results(answer) -> list[tuple[int, str]]:
    return [(line.place, line.why.split("。")[0]) for line in answer.context["lines"]]


def kept() -> list[tuple]:
    rows = ForeignNumber.objects.order_by("pk").select_related("student")
    return [(str(row.student), row.number, row.is_national, row.starts, row.ends) for row in rows]


# -- one -----------------------------------------------------------------------------------------
def test_the_clerk_keeps_a_number_and_it_finds_the_pupil_with_its_dates(client_of, student):
    client = client_of("clerk")

    told = words(add(client, student, number=" 0227 0123 4500 67"))

    assert "已登记外来学号" in told
    assert f"{LOCAL} 滦南县教育局，2024-09-01 至 2026-07-01，依据转学证明" in told
    assert kept() == [("单雄信", LOCAL, False, date(2024, 9, 1), date(2026, 7, 1))]
    (signed,) = ForeignNumber.history.all()
    assert (signed.history_post.role, signed.history_change_reason) == (
        "clerk",
        "登记外来学号：转学证明",
    )
    found = client_of("county").get(reverse("students"), {"q": LOCAL})
    assert [row.pk for row in found.context["page"].rows] == [student.pk]
    said = "按外来学号找到 单雄信 滦南县教育局编的学号，2024-09-01 至 2026-07-01。"
    assert said in words(found)
    history = words(client.get(reverse("student", args=[student.pk]), {"tab": "history"}))
    assert f"{LOCAL}，滦南县教育局，2024-09-01 至 2026-07-01" in history


def test_a_number_that_is_there_already_is_refused_and_shown_again(client_of, student):
    client = client_of("clerk")
    add(client, student)

    again = add(client, student)

    assert (again.status_code, again.context["foreign_form"]["number"].value()) == (422, LOCAL)
    assert ("没有保存" in words(again), len(kept())) == (True, 1)


def test_a_national_number_is_masked_until_somebody_says_why(client_of, student):
    client = client_of("clerk")
    add(client, student, number=NATIONAL.lower(), ends="")

    for tab in ("facts", "file", "history"):
        told = words(client.get(reverse("student", args=[student.pk]), {"tab": tab}))
        assert (NATIONAL in told, f"{NATIONAL[:7]}********" in told) == (False, True)
    asked = {"field": "foreign", "reason": "核对户口簿原件"}
    shown = client.post(reverse("student_reveal", args=[student.pk]), asked)
    assert f"{NATIONAL} 滦南县教育局，2024-09-01 至 今" in words(shown)
    assert Access.objects.latest("pk").field == "foreign"
    client.get(reverse("students"), {"q": NATIONAL})
    assert NATIONAL not in Access.objects.latest("pk").filter


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"number": ""}, "请填写原来的学号。"),
        ({"number": "123"}, "学号应是 7 至 18 位数字或字母。"),
        ({"number": "ABCDEFGH"}, "学号应是 7 至 18 位数字或字母。"),
        ({"number": SECOND}, "这是身份证号，不是学号。"),
        ({"number": "G130283202001019910"}, "G 后面的 18 位不是有效的身份证号："),
        ({"starts": ""}, "没有填起用日期。"),
        ({"starts": "2099-01-01"}, "起用日期应在该生出生以后、不晚于今天。"),
        ({"starts": "2010-09-01"}, "起用日期应在该生出生以后、不晚于今天。"),
        ({"ends": "2023-09-01"}, "停用日期应在起用日期以后、不晚于今天；还在用的留空。"),
        ({"ends": "后来"}, "请写成 2026-09-01 这样的年、月、日。"),
        ({"issuer": ""}, "请填写编这个号的学校或教育局。"),
        ({"paper": ""}, "请写明依据的材料。"),
    ],
)
def test_what_is_no_number_of_another_register_is_shown_again_with_its_reason(
    client_of, student, changes, says
):
    answer = add(client_of("clerk"), student, **changes)
    assert (answer.status_code, says in words(answer)) == (422, True)
    assert kept() == []


def test_a_number_is_kept_once_and_a_national_one_for_one_pupil(client_of, student, other):
    client = client_of("clerk")
    add(client, student)
    add(client, student, number=NATIONAL)

    again = [words(add(client, student)), words(add(client_of("clerk2"), other, number=NATIONAL))]

    assert foreign_numbers.KNOWN in again[0]
    assert foreign_numbers.ANOTHERS in again[1]
    assert "单雄信" not in again[1]
    add(client_of("clerk2"), other)  # two counties may have given the same fourteen digits
    assert [row[0] for row in kept()] == ["单雄信", "单雄信", "程知节"]


def test_a_double_click_keeps_one(client_of, student):
    client, sends = client_of("clerk"), {"form_key": str(uuid4()), **ONE}
    for _ in range(2):
        client.post(reverse("student_number_new", args=[student.pk]), sends)
    assert (ForeignNumber.objects.count(), ForeignNumber.history.count()) == (1, 1)


def test_numbers_of_others_do_not_touch_the_series(world, client_of, student):
    """Not even one that looks like the next of the own series."""
    seat(world, student)
    making.issue(world)
    student.refresh_from_db()
    nearly = f"{student.number[:-4]}0002"
    before = list(Series.objects.values_list("pk", "last"))

    add(client_of("clerk"), student, number=nearly)
    own = words(add(client_of("clerk"), student, number=student.number))

    assert foreign_numbers.ISSUED_HERE in own
    out = StringIO()
    call_command("check_numbers", stdout=out)
    assert json.loads(out.getvalue())["faults"] == []
    assert list(Series.objects.values_list("pk", "last")) == before
    newcomer = pupils.enrolled(world, name="罗成")
    seat(world, newcomer)
    making.issue(world)
    issued = RegisterNumber.objects.get(holder=newcomer)
    assert (issued.number, issued.serial) == (nearly, 2)


@pytest.mark.parametrize("who", ["clerk1b", "clerk9", "principal", "centre", "county", "auditor"])
def test_whoever_is_not_the_schools_clerk_keeps_no_number(client_of, student, who):
    assert (add(client_of(who), student).status_code, kept()) == (404, [])


# -- many ----------------------------------------------------------------------------------------
def test_a_list_is_judged_first_and_then_kept_whole(client_of, student, other):
    client = client_of("county")
    lines = [
        "学号\t身份证号\t起\t止",
        f"{LOCAL}\t{FIRST}\t2024-09-01\t2026/7/1",
        "",
        f"{NATIONAL},{SECOND},20240901",
    ]

    judged = send(client, *lines, check="1")

    assert (judged.status_code, results(judged), kept()) == (200, [(2, ""), (4, "")], [])
    assert Access.objects.latest("pk").students == [student.pk, other.pk]
    page = judged.content.decode()
    assert page.count(FIRST) == len([line for line in lines if FIRST in line])  # where it was typed
    assert "单雄信</a>" in page
    told = words(send(client, *lines))
    assert "已登记 2 个外来学号" in told
    assert kept() == [
        ("单雄信", LOCAL, False, date(2024, 9, 1), date(2026, 7, 1)),
        ("程知节", NATIONAL, True, date(2024, 9, 1), None),
    ]


def test_one_wrong_line_keeps_the_whole_list_out_and_each_says_why(
    client_of, student, other, stranger
):
    answer = send(
        client_of("county"),
        f"{LOCAL} {FIRST} 2024-09-01",
        f"123 {FIRST} 2024-09-01",
        f"{LOCAL} {STRANGER} 2024-09-01",
        f"{LOCAL} {FIRST} 2024-09-01",
        f"{NATIONAL} {FIRST} 2024-09-01",
        f"{NATIONAL} {SECOND} 2024-09-01",
        f"{LOCAL} {SECOND} 去年",
        f"{LOCAL} {SECOND} 2024-09-01 后来",
        f"{LOCAL}",
        f"{LOCAL} {SECOND} 2024-09-01 2025-01-01 多",
    )

    assert answer.status_code == 422
    assert results(answer) == [
        (1, ""),
        (2, "学号应是 7 至 18 位数字或字母"),
        (3, "本单位范围内没有这个身份证号的学生"),
        (4, "这个号已经登记在该生名下，没有再登记一次"),
        (5, ""),
        (6, "这个全国学籍号已经登记在另一名学生名下"),
        (7, "没有填起用日期"),
        (8, "停用日期不是日期"),
        (9, "没有填身份证号，认不出是哪名学生"),
        (10, "多于 4 列"),
    ]
    assert ("秦琼" in words(answer), kept()) == (False, [])


@pytest.mark.parametrize(("given", "says"), [("", "请粘贴名单"), ("\n \n", "请粘贴名单")])
def test_an_empty_list_is_refused(client_of, given, says):
    answer = send(client_of("county"), given)
    assert (answer.status_code, says in words(answer)) == (422, True)


def test_too_many_lines_are_refused_before_they_are_judged(client_of, student, monkeypatch):
    monkeypatch.setattr("xueji.pages.views.students.foreign.MOST", 1)
    answer = send(
        client_of("county"), f"{LOCAL} {FIRST} 2024-09-01", f"{NATIONAL} {FIRST} 2024-09-01"
    )
    assert (answer.status_code, kept()) == (422, [])


@pytest.mark.parametrize("who", ["clerk", "principal", "centre", "county-head", "city", "auditor"])
def test_only_the_countys_officer_keeps_lists(client_of, student, who):
    answer = send(client_of(who), f"{LOCAL} {FIRST} 2024-09-01")
    assert (answer.status_code, kept()) == (404, [])


def test_a_list_is_kept_in_the_same_queries_whatever_its_length(world, client_of):
    documents = [pupils.id_number() for _ in range(4)]
    for number in documents:
        pupils.enrolled(world, id_number=number)
    client, took = client_of("county"), []
    client.get(reverse("foreign_numbers"))

    for some in (documents[:1], documents[1:]):
        text = "\n".join(f"{LOCAL} {number} 2024-09-01" for number in some)
        sends = {"form_key": str(uuid4()), **LIST, "text": text}
        with CaptureQueriesContext(connection) as asked:
            client.post(reverse("foreign_numbers"), sends)
        took.append(len(asked))

    assert ForeignNumber.objects.count() == 4
    assert took[0] == took[1]


# -- what the database itself refuses --------------------------------------------------------------
def test_the_database_keeps_a_national_number_for_one_pupil_and_time_runs_forward(student, other):
    given = {"is_national": True, "issuer": "甲", "paper": "乙", "starts": date(2024, 9, 1)}
    index = foreign_numbers.number_index(NATIONAL)
    ForeignNumber.objects.create(student=student, number=NATIONAL, number_index=index, **given)
    for changes in ({"number_index": index}, {"number_index": b"x", "ends": date(2024, 1, 1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ForeignNumber.objects.create(student=other, number=NATIONAL, **given, **changes)
