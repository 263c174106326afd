"""A scan is hung on its paper once, however often the form is sent, and never read whole first."""

from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.timezone import localdate

from tests import pupils
from tests.browsing import text
from tests.documents import scans
from xueji.audit.models import Access, FormKey
from xueji.cases import services
from xueji.cases.models import Paper
from xueji.documents import services as documents
from xueji.documents.models import Document
from xueji.documents.services import BadFile


def sent(paper: Paper, **changes: object) -> dict[str, object]:
    scan = SimpleUploadedFile("scan.jpg", scans.jpeg(), content_type="image/jpeg")
    return {"paper": str(paper.pk), "file": scan, "form_key": str(uuid4()), **changes}


@pytest.fixture
def paper(world) -> Paper:
    return pupils.submitted(world).papers.earliest("pk")


def upload(client, paper: Paper, data: dict[str, object]):
    return client.post(reverse("paper_upload", args=[paper.case.number]), data, follow=True)


def test_a_second_click_finds_the_first_answer(client_of, paper):
    client, key = client_of("clerk"), str(uuid4())
    answers = [upload(client, paper, sent(paper, form_key=key)) for _ in range(2)]
    assert [answer.redirect_chain for answer in answers] == 2 * [
        [(f"/cases/{paper.case.number}/", 302)]
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert ["已上传" in text(answer) for answer in answers] == [True, False]
    assert (Document.objects.count(), FormKey.objects.count()) == (1, 1)


def test_another_file_under_the_same_key_is_not_taken_for_the_first(client_of, paper):
    client, key = client_of("clerk"), str(uuid4())
    upload(client, paper, sent(paper, form_key=key))
    other = SimpleUploadedFile("scan.jpg", scans.jpeg(width=41), content_type="image/jpeg")
    answer = upload(client, paper, sent(paper, form_key=key, file=other))
    assert (answer.status_code, "这张表已经提交过" in text(answer)) == (200, True)
    assert Document.objects.count() == 1


def test_a_paper_that_has_its_scan_takes_no_other(client_of, paper):
    client = client_of("clerk")
    upload(client, paper, sent(paper))
    answer = upload(client, paper, sent(paper))
    assert (answer.status_code, "这份材料已经有扫描件了" in text(answer)) == (200, True)
    assert Document.objects.count() == 1


def remove(client, paper: Paper):
    address = reverse("paper_remove", args=[paper.case.number, paper.pk])
    return client.post(address, {"form_key": str(uuid4())}, follow=True)


def let_go() -> list[tuple[str, str, str, list[int]]]:
    """What the access log says of scans that were taken away."""
    rows = Access.objects.filter(reason__contains="扫描件").order_by("pk")
    return list(rows.values_list("filter", "field", "reason", "students"))


def test_a_wrong_scan_is_taken_off_and_its_file_goes_with_the_next_expiry(client_of, paper):
    client = client_of("clerk")
    upload(client, paper, sent(paper))
    assert "更换" in text(client.get(reverse("case", args=[paper.case.number])))
    today = localdate()

    answer = remove(client, paper)

    paper.refresh_from_db()
    assert ("已移除户口簿的扫描件" in text(answer), paper.document) == (True, None)
    document = Document.objects.get()
    assert (document.expires_on, document.removed_at) == (today, None)
    documents.expire(today=today + timedelta(days=1))
    document.refresh_from_db()
    assert document.removed_at is not None
    assert let_go() == [(paper.case.number, paper.kind, "移除扫描件", [])]


def test_a_wrong_scan_is_exchanged_for_another(client_of, paper):
    client = client_of("clerk")
    upload(client, paper, sent(paper))
    first = Document.objects.get()
    other = SimpleUploadedFile("right.jpg", scans.jpeg(width=41), content_type="image/jpeg")

    answer = upload(client, paper, sent(paper, file=other, replaces="1"))

    paper.refresh_from_db()
    first.refresh_from_db()
    assert ("已更换户口簿" in text(answer), paper.document.name) == (True, "right.jpg")
    assert first.expires_on == localdate()
    assert let_go() == [(paper.case.number, paper.kind, "更换扫描件", [])]


def test_a_scan_that_somebody_signed_on_stays_until_the_case_comes_back(world, client_of, paper):
    client, case = client_of("clerk"), paper.case
    upload(client, paper, sent(paper))
    pupils.sign(world, case, "principal")

    page = text(client.get(reverse("case", args=[case.number])))
    answers = [remove(client, paper), upload(client, paper, sent(paper, replaces="1"))]

    assert "<summary>更换" not in page
    assert ["不能再更换或移除" in text(answer) for answer in answers] == [True, True]
    assert (Document.objects.count(), let_go()) == (1, [])
    pupils.sign(world, case, "centre", decision="returned")
    assert "已移除" in text(remove(client, paper))


@pytest.mark.parametrize("person", ["principal", "centre", "county", "clerk1b", "auditor"])
def test_whoever_did_not_make_the_case_takes_nothing_off_it(client_of, paper, person):
    upload(client_of("clerk"), paper, sent(paper))
    answer = remove(client_of(person), paper)
    paper.refresh_from_db()
    assert (answer.status_code, paper.document_id is None) == (404, False)


def test_what_is_no_scan_is_refused_and_the_key_stays_free(client_of, paper):
    client, key = client_of("clerk"), str(uuid4())
    wrong = SimpleUploadedFile("scan.jpg", b"MZ", content_type="image/jpeg")
    answer = upload(client, paper, sent(paper, form_key=key, file=wrong))
    assert (answer.status_code, "没有上传" in text(answer)) == (200, True)
    assert (Document.objects.count(), FormKey.objects.count()) == (0, 0)


class Endless(BytesIO):
    """A file that remembers how much of it was asked for."""

    def __init__(self) -> None:
        super().__init__(bytes(1000))
        self.asked: list[int | None] = []

    def read(self, size: int | None = -1) -> bytes:
        self.asked.append(size)
        return super().read(size)


def test_a_file_of_any_size_is_read_only_as_far_as_it_may_be_long(world, paper, settings):
    settings.DOCUMENT_MAX_BYTES, data = 100, Endless()
    with pytest.raises(BadFile):
        services.attach(
            case_id=paper.case_id,
            paper_id=paper.pk,
            name="scan.jpg",
            data=data,
            acting=world.acting("clerk"),
        )
    assert data.asked == [101]


@pytest.mark.parametrize("person", ["principal", "centre", "county", "clerk1b", "auditor"])
def test_whoever_did_not_make_the_case_hangs_nothing_on_it(client_of, paper, person):
    answer = upload(client_of(person), paper, sent(paper))
    assert (answer.status_code, Document.objects.count()) == (404, 0)
