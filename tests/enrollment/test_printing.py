"""The sheet that parents sign before a pupil is submitted, and the roll of an intake."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from enrollment.services import roll as rolls
from enrollment.services.assign import assign
from tests import pupils
from tests.browsing import words
from tests.numbering import making
from xueji.audit.models import Access, AccessKind
from xueji.cases.models import Case, State
from xueji.students.models import Student

PURPOSE = {"purpose": "监护人核对签字"}
YEAR = 2026


def looks() -> list[tuple]:
    found = Access.objects.filter(kind=AccessKind.PRINT).order_by("at", "id")
    return [(row.page, row.students, row.field, row.reason) for row in found]


# -- the sheet of a new pupil --------------------------------------------------------------------
def sheet(number: str) -> str:
    return reverse("enrollment_sheet", args=[number])


def lines(answer) -> dict[str, str]:
    blocks = answer.context["sheet"].blocks
    cells = [cell.item for block in blocks[:6] for row in block.rows for cell in row]
    return {line.label: line.text for line in cells}


@pytest.fixture
def draft(clerk, opened) -> Case:
    clerk.post("/enrollment/draft/", opened(name="周草稿", distance="很远", specialty="围棋"))
    return Case.objects.get(state=State.DRAFT)


def test_a_draft_is_printed_as_typed_and_writes_no_pupil(clerk, draft):
    printed = lines(clerk.get(sheet(draft.number)))

    told = [printed[name] for name in ("姓名", "性别", "特长", "年级", "上下学距离", "学籍辅号")]
    assert told[0] == "周草稿"
    assert told[2:] == ["围棋", "一年级", "", ""]  # what cannot be read is left to be written in
    assert Student.objects.count() == 0
    assert looks() == [("enrollment_sheet", [], "", "")]


def test_of_a_draft_too_whole_numbers_need_a_purpose(clerk, draft):
    number = draft.form.values["row"]["id_number"]

    answers = [clerk.get(sheet(draft.number)), clerk.post(sheet(draft.number), {"purpose": ""})]
    whole = clerk.post(sheet(draft.number), PURPOSE)

    assert [(a.status_code, number in words(a)) for a in answers] == [(200, False), (422, False)]
    assert (whole.status_code, number in words(whole)) == (200, True)
    assert looks()[-1] == ("enrollment_sheet", [], "完整号码", "监护人核对签字")


@pytest.mark.parametrize("who", ["principal", "centre", "county", "clerk1b", "auditor", "clerk9"])
def test_a_draft_is_its_own_posts_alone(client_of, draft, who):
    assert client_of(who).get(sheet(draft.number)).status_code == 404


def test_a_submitted_pupil_is_printed_as_submitted_with_the_class_to_come(world, clerk, client_of):
    school_class = world.schools["清泉小学"].classes.get(number=2)
    case = pupils.submitted(world, name="李雷", school_class=str(school_class.pk))

    for who in ("clerk", "principal", "centre", "county"):
        printed = lines(client_of(who).get(sheet(case.number)))
        assert (printed["姓名"], printed["班级"]) == ("李雷", "一（2）班")


@pytest.mark.parametrize("who", ["clerk1b", "clerk2", "centre2", "clerk9", "county9", "auditor"])
def test_a_stranger_finds_no_sheet_of_a_case(world, noon, client_of, who):
    case = pupils.submitted(world, name="李雷")
    client = client_of(who)

    answers = client.get(sheet(case.number)), client.post(sheet(case.number), PURPOSE)

    assert [answer.status_code for answer in answers] == [404, 404]
    assert looks() == []


def test_a_returned_pupil_is_printed_as_the_clerk_has_mended_it(world, clerk, opened):
    case = pupils.sign(
        world, pupils.submitted(world, name="李雷"), "principal", decision="returned"
    )
    edit = reverse("enrollment_edit", args=[case.number])
    clerk.post("/enrollment/draft/", opened(at=edit, name="李磊"))

    assert lines(clerk.get(sheet(case.number)))["姓名"] == "李磊"


# -- the roll ------------------------------------------------------------------------------------
def address(world, school: str = "清泉小学") -> str:
    return reverse("enrollment_roll", args=[world.schools[school].pk, YEAR])


@pytest.fixture
def intake(world):
    """Two numbered in class 1, one of them a girl, and one without a class."""
    names = ["李雷", "韩梅梅", "吴建"]
    found = [pupils.enrolled(world, name=name, native_place=f"河北{name}") for name in names]
    school_class = world.schools["清泉小学"].classes.get(number=1)
    seated = [one.pk for one in found[:2]]
    assign(student_ids=seated, school_class=school_class, acting=world.acting("clerk"))
    making.issue(world)
    return found


def test_before_the_purpose_is_said_the_roll_names_nobody(world, clerk, intake):
    pupils.submitted(world, name="郑在办")

    page = words(clerk.get(address(world)))

    assert "已建籍、现在本校的 3 名" in page
    assert "还有 1 名没有建籍，不在册内" in page
    assert "一式 3 份 清泉小学、建昌营镇中心校、迁安市教育局各留一份" in page
    assert "文件未规定，按本县设定（可改）：print.roll_copies" in page
    assert [name for name in ("李雷", "韩梅梅", "吴建", "郑在办") if name in page] == []
    assert looks() == []


def test_the_roll_is_printed_whole_in_a_copy_for_each_office(world, clerk, intake):
    answer = clerk.post(address(world), {"purpose": "报教育局"})

    page, roll = words(answer), answer.context["roll"]
    for place, office in enumerate(["清泉小学", "建昌营镇中心校", "迁安市教育局"], start=1):
        assert f"一式 3 份，第 {place} 份：{office}留存 第 1 页，共 3 页" in page
    assert [group.title for group in roll.groups] == ["一（1）班", "未分班"]
    assert sorted(roll.students) == sorted(one.pk for one in intake)
    assert roll.tally.all == 3
    assert looks() == [("enrollment_roll", roll.students, "", "报教育局")]


def test_the_roll_prints_no_number_of_a_document_and_no_telephone(world, clerk, intake):
    page = words(clerk.post(address(world), {"purpose": "报教育局"}))

    secret = [number for one in intake for number in (one.id_number, one.phone)]
    assert [number for number in secret if number in page] == []
    assert [one.native_place in page for one in (pupil.sheet for pupil in intake)] == [True] * 3


def test_one_copy_of_one_class_can_be_printed_again(world, clerk, intake):
    copy = str(world.organisations["迁安市教育局"].pk)
    sent = {"purpose": "报教育局", "copy": copy, "school_class": "0"}

    answer = clerk.post(address(world), sent)

    assert answer.context["roll"].students == [intake[2].pk]
    assert [office.name for _, office in answer.context["numbered"]] == ["迁安市教育局"]


def test_a_school_without_centre_makes_two_copies(world, noon, client_of):
    pupils.enrolled(world, "urban", name="李雷", **pupils.URBAN)

    page = words(client_of("urban").get(address(world, "迁安城区小学")))

    assert "一式 2 份 迁安城区小学、迁安市教育局各留一份" in page


def test_too_many_are_refused_not_cut(world, clerk, intake, monkeypatch):
    monkeypatch.setattr(rolls, "MOST", 2)

    answer = clerk.post(address(world), {"purpose": "报教育局"})

    assert (answer.status_code, "超过 2 名，一次印不下，没有打印" in words(answer)) == (422, True)
    assert looks() == []


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"purpose": "随便"},
        {"purpose": "报教育局", "copy": "1"},
        {"purpose": "报教育局", "school_class": "9"},
    ],
)
def test_what_is_not_offered_is_not_printed(world, clerk, intake, sent):
    answer = clerk.post(address(world), sent)

    assert (answer.status_code, "李雷" in words(answer)) == (422, False)
    assert looks() == []


@pytest.mark.parametrize(
    "who", ["principal", "centre", "county", "county-head", "city", "province"]
)
def test_the_offices_above_print_the_roll_of_a_school_too(world, noon, client_of, intake, who):
    answer = client_of(who).post(address(world), {"purpose": "学校存档"})

    assert (answer.status_code, len(answer.context["roll"].students)) == (200, 3)


@pytest.mark.parametrize("who", ["clerk1b", "clerk2", "centre2", "county9", "auditor", "admin"])
def test_a_stranger_a_neighbour_and_a_wrong_post_find_no_roll(world, noon, client_of, intake, who):
    client = client_of(who)

    answers = client.get(address(world)), client.post(address(world), {"purpose": "学校存档"})

    assert [answer.status_code for answer in answers] == [404, 404]
    assert looks() == []


@pytest.mark.parametrize("year", [1, 2025, 99999, 10**18])
def test_a_year_without_intake_says_so(world, clerk, year):
    page = clerk.get(reverse("enrollment_roll", args=[world.schools["清泉小学"].pk, year]))

    assert (page.status_code, "没有已建籍的新生" in words(page)) == (200, True)


def test_a_roll_of_one_and_of_three_takes_the_same_queries(world, clerk):
    counts = []
    for names in (["李雷"], ["韩梅梅", "吴建"]):
        for name in names:
            pupils.enrolled(world, name=name)
        clerk.get(address(world))  # the session, once
        with CaptureQueriesContext(connection) as queries:
            clerk.post(address(world), {"purpose": "报教育局"})
        counts.append(len(queries))

    assert counts[0] == counts[1]
