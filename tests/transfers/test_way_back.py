"""A session that ends in the middle of a form of 转学 or 借读, and somebody who was faster."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from tests import pupils
from tests.browsing import hidden, key, text, words
from tests.transfers import borrowers, movers
from tests.transfers.movers import approved, class_of, moved, numbered, receive, sign
from tests.transfers.test_reinstatement import gone
from tests.world import PASSWORD
from transfers.models import Borrowing, BorrowingChange, PaperFile, SheetLoan, Transfer
from xueji.audit.models import Access, Act
from xueji.cases.models import Case, CaseForm, Step
from xueji.students.models import Placement, Status, Student


def came_back(client, who: str, path: str, sent: dict[str, object]):
    """The page that answers a form that was sent after the session and comes back."""
    before = Case.objects.count(), Step.objects.count(), Act.objects.count()
    client.logout()
    lost = client.post(path, {"form_key": str(uuid4()), **sent})
    assert (lost.status_code, f'action="{path}"' in text(lost)) == (403, True)
    client.login(username=who, password=PASSWORD)
    back = client.post(path, hidden(lost))
    assert (back.status_code, "还没有提交" in text(back)) == (200, True)
    assert (Case.objects.count(), Step.objects.count(), Act.objects.count()) == before
    return back


def lost_and_back(client, who: str, path: str, sent: dict[str, object]) -> dict[str, object]:
    """What stands in the form that comes back."""
    back = came_back(client, who, path, sent)
    return {name: back.context["form"][name].value() for name in sent}


def test_the_decision_and_the_class_of_a_turn_stand_in_the_form_again(world, client_of, noon):
    case = approved(world, numbered(world))
    chosen = str(class_of(world, "上庄小学").pk)
    sent = {"school_class": chosen, "decision": "agreed", "note": "核对过户口簿原件"}
    path = reverse("transfer_turn", args=[case.number])
    assert lost_and_back(client_of("clerk2"), "clerk2", path, sent) == sent


def test_what_a_receipt_says_stands_in_the_form_again(world, client_of, noon):
    case = approved(world, numbered(world), None)
    sent = {"on": "2026-09-02", "note": "一年级，王老师"}
    path = reverse("transfer_receipt", args=[case.number])
    assert lost_and_back(client_of("clerk"), "clerk", path, sent) == sent


def test_how_the_papers_went_stands_in_the_form_again(world, client_of, noon):
    case = moved(world, numbered(world))
    sent = {"on": "2026-09-02", "carrier": "guardian"}
    path = reverse("transfer_file", args=[case.number])
    assert lost_and_back(client_of("clerk"), "clerk", path, sent) == sent


@pytest.mark.parametrize("save", ["send", "draft", "find"])
def test_a_request_stands_in_the_form_again(world, client_of, noon, save):
    pupil = numbered(world, name="单雄信")
    sent = {
        "pupil": "单雄信",
        "student": str(pupil.pk),
        "to_where": "inside",
        "to_school": "上庄小学",
        "reason": "move",
    }
    client = client_of("clerk")
    client.logout()
    path = reverse("transfer_new")
    lost = client.post(path, {"form_key": str(uuid4()), "save": save, **sent})
    client.login(username="clerk", password=PASSWORD)
    back = client.post(path, hidden(lost))
    kept = {name: back.context["form"][name].value() for name in sent}
    assert (back.status_code, kept, Case.objects.filter(kind="transfer").count()) == (200, sent, 0)


@pytest.mark.parametrize("page", ["transfer_take", "borrowing_new"])
def test_who_is_asked_for_stands_in_the_form_again(world, client_of, noon, page):
    sent = {"id_number": "130283202003171268", "name": "单雄信", "reason_text": "随父母迁来"}
    assert lost_and_back(client_of("urban"), "urban", reverse(page), sent) == sent


@pytest.mark.parametrize("save", ["send", "draft", "find"])
@pytest.mark.parametrize(
    ("page", "edit", "who"),
    [("transfer_take", "transfer_edit", "clerk2"), ("borrowing_new", "borrowing_edit", "urban")],
)
def test_a_draft_with_a_corrected_number_is_answered_for_that_child(
    world, client_of, noon, page, edit, who, save
):
    former, meant = (pupils.enrolled(world, name=name) for name in ("单雄信", "罗士信"))
    typed = {"id_number": former.id_number, "name": former.name}
    client = client_of(who)
    client.post(reverse(page), key(save="draft", **typed))
    path = reverse(edit, args=[Case.objects.latest("pk").number])
    assert client.get(path).context["looked"].student == former
    sent = {"id_number": meant.id_number.lower(), "name": meant.name}
    back = came_back(client, who, path, {"save": save, **sent})
    assert {name: back.context["form"][name].value() for name in sent} == sent
    assert back.context["looked"].student == meant
    assert Access.objects.latest("pk").students == [meant.pk]


@pytest.mark.parametrize("number", ["", "1" * 41])
def test_nobody_is_looked_for_by_a_number_that_no_form_would_take(world, client_of, noon, number):
    typed = {"id_number": pupils.enrolled(world).id_number, "name": "单雄信"}
    client = client_of("clerk2")
    client.post(reverse("transfer_take"), key(save="draft", **typed))
    path = reverse("transfer_edit", args=[Case.objects.latest("pk").number])
    before = Access.objects.count()
    back = came_back(client, "clerk2", path, {"save": "draft", "id_number": number})
    assert (back.context["looked"], Access.objects.count()) == (None, before)


def test_the_end_of_borrowed_study_stands_in_the_form_again(world, client_of, noon):
    place = Placement.objects.get(case=borrowers.lent(world, numbered(world)), ends__isnull=True)
    sent = {"reason": "other", "reason_text": "要转到本校"}
    path = reverse("borrowing_end", args=[place.pk])
    assert lost_and_back(client_of("urban"), "urban", path, sent) == sent


# -- what comes back needs no token, and changes nothing ------------------------------------------
def of_borrowed(world) -> list[int]:
    return [Placement.objects.get(case=borrowers.lent(world, numbered(world)), ends=None).pk]


def of_temporary(world) -> list[int]:
    return [Placement.objects.get(case=borrowers.arrived(world), ends=None).pk]


def of_returned(world) -> list[str]:
    case = movers.submitted(world, numbered(world))
    return [sign(world, case, "principal", decision="returned", note="缺户口簿").number]


def of_guest_returned(world) -> list[str]:
    case = borrowers.asked(world)
    return [sign(world, case, "urban-principal", decision="returned", note="缺居住证").number]


def of_lent_sheet(world) -> list[str]:
    return [borrowers.lent(world, numbered(world)).number]


def of_abroad(world) -> list[int]:
    student = gone(world, numbered(world), Status.ABROAD)
    return [moved(world, student).student_id]


TAKEN = {
    "borrowing_convert": ("urban", of_temporary, {}),
    "borrowing_edit": ("urban", of_guest_returned, {"save": "send"}),
    "borrowing_end": ("urban", of_borrowed, {"reason": "other", "reason_text": "要转到本校"}),
    "borrowing_new": ("urban", lambda world: [], {"save": "draft", "name": "单雄信"}),
    "borrowing_sheet": ("clerk", of_lent_sheet, {"due_on": "2027-01-20"}),
    "transfer_edit": ("clerk", of_returned, {"save": "draft", "reason": "move"}),
    "transfer_file": (
        "clerk",
        lambda world: [moved(world, numbered(world)).number],
        {"on": "2026-09-02", "carrier": "guardian"},
    ),
    "transfer_receipt": (
        "clerk",
        lambda world: [approved(world, numbered(world), None).number],
        {"on": "2026-09-02", "note": "一年级，王老师"},
    ),
    "transfer_reinstate": ("clerk2", of_abroad, {"reason_text": "病愈，来上课"}),
    "transfer_turn": (
        "clerk2",
        lambda world: [approved(world, numbered(world)).number],
        {"decision": "agreed", "version": "5"},
    ),
}


@pytest.mark.parametrize("page", sorted(TAKEN))
def test_what_comes_back_without_a_token_changes_nothing(world, noon, page):
    who, of, sent = TAKEN[page]
    path = reverse(page, args=of(world))
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.posts[who].user)
    form = key(**sent)
    assert client.post(path, form).status_code == 403
    before = changed()
    answer = client.post(path, {**form, "typed_at": path})
    assert (answer.status_code, "还没有提交" in text(answer), changed()) == (200, True, before)


def changed() -> list[list[dict[str, object]]]:
    """Every row of what a form of these pages could write."""
    own = (Transfer, PaperFile, Borrowing, BorrowingChange, SheetLoan)
    kinds = (Case, CaseForm, Step, Act, Student, Placement, *own)
    return [list(kind.objects.order_by("pk").values()) for kind in kinds]


# -- somebody was faster --------------------------------------------------------------------------
def test_a_decision_that_comes_too_late_is_told_not_to_have_been_taken(world, client_of, noon):
    case = approved(world, numbered(world))
    case.refresh_from_db()
    form = {"form_key": str(uuid4()), "version": case.version, "decision": "returned"}
    form["note"] = "户口簿与证明上的地址不一致"
    receive(world, case, "clerk2", class_of(world, "上庄小学"))
    client, path = client_of("clerk2"), reverse("transfer_turn", args=[case.number])
    for _ in range(2):  # the double click
        answer = client.post(path, form)
        assert (answer.status_code, answer["Location"]) == (302, f"/cases/{case.number}/")
    told = words(client.get(answer["Location"]))
    assert (
        f"没有签署 业务件 {case.number} 现在轮到上庄小学 校长。某clerk2 9 月 2 日 12:00 同意。"
        in told
    )
    assert (told.count("没有签署"), Act.objects.count()) == (1, 0)


def test_a_double_click_on_a_turn_is_told_that_it_is_signed_and_nothing_else(
    world, client_of, noon
):
    case = approved(world, numbered(world))
    case.refresh_from_db()
    form = {"form_key": str(uuid4()), "version": case.version, "decision": "agreed"}
    client, path = client_of("clerk2"), reverse("transfer_turn", args=[case.number])
    for _ in range(2):
        answer = client.post(path, form)
    told = words(client.get(answer["Location"]))
    assert ("已签署" in told, "没有签署" in told) == (True, False)


@pytest.mark.parametrize(
    ("to", "page", "sent"),
    [
        (None, "transfer_receipt", {"on": "2026-09-02", "note": "一年级，王老师"}),
        ("上庄小学", "transfer_file", {"on": "2026-09-02", "carrier": "guardian"}),
    ],
)
def test_what_somebody_else_has_recorded_is_told_not_to_be_recorded_again(
    world, client_of, noon, to, page, sent
):
    student = numbered(world)
    case = approved(world, student, None) if to is None else moved(world, student)
    client, path = client_of("clerk"), reverse(page, args=[case.number])
    assert client.post(path, {"form_key": str(uuid4()), **sent}).status_code == 302
    client.get("/cases/")  # reads what was said of it
    answer = client.post(path, {"form_key": str(uuid4()), **sent, "note": "二年级"})
    assert Act.objects.count() == 1
    told = words(client.get(answer["Location"]))
    assert "没有登记 本件现在没有要由您登记的，可能刚由他人登记；请看下面的记录。" in told
    assert Transfer.objects.get(case=case).receipt_note in ("", "一年级，王老师")
