"""The file of a pupil on its page, and the list of files that are late, as a browser asks."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import pupils
from tests.browsing import refused_reason, text
from tests.documents import portraits, scans
from tests.world import NOON
from xueji.audit.models import Access
from xueji.documents import services as documents
from xueji.documents.models import Document
from xueji.dossiers import services as dossiers
from xueji.dossiers.models import DossierPaper
from xueji.students import services as students
from xueji.students.models import IdentityDocument, Photo

pytestmark = pytest.mark.usefixtures("files")

OLD, MASKED = "130283200101991", "13***********91"
LATE = NOON + timedelta(days=30)


@pytest.fixture
def student(world):
    return pupils.enrolled(world, name="单雄信")


def page(student, tab: str = "file") -> str:
    return f"{reverse('student', args=[student.pk])}?tab={tab}"


def sent(data: bytes, name: str = "a.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type="image/jpeg")


def post(client, name: str, student, **data):
    sends = {"form_key": str(uuid4()), **data}
    return client.post(reverse(name, args=[student.pk]), sends, follow=True)


def test_a_photograph_is_shown_on_the_page_and_answered_as_a_private_file(client_of, student):
    client = client_of("clerk")
    assert "<img" not in text(client.get(page(student)))
    answer = post(client, "student_photo_new", student, file=sent(portraits.from_a_phone()))
    assert "照片已保存" in text(answer)
    address = reverse("student_photo", args=[student.pk])
    assert f'<img class="photo" src="{address}"' in text(client.get(page(student, "facts")))
    photo = client_of("county").get(address)
    assert (photo.status_code, photo["Content-Type"]) == (200, "image/jpeg")
    assert photo["Cache-Control"] == "no-store"
    assert photo["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert portraits.read(photo.content).size == (358, 441)
    look = Access.objects.latest("pk")
    assert (look.kind, look.field, look.students) == ("file", "photo", [student.pk])
    assert "上传照片" in text(client.get(page(student, "history")))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (scans.SVG, "这是网页或 SVG 文件"),
        (scans.HTML, "这是网页或 SVG 文件"),
        (scans.jpeg(width=20_000, height=300), "图片有 20000×300 像素"),
        (scans.jpeg(), "照片只有 40×30 像素"),
        (scans.pdf(), "这是 PDF"),
        (b"", "请先选择一张照片"),
    ],
    ids=["svg", "html", "huge", "tiny", "pdf", "nothing"],
)
def test_what_is_no_photograph_is_refused_on_the_page(client_of, student, data, says):
    more = {"file": sent(data)} if data else {}
    answer = post(client_of("clerk"), "student_photo_new", student, **more)
    assert (answer.status_code, says in text(answer)) == (422, True)
    assert (Photo.objects.count(), Document.objects.count()) == (0, 0)


@pytest.mark.parametrize("paper", ["student_sheet", "student_card"])
def test_the_photograph_stands_on_the_printed_papers(client_of, student, paper):
    clerk, image = client_of("clerk"), f'src="{reverse("student_photo", args=[student.pk])}"'

    def printed():
        return image in clerk.get(reverse(paper, args=[student.pk])).content.decode()

    before = printed()
    post(clerk, "student_photo_new", student, file=sent(portraits.jpeg(200, 260)))
    assert (before, printed()) == (False, True)


def test_a_second_click_keeps_one_photograph(client_of, student):
    client, key = client_of("clerk"), str(uuid4())
    for _ in range(2):
        data = {"file": sent(portraits.jpeg()), "form_key": key}
        client.post(reverse("student_photo_new", args=[student.pk]), data)
    assert (Photo.history.count(), Document.objects.count()) == (1, 1)


@pytest.mark.parametrize("who", ["clerk1b", "clerk2", "principal", "centre", "county", "auditor"])
@pytest.mark.parametrize("name", ["student_photo_new", "student_paper_new", "student_document_new"])
def test_whoever_is_not_the_schools_clerk_keeps_nothing(client_of, student, who, name):
    answer = post(client_of(who), name, student, file=sent(portraits.jpeg()), kind="vaccination")
    assert (answer.status_code, Document.objects.count()) == (404, 0)


def test_the_tab_says_what_lacks_by_which_clause_until_when(client_of, student):
    told = text(client_of("clerk").get(page(student)))
    words = [
        "缺 3 种",
        "2026-10-01 前建齐",
        "入学时看过户口簿原件",
        "学校理应从学生入学之日起1个月内",
    ]
    words += ["凭实际常住地户口薄、房产证明到就近小学报名登记入学", "register.file.more.papers"]
    assert [word for word in words if word not in told] == []


def test_papers_are_filed_with_a_scan_or_without(client_of, student):
    client = client_of("clerk")
    scan = {"kind": "vaccination", "file": sent(scans.jpeg(), "接种证.jpg")}
    assert "预防接种证已入档" in text(post(client, "student_paper_new", student, **scan))
    on_paper = {"kind": "household_book", "on_paper": "on"}
    told = text(post(client, "student_paper_new", student, **on_paper))
    assert ("缺 1 种" in told, "纸质件" in told, "扫描件" in told) == (True, True, True)
    filed = DossierPaper.objects.get(kind="vaccination")
    answer = client_of("centre").get(reverse("student_paper", args=[student.pk, filed.pk]))
    assert (answer.status_code, "attachment" in answer["Content-Disposition"]) == (200, True)
    told = text(post(client, "student_paper_new", student, kind="property_proof"))
    assert ("没有保存" in told, DossierPaper.objects.count()) == (True, 2)


def test_a_paper_of_another_pupil_is_not_found_under_this_one(client_of, world, student):
    other = pupils.enrolled(world, name="程知节")
    client = client_of("clerk")
    scan = {"kind": "vaccination", "file": sent(scans.jpeg())}
    post(client, "student_paper_new", other, **scan)
    filed = DossierPaper.objects.get()
    address = reverse("student_paper", args=[student.pk, filed.pk])
    assert client.get(address).status_code == 404


def remove(client, student, paper, reason="传到了别的学生名下"):
    address = reverse("student_paper_remove", args=[student.pk, paper.pk])
    return client.post(address, {"reason": reason, "form_key": str(uuid4())}, follow=True)


def test_a_wrong_paper_is_removed_with_a_trace_and_opened_by_nobody(client_of, student):
    clerk = client_of("clerk")
    post(clerk, "student_paper_new", student, kind="vaccination", file=sent(scans.jpeg()))
    paper = DossierPaper.objects.get()
    assert "缺 2 种" in text(clerk.get(page(student)))
    told = text(remove(clerk, student, paper))
    assert ("已移除预防接种证" in told, "缺 3 种" in told) == (True, True)
    assert ("移除过的材料" in told, "传到了别的学生名下" in told) == (True, True)
    address = reverse("student_paper", args=[student.pk, paper.pk])
    assert address not in told
    everybody = ("clerk", "principal", "centre", "county")
    assert [client_of(who).get(address).status_code for who in everybody] == [404] * 4
    assert "移除过的材料" in text(client_of("county").get(page(student)))


def test_a_removal_that_is_refused_says_why(client_of, student):
    clerk = client_of("clerk")
    post(clerk, "student_paper_new", student, kind="vaccination", on_paper="on")
    paper = DossierPaper.objects.get()
    told = "请写明移除的原因，如：传到了别的学生名下、扫描不清。原因会留在档案里。"
    answer = remove(clerk, student, paper, " ")
    assert (answer.status_code, refused_reason(answer)) == (422, (" ", told))
    refused = [remove(client_of(who), student, paper) for who in ("clerk1b", "principal", "county")]
    assert [answer.status_code for answer in refused] == [404, 404, 404]
    other = DossierPaper(pk=paper.pk + 1)
    assert remove(clerk, student, other).status_code == 404
    paper.refresh_from_db()
    assert paper.removed_at is None


def test_a_scan_of_a_decided_case_names_the_case_in_place_of_the_form(world, client_of, student):
    case = student.cases.get()
    paper = case.papers.get(kind="household_book")
    scan = documents.store(name="a.jpg", data=scans.jpeg(), acting=world.acting("clerk"))
    case.papers.filter(pk=paper.pk).update(document=scan)
    told = text(client_of("clerk").get(page(student)))
    assert f">{case.number}</a> 依据这份材料办结，不能移除" in told
    assert "移除这份材料" not in told
    assert "依据这份材料办结" not in text(client_of("county").get(page(student)))


@pytest.mark.parametrize(
    ("who", "sees"),
    [("clerk", True), ("principal", True), ("county", True), ("centre", False), ("city", False)],
)
def test_papers_that_tell_of_a_disability_are_shown_to_those_who_see_such_items(
    world, client_of, student, who, sees
):
    acting = world.acting("clerk")
    locked = students.lock([student.pk])[student.pk]
    values = {"disability": "5", "orphan": True}
    students.write_sheet(student=locked, values=values, acting=acting, reason="家长来校")
    more = {"kind": "disability_card", "file": sent(scans.jpeg())}
    post(client_of("clerk"), "student_paper_new", student, **more)
    told = text(client_of(who).get(page(student)))
    assert ("登记为：孤儿" in told, "登记为：残疾" in told, "残疾人证" in told) == (
        True,
        sees,
        sees,
    )
    address = reverse("student_paper", args=[student.pk, DossierPaper.objects.get().pk])
    assert client_of(who).get(address).status_code == (200 if sees else 404)


FORMER = {"id_type": "1", "id_number": OLD, "used_until": "2013-01-01", "reason": "户口簿旧页"}


def test_a_document_of_before_is_masked_and_shown_in_full_for_a_reason(client_of, student):
    client = client_of("clerk")
    told = text(post(client, "student_document_new", student, **FORMER))
    assert ("已登记以前的证件" in told, OLD in told, "13***********91" in told) == (
        True,
        False,
        True,
    )
    facts = text(client.get(page(student, "facts")))
    assert (OLD in facts, MASKED in facts) == (False, True)
    asked = {"field": "documents", "reason": "核对户口簿原件"}
    shown = client.post(reverse("student_reveal", args=[student.pk]), asked)
    assert OLD in text(shown)
    look = Access.objects.latest("pk")
    assert (look.kind, look.field, look.reason) == ("reveal", "documents", "核对户口簿原件")
    found = client.get(reverse("students") + f"?q={OLD}")
    assert [row.pk for row in found.context["page"].rows] == [student.pk]
    assert OLD not in Access.objects.latest("pk").filter


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"id_number": "1302832001"}, "居民身份证号应为 18 位"),
        ({"id_number": ""}, "请填写以前用过的证件号"),
        ({"used_until": "2099-01-01"}, "2099-01-01 还没有到"),
        ({"used_until": "昨天"}, "请写成 2026-09-01 这样的年、月、日"),
        ({"reason": ""}, "请写明依据的材料"),
    ],
)
def test_what_is_no_document_of_before_is_shown_again_with_its_reason(
    client_of, student, changes, says
):
    answer = post(client_of("clerk"), "student_document_new", student, **{**FORMER, **changes})
    assert (answer.status_code, says in text(answer)) == (422, True)
    assert IdentityDocument.objects.filter(student=student).count() == 1


def test_what_the_register_refuses_is_shown_again_as_it_was_typed(client_of, student):
    """Refused where it would be kept, not by the form: nothing typed is lost there either."""
    clerk = client_of("clerk")
    post(clerk, "student_document_new", student, **FORMER)
    known = post(clerk, "student_document_new", student, **FORMER)
    assert (known.status_code, known.context["former_form"]["id_number"].value()) == (422, OLD)
    scan = {"kind": "vaccination", "file": sent(b"<html>")}
    wrong = post(clerk, "student_paper_new", student, **scan)
    none = post(clerk, "student_paper_new", student, kind="vaccination")
    assert [(answer.status_code, answer.context["filing"]) for answer in (wrong, none)] == [
        (422, "vaccination"),
        (422, "vaccination"),
    ]
    chosen = '<option value="vaccination" selected>'
    assert [chosen in answer.content.decode() for answer in (wrong, none)] == [True, True]
    again = "文件要重新选择"
    assert (again in text(wrong), again in text(none)) == (True, False)


def late(client, query: str = ""):
    with time_machine.travel(LATE, tick=False):
        return client.get(reverse("dossiers") + query)


def test_desk_and_list_tell_each_office_of_its_own(world, client_of, student):
    other = pupils.enrolled(world, "clerk2", name="程知节", **pupils.SHANGZHUANG)
    dossiers.assess_some(after=0, today=NOON.date())
    told = {
        who: [dossier.student_id for dossier in late(client_of(who)).context["page"].rows]
        for who in ("clerk", "principal", "centre", "clerk2", "centre2", "county", "clerk9")
    }
    mine, theirs = [student.pk], [other.pk]
    assert told == {
        "clerk": mine,
        "principal": mine,
        "centre": mine,
        "clerk2": theirs,
        "centre2": theirs,
        "county": [student.pk, other.pk],
        "clerk9": [],
    }
    assert Access.objects.filter(page="dossiers").exclude(students=[]).count() == 6
    with time_machine.travel(LATE, tick=False):
        desks = [text(client_of(who).get("/")) for who in ("clerk", "county", "clerk9")]
    assert ["学籍档案逾期 1 名" in desks[0], "学籍档案逾期 2 名" in desks[1]] == [True, True]
    assert "学籍档案逾期" not in desks[2]


def test_the_list_names_what_lacks_and_the_clause(client_of, student):
    dossiers.assess_some(after=0, today=NOON.date())
    told = text(late(client_of("county")))
    words = [
        "户口簿、房产证明、预防接种证",
        "逾期 1 天",
        "学校理应从学生入学之日起1个月内为其建立学籍档案",
    ]
    assert [word for word in words if word not in told] == []


@pytest.mark.parametrize("person", ["clerk", "centre", "county"])
def test_the_list_asks_as_often_for_three_as_for_one(world, client_of, person):
    client = client_of(person)
    counted = []
    for names in (["甲乙"], ["丙丁", "戊己"]):
        for name in names:
            pupils.enrolled(world, name=name)
        dossiers.assess_some(after=0, today=NOON.date())
        late(client)
        with CaptureQueriesContext(connection) as asked:
            answer = late(client)
        counted.append((len(answer.context["page"].rows), len(asked)))
    (one, few), (three, many) = counted
    assert (one, three, few) == (1, 3, many)
