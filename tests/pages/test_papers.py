"""A scan is hung on its paper once, however often the form is sent, and never read whole first."""

from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests import pupils
from tests.documents import scans
from tests.pages.test_cases import text
from xueji.audit.models import FormKey
from xueji.cases import services
from xueji.cases.models import Paper
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
