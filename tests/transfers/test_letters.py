"""Papers of a transfer: the letters of both schools, and a box for each stamp on the form."""

from uuid import uuid4

import pytest

from tests import pupils
from tests.browsing import raw
from tests.transfers import movers
from tests.transfers.movers import class_of, numbered, sign
from tests.transfers.test_counties import LINGCHENG, NATIONAL, asked, names
from tests.transfers.test_take import of
from tests.world import NOON
from xueji.audit.models import Access
from xueji.cases.models import Case, Decision

pytestmark = pytest.mark.usefixtures("next_day")

OUTSIDE = {"outside_school": "海港区第一小学", "outside_office": "秦皇岛市海港区教育局"}


def paper(case: Case, name: str) -> str:
    return f"/transfers/{case.number}/{name}/"


def boxes(client, case: Case) -> list[str]:
    return [box.office for box in client.get(paper(case, "form")).context["boxes"]]


# -- 接收证明 -------------------------------------------------------------------------------------
def test_the_school_that_asks_consents_once_its_principal_has_signed(world, client_of):
    case = asked(world, "clerk", name="欧阳外来")
    clerk = client_of("clerk")
    assert "转入学校的校长还没有签署" in raw(clerk.get(paper(case, "consent")))
    sign(world, case, "principal")
    letter = raw(clerk.get(paper(case, "consent")))
    words = (
        "海港区教育局、海港区第一小学：",
        "同意接收该生到我校",
        "建昌营镇中心校（公章）",
    )
    assert [one in letter for one in words] == [True] * 3
    assert Access.objects.order_by("-pk").first().kind == "print"
    assert "打印接收证明" in raw(clerk.get(f"/cases/{case.number}/"))


def test_a_consent_names_no_school_that_has_not_agreed(world, client_of):
    student = pupils.enrolled(world, "clerk9", **pupils.LUANZHOU)
    case = sign(world, asked(world, "clerk", **of(student)), "principal")
    letter = raw(client_of("clerk").get(paper(case, "consent")))
    assert (f"{student.name}的原就读学校：" in letter, "滦州甲小学" in letter) == (True, False)
    movers.receive(world, case, "clerk9", None)
    assert "滦州甲小学：" in raw(client_of("clerk").get(paper(case, "consent")))


def test_no_paper_names_a_school_that_has_not_agreed(world, client_of):
    student = pupils.enrolled(world, "clerk9", **pupils.LUANZHOU)
    case = sign(world, asked(world, "clerk", **of(student)), "principal")
    guardian = student.family.get(is_guardian=True).name
    for who in ("clerk", "principal"):
        for name in ("form", "certificate"):
            page = raw(client_of(who).get(paper(case, name)))
            told = [words in page for words in ("滦州甲小学", guardian, "转出学校还没有同意")]
            assert told == [False, False, True]
    for who in ("clerk9", "county9"):
        assert "滦州甲小学" in raw(client_of(who).get(paper(case, "form")))
    movers.receive(world, case, "clerk9", None)
    assert "滦州甲小学" in raw(client_of("clerk").get(paper(case, "form")))


def test_the_page_of_a_case_whose_school_has_not_agreed_offers_the_consent_alone(world, client_of):
    student = pupils.enrolled(world, "clerk9", **pupils.LUANZHOU)
    case = sign(world, asked(world, "clerk", **of(student)), "principal")
    page = raw(client_of("clerk").get(f"/cases/{case.number}/"))
    printed = [name for name in ("consent", "form", "certificate") if paper(case, name) in page]
    assert printed == ["consent"]


def test_a_request_that_was_refused_offers_no_paper_that_cannot_be_opened(world, client_of):
    student = pupils.enrolled(world, "clerk9", **pupils.LUANZHOU)
    case = sign(world, asked(world, "clerk", **of(student)), "principal")
    movers.receive(world, case, "clerk9", None, decision=Decision.REFUSED, note="下学期再办")
    page = raw(client_of("clerk").get(f"/cases/{case.number}/"))
    names = ("consent", "form", "certificate")
    assert [name for name in names if paper(case, name) in page] == []


def test_a_placement_that_was_sent_back_leaves_the_consent_as_it_was_signed(world, client_of):
    student = pupils.enrolled(world)
    names("迁安市教育局", "lingcheng")
    case = sign(world, asked(world, "clerk2", **of(student) | {"papers": LINGCHENG}), "principal2")
    movers.receive(world, case, "clerk", None)
    case = sign(world, case, "principal", "county", "county-head")
    sign(world, case, "principal2", decision=Decision.RETURNED, note="核实不了")
    assert "同意接收该生到我校" in raw(client_of("clerk2").get(paper(case, "consent")))


