"""Hostile files through every page that takes one: refused, or kept so that they harm nobody."""

import ast
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import resolve, reverse
from django.utils.timezone import localdate

from tests import pupils
from tests.browsing import text
from tests.conduct import entries
from tests.documents import portraits, scans
from tests.documents.scans import chunk, jpeg, pdf, png, segment
from tests.permissions.sweep import undone
from xueji.conduct.models import Conduct
from xueji.documents import storage
from xueji.documents.models import Document
from xueji.dossiers.models import DossierPaper
from xueji.establishment.models import Order

pytestmark = pytest.mark.usefixtures("files")

ROOT = Path(__file__).parents[2]
TAKEN = {"image/jpeg", "image/png", "application/pdf"}
NEIGHBOURS = ("clerk1b", "clerk2", "urban", "clerk9", "county9", "auditor")


@dataclass(frozen=True)
class Upload:
    """A form that takes a file: where it is sent, what goes with it, where the file is read."""

    page: str
    prepare: Callable  # world → (address, fields, name of the file's field)
    address: Callable[[], str]  # of what was kept
    who: str = "clerk"


def student(world):
    return pupils.enrolled(world, name="单雄信")


def photo(world):
    return reverse("student_photo_new", args=[student(world).pk]), {}, "file"


def filed(world):
    address = reverse("student_paper_new", args=[student(world).pk])
    return address, {"kind": "vaccination"}, "file"


def reward(world):
    typed = {"what": "reward:三好学生", "level": "县级", "unit": "教育局", "given_on": "2026-09-01"}
    return reverse("student_conduct_new", args=[student(world).pk]), typed, "file"


def revocation(world):
    pupil = student(world)
    row = entries.record(world, pupil, entries.sanction())
    address = reverse("student_conduct_revoke", args=[pupil.pk, row.pk])
    return address, {f"r{row.pk}-on": "2026-09-02"}, f"r{row.pk}-file"


def of_case(world):
    case = pupils.submitted(world)
    paper = case.papers.get(kind="household_book")
    return reverse("paper_upload", args=[case.number]), {"paper": paper.pk}, "file"


def of_order(world):
    """The end of a school without pupils, a year from now."""
    today = localdate()
    typed = {"kind": "close", "school": "迁安初级中学", "number": "迁教〔2026〕99 号"}
    typed |= {"decided_on": "2026-08-20", "effective_on": today.replace(today.year + 1, day=1)}
    return reverse("order_new"), typed, "file"


def _photo() -> str:
    return reverse("student_photo", args=[Document.objects.get().photo.student_id])


def _filed() -> str:
    row = DossierPaper.objects.get()
    return reverse("student_paper", args=[row.student_id, row.pk])


def _proof(which: str) -> Callable[[], str]:
    def address() -> str:
        row = Conduct.objects.get()
        return reverse("student_conduct_paper", args=[row.student_id, row.pk, which])

    return address


def _of_case() -> str:
    paper = Document.objects.get().papers.get()
    return reverse("paper", args=[paper.case.number, paper.pk])


def _of_order() -> str:
    return reverse("order_paper", args=[Order.objects.get().pk])


UPLOADS = {
    "photo": Upload("student_photo_new", photo, _photo),
    "file": Upload("student_paper_new", filed, _filed),
    "proof": Upload("student_conduct_new", reward, _proof("proof")),
    "revocation": Upload("student_conduct_revoke", revocation, _proof("revocation")),
    "case": Upload("paper_upload", of_case, _of_case),
    "order": Upload("order_new", of_order, _of_order, who="county"),
}
every_upload = pytest.mark.parametrize("upload", UPLOADS.values(), ids=UPLOADS)

HOSTILE = {
    "svg with script": scans.SVG,
    "html named jpg": scans.HTML,
    "html in UTF-16": scans.HTML.decode().encode("utf-16"),
    "gif that is a script": b"GIF89a/*" + bytes(8) + b"*/=1;alert(1)//",
    "jpeg with a page behind it": jpeg(after=scans.HTML),
    "jpeg with a page in its EXIF": jpeg(segment(0xE1, b"Exif\0\0" + scans.SVG)),
    "jpeg that is a zip": jpeg(after=scans.XLSM),
    "pdf that is a zip": pdf(after=scans.XLSM),
    "pdf with script": pdf(b"<< /S /JavaScript /JS (app.alert(1)) >>"),
    "png with a page in its text": png(chunk(b"tEXt", b"Comment\0" + scans.HTML)),
    "jpeg of 20,000 pixels": jpeg(width=20_000, height=20_000),
    "png of 20,000 pixels": png(width=20_000, height=20_000),
    "jpeg cut short": jpeg()[:-9],
    "png cut short": png()[:-5],
    "pdf cut short": pdf()[:-20],
    "program": b"MZ\x90\0" + bytes(600),
    "nothing": b"",
}
NAMES = {
    "path": ("../../../etc/cron.d/扫描件.jpg", "扫描件"),
    "windows path": ("..\\..\\启动\\扫描件.jpg", "扫描件"),
    "written from right to left": ("扫描件\u202egpj.exe", "扫描件gpj.exe"),
    "page": ("扫描件<script>alert(1)</script>.html", "script_.html"),
    "quote": ('扫描件\\".html', "扫描件_.html"),
    "dots": ("...", "材料"),
}


