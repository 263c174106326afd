"""Pupils of ours who borrow studies outside the register: the home school lends and calls back."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, transaction

from enrollment.queries import heads
from tests import pupils
from tests.pupils import row_of
from tests.transfers import borrowers, movers
from tests.transfers.lenders import HOST, SIGNERS, asked, called_back, lent
from tests.transfers.movers import class_of, faults, numbered
from tests.world import NOON
from transfers.models import Borrowing
from transfers.services import NotTaken, Rejected, borrow_sheet, look
from xueji.cases import services as cases
from xueji.cases.kinds import Refused
from xueji.cases.models import Case, State
from xueji.ledger.models import RegisterEvent
from xueji.students.models import Placement
from xueji.students.queries import counts

NEXT = NOON + timedelta(days=1)


def figures(world, name="清泉小学") -> tuple[int, int, int, int, int]:
    """在籍, 在读, 在校, 借出, 借入."""
    found = counts(world.organisations[name].path)
    out, into = found.borrowed_out, found.borrowed_in
    return found.registered, found.enrolled, found.present, out, into


# -- what it does, and undoes ---------------------------------------------------------------------
def test_who_is_lent_outside_keeps_register_number_and_home_and_is_not_present(world):
    student = numbered(world)
    before = row_of(student)
    case = asked(world, student)
    steps = case.steps.exclude(position=0).order_by("position")
    assert [(step.organisation.name, step.role) for step in steps] == [
        ("清泉小学", "principal"),
        ("建昌营镇中心校", "centre_officer"),
    ]
    assert figures(world) == (1, 1, 1, 0, 0)
    pupils.sign(world, case, *SIGNERS)

    assert row_of(student) == before
    place = Placement.objects.get(case=case)
    assert (place.kind, place.school, place.org_path, place.where, place.grade, place.ends) == (
        "borrowed",
        None,
        "",
        HOST,
        1,
        None,
    )
    assert figures(world) == (1, 1, 0, 1, 0)
    assert figures(world, "迁安市教育局") == (1, 1, 0, 1, 0)
    (event,) = RegisterEvent.objects.filter(case=case)
    assert (event.kind, event.change, event.school_name, event.scope, event.text) == (
        "borrowed",
        0,
        "清泉小学",
        "outside",
        f"借读，借出到{HOST}",
    )
    assert faults() == ([], [])


def test_who_is_lent_outside_frees_the_seat(world):
    student = numbered(world)
    own = class_of(world, "清泉小学").pk
    before = heads([own])[own].all
    lent(world, student)
    assert (before, heads([own])[own].all) == (1, 0)


def test_undoing_brings_everything_back(world):
    student = numbered(world)
    before = row_of(student)
    case = lent(world, student)
    cases.reverse(case_id=case.pk, note="没有去", acting=world.acting("centre"))
    case.refresh_from_db()
    assert (case.state, row_of(student), figures(world)) == (
        State.REVERSED,
        before,
        (1, 1, 1, 0, 0),
    )
    assert [event.reverses.text for event in RegisterEvent.objects.filter(kind="reversed")] == [
        f"借读，借出到{HOST}"
    ]
    assert faults() == ([], [])


def test_the_home_school_ends_it_and_the_end_is_undone_exactly(world):
    student = numbered(world)
    case = lent(world, student)
    place = Placement.objects.filter(case=case)
    before = place.values().get()
    end = pupils.sign(world, called_back(world, case), *SIGNERS)
    (event,) = RegisterEvent.objects.filter(case=end)
    assert (event.kind, event.school_name, event.scope) == (
        "borrowing_ended",
        "清泉小学",
        "outside",
    )
    assert figures(world) == (1, 1, 1, 0, 0)
    with pytest.raises(Refused, match="借读以后又办了借读结束"):
        cases.reverse(case_id=case.pk, note="没有去", acting=world.acting("centre"))

    cases.reverse(case_id=end.pk, note="还在借读", acting=world.acting("centre"))
    assert (place.values().get(), figures(world)) == (before, (1, 1, 0, 1, 0))
    assert faults() == ([], [])


def test_who_was_lent_and_left_the_register_afterwards_is_found_by_who_takes_them_back(world):
    student = numbered(world)
    pupils.sign(world, called_back(world, lent(world, student)), *SIGNERS)
    movers.approved(world, student, None)
    person = {"id_number": student.id_number, "name": student.name}
    found = look(**person, case=None, acting=world.acting("clerk2"))
    assert (found.student, found.is_outside, list(found.problems)) == (student, True, [])


def test_the_sheet_goes_along_and_has_to_be_back_before_it_is_undone(world):
    case = lent(world, numbered(world))
    acting = world.acting("clerk")
    borrow_sheet.lend_sheet(case_id=case.pk, due_on=date(2027, 1, 20), note="", acting=acting)
    with pytest.raises(Refused, match="先登记归还"):
        cases.reverse(case_id=case.pk, note="没有去", acting=world.acting("centre"))
    borrow_sheet.take_sheet_back(case_id=case.pk, acting=acting)
    cases.reverse(case_id=case.pk, note="没有去", acting=world.acting("centre"))
    assert figures(world) == (1, 1, 1, 0, 0)


# -- what stands against it -----------------------------------------------------------------------
def test_who_is_away_is_not_transferred_nor_lent_again(world):
    student = numbered(world)
    lent(world, student)
    with pytest.raises(Refused, match="先办理借读结束，再办转学"):
        movers.submitted(world, student)
    with pytest.raises(Refused, match="该生正在海港区第一小学借读"):
        asked(world, student)
    with pytest.raises(Refused, match="该生现在不能办借读。请监护人与原学校或迁安市教育局联系。"):
        borrowers.asked(world, **borrowers.of(student))


def test_a_rule_set_without_borrowed_study_lends_nobody(world):
    student = pupils.enrolled(world, "clerk9")
    with pytest.raises(Rejected) as rejected:
        asked(world, student, who="clerk9")
    assert [(f.key, f.message) for f in rejected.value.findings] == [
        ("borrowing.enabled", "学籍随人走，不办理借读")
    ]


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"outside_school": " "}, ["还没有填借读学校。请照借读学校的证明填写。"]),
        ({"outside_office": ""}, ["还没有填该校主管部门。请照借读学校的证明填写。"]),
        ({"reason": "special"}, ["选了“其他情况”，还没有写是什么情况。请写明。"]),
        (
            {"until": NOON.date()},
            ["预计借读到的日期已经过了。请填以后的日期，或留空。"],
        ),
    ],
)
def test_what_is_missing_is_said_at_its_field(world, other, told):
    with pytest.raises(NotTaken) as wrong:
        asked(world, numbered(world), **other)
    assert [str(problem) for problem in wrong.value.problems] == told


def test_past_the_start_of_term_an_exception_is_asked_for(world):
    student = numbered(world)
    late = NOON + timedelta(days=30)
    with pytest.raises(Rejected) as rejected:
        asked(world, student, at=late)
    assert [(f.key, f.effect) for f in rejected.value.findings] == [("borrowing.window", "warn")]
    case = asked(world, student, at=late, reasons={"borrowing.window": "父母刚调动工作"})
    last = case.steps.order_by("position").last()
    assert [(one.rule, one.reason) for one in last.exceptions.all()] == [
        ("borrowing.window", "父母刚调动工作")
    ]
    assert last.organisation.name == "迁安市教育局"


def test_a_pupil_of_another_school_is_not_lent(world):
    student = numbered(world)
    with pytest.raises(Refused, match="学籍不在本校"):
        asked(world, student, who="clerk2")


def test_a_place_is_at_a_school_of_ours_or_names_one_outside(world):
    case = lent(world, numbered(world))
    place = Placement.objects.filter(case=case)
    own = world.schools["清泉小学"].pk
    for broken in ({"outside": ""}, {"school": own}, {"kind": "home"}, {"org_path": "1."}):
        with pytest.raises(IntegrityError), transaction.atomic():
            place.update(**broken)


# -- the pages ------------------------------------------------------------------------------------
@pytest.fixture
def next_day():
    with time_machine.travel(NEXT, tick=False):
        yield


def text(answer) -> str:
    return answer.content.decode()


def key() -> dict[str, str]:
    return {"form_key": str(uuid4())}


def sent(**other) -> dict[str, object]:
    return {
        **key(),
        "outside_school": HOST,
        "outside_office": "海港区教育局",
        "reason": "migrant",
        "until": "2027-07-05",
        "papers": ["borrowing_proof"],
        **other,
    }


def sign(client, case, decision="agreed", note="") -> int:
    case.refresh_from_db()
    form = {**key(), "version": case.version, "decision": decision, "note": note}
    return client.post(f"/cases/{case.number}/decide/", form).status_code


def test_the_whole_way_by_the_pages(world, client_of, next_day):
    student = numbered(world, name="单雄信")
    clerk, page = client_of("clerk"), "/borrowing/out/"
    assert f"?student={student.pk}" in text(clerk.get(page, {"q": "单雄信"}))
    form_page = f"{page}?student={student.pk}"
    lacking = clerk.post(form_page, sent(papers=[]))
    assert (lacking.status_code, "缺借读学校开具的借读证明" in text(lacking)) == (422, True)
    form = sent()
    answer = clerk.post(form_page, form)
    case = Case.objects.get(kind="borrowing_out")
    assert (answer.status_code, answer["Location"]) == (302, f"/cases/{case.number}/")
    assert clerk.post(form_page, form)["Location"] == f"/cases/{case.number}/"  # the double click
    assert [sign(client_of(who), case) for who in SIGNERS] == [302, 302]

    facts = text(clerk.get(f"/cases/{case.number}/"))
    assert [word in facts for word in (HOST, "海港区教育局，系统以外", "在原学校参加")] == [
        True
    ] * 3
    listed = text(clerk.get("/borrowing/?show=out"))
    assert [word in listed for word in ("单雄信", f"{HOST}（海港区教育局）")] == [True] * 2
    pupil = text(clerk.get(f"/students/{student.pk}/"))
    assert f"{HOST}（借读） 一年级" in pupil
    card = text(clerk.get(f"/students/{student.pk}/card/"))
    assert f"{HOST}（借读）" in card
    letter = text(clerk.get(f"/borrowing/{case.number}/letter/"))
    assert [word in letter for word in (f"海港区教育局、{HOST}：", "学籍由我校保留")] == [True] * 2
    assert "在外借读，不在本班上课" in text(
        clerk.get(f"/enrollment/classes/{class_of(world, '清泉小学').pk}/")
    )

    place = Placement.objects.get(case=case)
    end_page = f"/borrowing/{place.pk}/end/"
    assert "核准以后该生回本校就读" in text(clerk.get(end_page))
    assert clerk.post(end_page, {**key(), "reason": "back"}).status_code == 302
    end = Case.objects.get(kind="borrowing_end")
    assert [sign(client_of(who), end) for who in SIGNERS] == [302, 302]
    assert "没有在外借读的学生" in text(clerk.get("/borrowing/?show=out"))


def test_a_returned_one_is_mended_where_it_was_written(world, client_of, next_day):
    student = numbered(world)
    clerk = client_of("clerk")
    clerk.post(f"/borrowing/out/?student={student.pk}", sent(outside_school="海港一小"))
    case = Case.objects.get(kind="borrowing_out")
    assert sign(client_of("principal"), case, "returned", "校名不全") == 302
    edit = f"/borrowing/{case.number}/edit/"
    page = clerk.get(edit)
    assert ["校名不全" in text(page), "海港一小" in text(page)] == [True, True]
    assert clerk.post(edit, sent(version=page.context["version"])).status_code == 302
    case.refresh_from_db()
    assert (case.state, Borrowing.objects.get(case=case).outside_school) == (State.OPEN, HOST)


def test_what_is_typed_is_kept_and_goes_on_as_the_one_case(world, client_of, next_day):
    student = numbered(world, name="单雄信")
    clerk = client_of("clerk")
    form = sent(student=str(student.pk), reason="", until="", papers=[])
    kept = clerk.post("/borrowing/out/draft/", form)
    draft = Case.objects.get(kind="borrowing_out")
    edit = f"/borrowing/{draft.number}/edit/"
    assert (kept.status_code, kept["HX-Replace-Url"]) == (200, edit)
    assert (draft.state, draft.title, draft.student) == (State.DRAFT, "单雄信", None)

    again = clerk.get(edit)
    assert (HOST in text(again), again.context["pupil"]) == (True, student)
    listed = text(clerk.get("/borrowing/?show=out"))
    assert [f'href="{edit}"' in listed, f"/borrowing/{draft.number}/discard/" in listed] == [
        True
    ] * 2
    answer = clerk.post(edit, sent(save="send", version=again.context["version"]))
    assert answer["Location"] == f"/cases/{draft.number}/"
    assert Case.objects.get(kind="borrowing_out").state == State.OPEN


def test_a_draft_is_saved_by_hand_without_what_a_request_needs(world, client_of, next_day):
    student = numbered(world)
    form = {**key(), "student": str(student.pk), "until": "2027-07-05", "save": "draft"}
    answer = client_of("clerk").post(f"/borrowing/out/?student={student.pk}", form)
    draft = Case.objects.get(kind="borrowing_out")
    assert (answer["Location"], draft.state) == (f"/borrowing/{draft.number}/edit/", State.DRAFT)


def test_the_draft_of_who_has_gone_meanwhile_says_so(world, client_of, next_day):
    student = numbered(world)
    clerk = client_of("clerk")
    clerk.post("/borrowing/out/draft/", sent(student=str(student.pk)))
    draft = Case.objects.get(kind="borrowing_out")
    movers.moved(world, student)
    answer = clerk.get(f"/borrowing/{draft.number}/edit/")
    assert (answer.status_code, "该生的学籍不在本校，不能由本校借出" in text(answer)) == (
        409,
        True,
    )


def test_nothing_is_kept_of_a_pupil_of_another_school(world, client_of, next_day):
    student = numbered(world)
    answer = client_of("clerk2").post("/borrowing/out/draft/", sent(student=str(student.pk)))
    assert (answer.status_code, "该生的学籍不在本校" in text(answer)) == (200, True)
    assert not Case.objects.filter(kind="borrowing_out").exists()


@pytest.mark.parametrize("person", ["clerk1b", "clerk2", "clerk9"])
def test_the_form_names_no_pupil_of_another_school(world, client_of, person):
    form = f"/borrowing/out/?student={numbered(world).pk}"
    client = client_of(person)
    assert [client.get(form).status_code, client.post(form).status_code] == [404, 404]
    assert not Borrowing.objects.exists()


def test_it_is_for_the_home_school_and_those_above_alone(world, client_of, next_day):
    case = lent(world, numbered(world))
    place = Placement.objects.get(case=case)
    for stranger in ("clerk1b", "clerk2", "urban", "county9"):
        client = client_of(stranger)
        pages = (f"/cases/{case.number}/", f"/borrowing/{case.number}/letter/")
        assert [client.get(page).status_code for page in pages] == [404, 404]
        assert client.get(f"/borrowing/{place.pk}/end/").status_code == 404
    for above in ("principal", "centre", "county"):
        client = client_of(above)
        assert client.get(f"/borrowing/{case.number}/letter/").status_code == 200
        assert client.get(f"/borrowing/{place.pk}/end/").status_code == 404


def test_a_county_without_borrowed_study_says_so_before_anything_is_typed(
    world, client_of, next_day
):
    clerk9 = client_of("clerk9")
    answer = clerk9.get("/borrowing/out/")
    assert (answer.status_code, "学籍随人走，不办理借读" in text(answer)) == (409, True)
    assert "学籍随人走" in text(clerk9.get("/borrowing/?show=out"))