def test_only_the_side_that_takes_gives_its_consent(world, client_of):
    student = pupils.enrolled(world, "clerk9", **pupils.LUANZHOU)
    case = sign(world, asked(world, "clerk", **of(student)), "principal")
    for stranger in ("clerk9", "county9", "clerk2"):
        assert client_of(stranger).get(paper(case, "consent")).status_code == 404
    ours = movers.submitted(world, numbered(world))
    assert client_of("clerk").get(paper(ours, "consent")).status_code == 404


# -- 转学联系函 -----------------------------------------------------------------------------------
def draft(client, student=None, **other: str) -> Case:
    form = {"form_key": str(uuid4()), "to_where": "outside", "reason": "job", "save": "draft"}
    student_id = {"student": str(student.pk)} if student else {}
    client.post("/transfers/new/", {**form, **OUTSIDE, **student_id, **other})
    return Case.objects.filter(kind="transfer").latest("pk")


def test_a_draft_prints_the_letter_to_the_school_outside_with_its_reply(world, client_of):
    student = numbered(world, name="单雄信")
    clerk = client_of("clerk")
    case = draft(clerk, student)
    letter = raw(clerk.get(paper(case, "contact")))
    words = (
        "秦皇岛市海港区教育局、海港区第一小学：",
        "因<u>工作调动</u>",
        "接收学校主管部门（公章）",
    )
    assert [one in letter for one in words] == [True] * 3
    assert Access.objects.order_by("-pk").first().students == [student.pk]
    assert paper(case, "contact") in raw(clerk.get(paper(case, "edit")))


def test_without_pupil_or_school_the_letter_says_what_is_missing(world, client_of):
    clerk = client_of("clerk")
    for case in (draft(clerk), draft(clerk, numbered(world), outside_school="")):
        assert "没有选定本校学生，或没有填系统外的学校" in raw(clerk.get(paper(case, "contact")))


def test_nobody_else_prints_the_letter(world, client_of):
    case = draft(client_of("clerk"), numbered(world))
    for stranger in ("principal", "clerk1b", "clerk2", "centre", "county"):
        assert client_of(stranger).get(paper(case, "contact")).status_code == 404


# -- the form -------------------------------------------------------------------------------------
def test_each_office_of_the_route_has_one_box(world, client_of):
    case = movers.submitted(world, numbered(world))
    clerk = client_of("clerk")
    assert boxes(clerk, case) == ["清泉小学", "建昌营镇中心校", "杨各庄镇中心校", "上庄小学"]
    sign(world, case, "principal")
    first, second, *_ = clerk.get(paper(case, "form")).context["boxes"]
    assert [(s.role, s.decision) for s in first.signatures] == [
        ("clerk", "submitted"),
        ("principal", "agreed"),
    ]
    assert (first.stamped_at, second.stamped_at) == (NOON, None)


def test_jinzhou_has_four_boxes_on_four_copies(world, client_of):
    names("滦州市教育局", "jinzhou")
    case = asked(
        world,
        "clerk9",
        school_class=class_of(world, "滦州甲小学"),
        papers={"four_seal_form"},
        national_number=NATIONAL,
        outside_office="秦皇岛市海港区教育局",
    )
    page = client_of("clerk9").get(paper(case, "form"))
    assert [box.office for box in page.context["boxes"]] == [
        "海港区第一小学",
        "秦皇岛市海港区教育局",
        "滦州甲小学",
        "滦州市教育局",
    ]
    assert len(page.context["copies"]) == 4
    assert '<td colspan="3" class="left">海港区第一小学（秦皇岛市海港区教育局）</td>' in raw(page)


def test_lingcheng_inside_the_county_has_both_schools_and_the_bureau(world, client_of):
    student = pupils.enrolled(world)
    names("迁安市教育局", "lingcheng")
    case = asked(world, "clerk2", **of(student) | {"papers": LINGCHENG})
    assert boxes(client_of("county"), case) == ["上庄小学", "清泉小学", "迁安市教育局"]


def test_who_leaves_the_register_has_the_boxes_of_the_other_side_last(world, client_of):
    case = movers.submitted(world, numbered(world), None)
    assert boxes(client_of("clerk"), case)[-2:] == ["海港区第一小学", "秦皇岛市海港区教育局"]
