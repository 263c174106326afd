"""Photographs as a ZIP: each to the pupil whose number its name holds, and to nobody else."""

import io
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from enrollment.models import PhotoBatch, PhotoBatchState
from enrollment.services import photos
from tests.documents import archives, portraits
from tests.enrollment import workbooks
from tests.numbering import making
from xueji.documents import services as documents
from xueji.students.identity_documents import id_index
from xueji.students.models import Photo, Student

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]

PICTURE = portraits.jpeg(300, 400)
NUMBERS = ("130283201809100015", "130283201809100023", "130283201809100031")


@pytest.fixture
def pupils(world):
    """Three of 清泉小学 with document numbers, the first with a register number; one of another."""
    own = making.entrants(world, ["王一", "王二", "王三"])
    making.issue(world)
    (other,) = making.entrants(world, ["李四"], school="邻泉小学")
    for student, number in zip(own, NUMBERS, strict=True):
        Student.objects.filter(pk=student.pk).update(
            id_type="1", id_number=number, id_index=id_index(number)
        )
    for student in (*own, other):
        student.refresh_from_db()
    return *own, other


def sent(world, files, clerk="clerk"):
    """The batch of an uploaded ZIP, looked through."""
    batch = photos.take(
        name="照片.zip",
        data=io.BytesIO(archives.packed(files)),
        key=uuid4(),
        acting=world.acting(clerk),
    )
    workbooks.run(batch.job)
    batch.refresh_from_db()
    return batch


def test_each_goes_to_its_pupil_and_the_others_are_told_with_a_reason(world, pupils):
    first, second, third, other = pupils
    Student.objects.filter(pk=other.pk).update(number="02262601800001")
    batch = sent(
        world,
        {
            f"一班/王一 {first.number}.jpg": PICTURE,
            f"{NUMBERS[1].lower()}.JPG": PICTURE,
            f"{NUMBERS[2]}.jpg": PICTURE,
            f"{NUMBERS[2]}（2）.png": PICTURE,
            "02262601800001.jpg": PICTURE,
            "王小明.jpg": PICTURE,
            f"{NUMBERS[0]}和{NUMBERS[1]}.jpg": PICTURE,
        },
    )

    assert (batch.state, batch.files, batch.kept) == (PhotoBatchState.DONE, 7, 2)
    assert set(Photo.objects.values_list("student", flat=True)) == {first.pk, second.pk}
    why = {name: reason[:12] for name, reason in batch.summary["left"]}
    assert why == {
        "02**********01.jpg": "本校没有这个号码的学生。",
        "王小明.jpg": "文件名里没有 18 位证",
        "130283********0031.jpg": "同一名学生有 2 张照片",
        "130283********0031（2）.png": "同一名学生有 2 张照片",
        "130283********0015和130283********0023.jpg": "文件名里有几个号码，不知",
    }
    size = portraits.read(documents.open_bytes(first.photo.document)).size
    assert size == (358, 441)


def test_a_second_picture_takes_the_place_of_the_first_and_a_broken_one_does_not(world, pupils):
    before = sent(world, {f"{NUMBERS[0]}.jpg": PICTURE})
    kept = Photo.objects.get().document
    sent(world, {f"{NUMBERS[0]}.jpg": PICTURE[:400]})
    assert Photo.objects.get().document == kept

    sent(world, {f"{NUMBERS[0]}.jpg": PICTURE})

    kept.refresh_from_db()
    assert (Photo.objects.get().document == kept, kept.expires_on) == (
        False,
        before.opened_at.date(),
    )


def test_an_archive_that_cannot_be_opened_changes_nothing_and_says_why(world, pupils):
    batch = sent(world, {"../一.jpg": PICTURE})

    assert (batch.state, Photo.objects.count()) == (PhotoBatchState.REFUSED, 0)
    assert batch.summary["refused"].startswith("压缩包里有指向别处的路径")
    for stranger in ("principal", "county", "centre"):
        with pytest.raises(PermissionDenied):
            sent(world, {}, stranger)


@pytest.mark.parametrize("count", [1, 3])
def test_looking_through_takes_the_same_queries_for_one_and_for_three(world, pupils, count):
    files = {f"{number}.jpg": PICTURE for number in NUMBERS[:count]}
    archive = photos.Archive(io.BytesIO(archives.packed(files)))
    wanted = photos.wanted_at(world.school_of("clerk").pk, world.acting("clerk").today)
    with CaptureQueriesContext(connection) as queries:
        found = photos.look_through(archive, school_id=world.school_of("clerk").pk, wanted=wanted)
    assert (len(found.portraits), len(queries)) == (count, 1)


def test_upload_progress_and_result_on_the_pages(world, clerk, client_of, pupils):
    def posted(file):
        return clerk.post("/enrollment/photos/new/", {"form_key": str(uuid4()), **file})

    assert "还没有选文件" in posted({}).content.decode()
    rar = SimpleUploadedFile("照片.rar", b"Rar!123")
    assert "这不是 ZIP 压缩包" in posted({"file": rar}).content.decode()
    packed = archives.packed({f"{NUMBERS[0]}.jpg": PICTURE, "一.jpg": PICTURE})
    answer = posted({"file": SimpleUploadedFile("照片.zip", packed)})
    batch = PhotoBatch.objects.get()
    where = f"/enrollment/photos/{batch.pk}/"
    assert answer["Location"] == where
    assert 'hx-trigger="every 2s"' in clerk.get(where).content.decode()
    workbooks.run(batch.job)
    shown = clerk.get(where).content.decode()
    assert "文件名里没有 18 位证件号" in shown
    assert client_of("clerk1b").get(where).status_code == 404
    assert "照片.zip" in clerk.get("/enrollment/photos/").content.decode()
