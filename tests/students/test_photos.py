"""The photograph: given by the pupil's own school, replaced with history, the old file let go."""

import io
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from tests import pupils
from tests.documents import portraits, scans
from tests.world import NOON
from xueji.documents import services as documents
from xueji.documents.models import Document
from xueji.documents.refusals import BadFile, FileGone
from xueji.rules.engine import rule_set
from xueji.students import photos, services
from xueji.students.models import Photo

pytestmark = pytest.mark.usefixtures("files")
LATER = NOON + timedelta(days=9)


@pytest.fixture
def student(world):
    return pupils.enrolled(world, name="单雄信")


def give(world, student, who: str = "clerk", *, at=NOON, data: bytes = b"") -> Photo:
    (locked,) = services.lock([student.pk]).values()
    sent = io.BytesIO(data or portraits.jpeg())
    return photos.replace(student=locked, data=sent, acting=world.acting(who, at=at))


def test_what_is_kept_has_the_size_of_the_rule_set(world, student):
    photo = give(world, student)
    wanted = rule_set("qianan").at(NOON.date()).value("register.photo")
    kept = portraits.read(documents.open_bytes(photo.document))
    assert kept.size == (wanted["width"], wanted["height"]) == (358, 441)
    assert photo.document.size <= wanted["most_kilobytes"] * 1024
    assert (photo.document.content_type, photo.document.name) == ("image/jpeg", "单雄信照片.jpg")


def test_another_photograph_leaves_who_and_when_and_lets_the_old_file_go(world, student):
    first = give(world, student).document
    second = give(world, student, at=LATER).document
    told = Photo.history.filter(student=student.pk).order_by("history_id")
    assert [
        (row.document_id, row.history_post.user.username, row.history_date) for row in told
    ] == [(first.pk, "clerk", NOON), (second.pk, "clerk", LATER)]
    documents.expire(today=LATER.date() + timedelta(days=1))
    first.refresh_from_db()
    assert documents.open_bytes(second)
    with pytest.raises(FileGone):
        documents.open_bytes(first)


@pytest.mark.parametrize("who", ["clerk1b", "clerk2", "principal", "centre", "county", "auditor"])
def test_only_the_clerk_of_the_pupils_school_gives_one(world, student, who):
    with pytest.raises(PermissionDenied):
        give(world, student, who)
    assert (Photo.objects.count(), Document.objects.count()) == (0, 0)


def test_what_is_no_photograph_leaves_the_old_one(world, student):
    first = give(world, student)
    with pytest.raises(BadFile):
        give(world, student, at=LATER, data=scans.SVG)
    kept = Photo.objects.get(student=student)
    assert (kept.document_id, kept.document.expires_on) == (first.document_id, None)
