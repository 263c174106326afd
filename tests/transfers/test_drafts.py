"""What is typed is safe: kept as one types, and never over what another window kept."""

from uuid import uuid4

import pytest

from tests.browsing import errors, raw
from tests.transfers.movers import numbered
from tests.transfers.test_pages import NEW, sent
from xueji.cases.models import Case, CaseForm
from xueji.cases.services import Typed

DRAFT = "/transfers/draft/"


@pytest.fixture
def pupil(world):
    return numbered(world, name="单雄信")


def row() -> dict[str, object]:
    return CaseForm.objects.get(case__kind="transfer").values["row"]


def test_autosave_and_submission_of_one_form_are_one_case(world, client_of, noon, pupil):
    clerk, form = client_of("clerk"), sent(pupil, to_school="上")
    kept = clerk.post(DRAFT, form)
    case = Case.objects.get(kind="transfer")
    assert (kept["HX-Replace-Url"], case.title) == (f"/transfers/{case.number}/edit/", "单雄信")
    assert ("草稿已存 12:00" in raw(kept), row()["to_school"]) == (True, "上")
    assert 'name="version" value="1"' in raw(kept)

    # the browser had not yet heard of the draft's number
    answer = clerk.post(NEW, {**form, "to_school": "上庄小学"})
    assert answer["Location"] == f"/cases/{case.number}/"
    assert Case.objects.filter(kind="transfer").count() == 1


def test_of_two_windows_the_second_is_shown_both(world, client_of, noon, pupil):
    clerk = client_of("clerk")
    clerk.post(NEW, sent(pupil, save="draft", to_school="上庄小学"))
    edit = f"/transfers/{Case.objects.get(kind='transfer').number}/edit/"
    shown = {"save": "draft", "version": "1"}
    clerk.post(edit, sent(pupil, **shown, to_school="迁安城区小学"))

    late = clerk.post(DRAFT, {**sent(pupil, **shown), "case": edit.split("/")[2]})
    assert "另一个窗口改过这份草稿" in raw(late)
    refused = clerk.post(edit, sent(pupil, version="1", reason="job", to_school="邻泉小学"))
    assert (refused.status_code, refused.context["differences"]) == (
        409,
        [
            ("转入学校", "邻泉小学", "迁安城区小学"),
            ("转学理由", "工作调动", "户口及家庭住址迁移"),
        ],
    )
    assert (row()["to_school"], 'name="version" value="2"' in raw(refused)) == (
        "迁安城区小学",
        True,
    )
    answer = clerk.post(edit, sent(pupil, version="2", to_school="邻泉小学"))
    assert (answer.status_code, row()["to_school"]) == (302, "邻泉小学")


def test_a_form_that_was_refused_goes_on_under_its_key_and_keeps_everything(
    world, client_of, noon, pupil
):
    form = sent(pupil, papers=["household_book"])
    answer = client_of("clerk").post(NEW, form)
    assert (answer.status_code, list(errors(answer))) == (422, ["papers"])
    assert answer.context["form_key"] == form["form_key"]
    assert not Case.objects.filter(kind="transfer").exists()


@pytest.mark.parametrize("who", ["principal", "centre", "county"])
def test_who_starts_no_transfer_keeps_no_draft(world, client_of, noon, pupil, who):
    assert client_of(who).post(DRAFT, sent(pupil)).status_code == 404
    assert not Case.objects.filter(kind="transfer").exists()


def test_a_draft_of_a_neighbour_is_not_gone_on_with(world, client_of, noon, pupil):
    client_of("clerk").post(DRAFT, sent(pupil))
    theirs = Case.objects.get(kind="transfer")
    client_of("clerk2").post(DRAFT, {**sent(None, pupil="别人"), "case": theirs.number})
    assert CaseForm.objects.get(case=theirs).values["row"]["student"] == str(pupil.pk)


def test_the_form_of_the_receiving_school_is_kept_as_its_own(world, client_of, noon):
    form = {"form_key": str(uuid4()), "mode": "take", "name": "欧阳外来", "id_number": "1302"}
    kept = client_of("clerk").post(DRAFT, form)
    again = client_of("clerk").get(kept["HX-Replace-Url"])
    assert (row()["mode"], 'value="欧阳外来"' in raw(again)) == ("take", True)


def test_each_opened_form_has_a_key_of_its_own():
    assert Typed(row={}).tab != Typed(row={}).tab