def send(client: Client, prepared, data: bytes, name: str = "扫描件.jpg"):
    """Post the form as it is, byte by byte: Django's own client would tidy the name."""
    address, fields, field = prepared
    edge = b"--edge\r\nContent-Disposition: form-data; name="
    body = b"".join(
        b'%s"%s"\r\n\r\n%s\r\n' % (edge, key.encode(), str(value).encode())
        for key, value in {**fields, "form_key": uuid4()}.items()
    )
    body += b'%s"%s"; filename="%s"\r\nContent-Type: image/jpeg\r\n\r\n%s\r\n--edge--\r\n' % (
        edge, field.encode(), name.encode(), data,
    )  # fmt: skip
    kind = "multipart/form-data; boundary=edge"
    return client.post(address, data=body, content_type=kind, follow=True)


def kept(before: set[UUID]) -> list[Document]:
    """What came in since; what a preparation had kept is out of the way."""
    return [row for row in Document.objects.order_by("uploaded_at") if row.key not in before]


def keys() -> set[UUID]:
    return set(Document.objects.values_list("key", flat=True))


def honest(upload: Upload) -> bytes:
    return portraits.from_a_phone() if upload is UPLOADS["photo"] else from_a_phone()


def from_a_phone() -> bytes:
    """A scan with the place where it was taken."""
    return jpeg(scans.exif(), segment(0xFE, scans.PLACE), after=scans.PLACE)


def views_that_take_files() -> set[str]:
    """Every declared view of the product that reads an uploaded file."""
    found = set()
    for path in [*ROOT.glob("*/views/**/*.py"), *ROOT.glob("xueji/pages/views/**/*.py")]:
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and "access.act(" in "".join(
                map(ast.unparse, node.decorator_list)
            ):
                body = ast.unparse(node)
                found |= {f"{path.stem}.{node.name}"} if "request.FILES" in body else set()
    return found


# read row by row and kept as text: tests/excel/test_hostile.py, tests/establishment/test_pages.py,
# tests/pages/test_number_list.py
WORKBOOKS = {"imports.upload", "sheet.many", "foreign.many"}
ARCHIVES = {"photos.upload"}  # tests/documents/test_archives.py, tests/enrollment/test_photos.py


def test_every_page_that_takes_a_file_is_asked(world):
    asked = set()
    for upload in UPLOADS.values():
        arguments = {
            "paper_upload": ["2026-000001"],
            "student_conduct_revoke": [1, 1],
            "order_new": [],
        }
        view = resolve(reverse(upload.page, args=arguments.get(upload.page, [1]))).func
        asked.add(f"{view.__module__.split('.')[-1]}.{view.__name__}")
    assert views_that_take_files() - WORKBOOKS - ARCHIVES == asked


@every_upload
def test_a_hostile_file_is_refused_with_a_sentence_and_leaves_nothing(
    world, client_of, files, upload
):
    prepared, client, before = upload.prepare(world), client_of(upload.who), keys()
    on_disk = sorted(files.glob("**/*"))
    for name, data in HOSTILE.items():
        answer = send(client, prepared, data)
        told = text(answer)
        refused = "没有保存" in told or "没有上传" in told
        assert (name, answer.status_code in (200, 422), refused) == (name, True, True)
        assert (name, kept(before), sorted(files.glob("**/*"))) == (name, [], on_disk)


@every_upload
def test_a_photo_of_a_paper_loses_where_it_was_taken(world, client_of, upload):
    prepared, before = upload.prepare(world), keys()
    send(client_of(upload.who), prepared, honest(upload))
    (document,) = kept(before)
    stored = storage.read(document.key)
    assert (scans.PLACE in stored, b"GPS" in stored, b"Telephone" in stored) == (False,) * 3


@every_upload
def test_a_hostile_name_becomes_a_plain_one(world, client_of, files, upload):
    prepared, client, before = upload.prepare(world), client_of(upload.who), keys()
    by_us = upload is UPLOADS["photo"]  # a photograph is named after the pupil
    for name, left in NAMES.values():
        with undone():
            send(client, prepared, honest(upload), name)
            (document,) = kept(before)
        assert document.name == ("单雄信照片.jpg" if by_us else f"{left}.jpg")
    assert {path.parent.parent for path in files.glob("??/*")} == {files}
    assert {len(path.name) for path in files.glob("??/*")} == {36}


@every_upload
def test_a_kept_file_is_saved_and_never_run(world, client_of, upload):
    send(client_of(upload.who), upload.prepare(world), honest(upload), "a.html")
    answer = client_of("county").get(upload.address())
    assert (answer.status_code, answer["Content-Type"] in TAKEN) == (200, True)
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["Content-Disposition"].endswith(".jpg")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "no-store"


@every_upload
def test_a_kept_file_is_out_of_reach_of_neighbours_and_guesses(world, client_of, upload):
    prepared, before = upload.prepare(world), keys()
    send(client_of(upload.who), prepared, honest(upload))
    (document,) = kept(before)
    address, key = upload.address(), str(document.key)
    neighbours = [client_of(who).get(address).status_code for who in NEIGHBOURS]
    assert neighbours == [404] * len(NEIGHBOURS)
    assert Client().get(address).status_code == 302  # to the login
    static = django_settings.STATIC_URL
    roots = ("/", "/files/", "/documents/", "/media/", static, f"{static}../", f"{address}../")
    guesses = [*(f"{root}{key[:2]}/{key}" for root in roots), *(root + key for root in roots)]
    answered = {client_of("clerk").get(guess).status_code for guess in guesses}
    assert answered == {404}
