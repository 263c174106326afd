"""Private files: sealed, whole or absent, under honest names, gone when their time is over."""

import errno
import hashlib
import os
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.utils.timezone import now

from tests.documents.scans import jpeg, pdf, png
from xueji.documents import names, refusals, services, storage
from xueji.documents.models import Document
from xueji.documents.tasks import ORPHANS
from xueji.identity.crypto import CannotDecrypt
from xueji.jobs import services as jobs
from xueji.jobs.models import JobState

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)


def stored(files):
    """Every file in the store, by its path inside."""
    return sorted(str(path.relative_to(files)) for path in files.glob("**/*") if path.is_file())


def aged(path):
    """Let a file be two days old."""
    old = now().timestamp() - 2 * 86400
    os.utime(path, (old, old))


def test_a_file_is_kept_with_what_the_page_tells_of_it(clerk, files):
    document = services.store(
        name="户口本.JPG", data=jpeg(), acting=clerk, expires_on=date(2027, 8, 31)
    )

    stored_row = Document.objects.get()
    assert stored_row == document
    assert (
        stored_row.name,
        stored_row.content_type,
        stored_row.size,
        stored_row.digest,
        stored_row.uploaded_by,
        stored_row.uploaded_at,
        stored_row.expires_on,
        stored_row.removed_at,
    ) == (
        "户口本.jpg",
        "image/jpeg",
        len(jpeg()),
        hashlib.sha256(jpeg()).hexdigest(),
        clerk.post,
        clerk.at,
        date(2027, 8, 31),
        None,
    )
    assert services.open_bytes(stored_row) == jpeg()


def test_a_file_lies_sealed_under_its_random_key_for_us_alone(clerk, files):
    document = services.store(name="户口本.pdf", data=pdf(), acting=clerk)

    path = files / str(document.key)[:2] / str(document.key)
    assert stored(files) == [str(path.relative_to(files))]
    assert (b"%PDF" in path.read_bytes(), b"Catalog" in path.read_bytes()) == (False, False)
    assert [oct(os.stat(each).st_mode & 0o777) for each in (files, path.parent, path)] == [
        "0o700",
        "0o700",
        "0o600",
    ]


def test_a_file_put_in_the_place_of_another_does_not_open(clerk, files):
    one, other = (services.store(name="a", data=jpeg(), acting=clerk) for _ in range(2))
    paths = [files / str(each.key)[:2] / str(each.key) for each in (one, other)]
    paths[1].write_bytes(paths[0].read_bytes())

    with pytest.raises(CannotDecrypt):
        services.open_bytes(other)


def test_a_full_disk_is_told_and_leaves_nothing(clerk, files, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(storage.os, "fsync", full)

    with pytest.raises(services.BadFile, match=refusals.NO_SPACE):
        services.store(name="a", data=jpeg(), acting=clerk)

    assert (Document.objects.count(), stored(files)) == (0, [])


def test_the_limit_is_a_setting(clerk, files, settings):
    settings.DOCUMENT_MAX_BYTES = len(jpeg())
    services.store(name="a", data=jpeg(), acting=clerk)
    settings.DOCUMENT_MAX_BYTES = len(jpeg()) - 1

    with pytest.raises(services.BadFile):
        services.store(name="a", data=jpeg(), acting=clerk)


def test_our_own_workbook_is_kept_as_it_is(clerk, files):
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    document = services.keep(
        name="花名册", content_type=sheet, data=b"PK", post=clerk.post, at=clerk.at
    )

    assert (document.name, services.open_bytes(document)) == ("花名册.xlsx", b"PK")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("户口本.jpg", "户口本.jpg"),
        ("户口本.JPEG", "户口本.jpg"),
        ("C:\\Users\\王\\桌面\\户口本.jpg", "户口本.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("照片.html", "照片.html.jpg"),
        ("照片\u202egpj.exe", "照片gpj.exe.jpg"),
        ('a\r\nSet-Cookie: x="1".jpg', "aSet-Cookie_ x=_1_.jpg"),
        ("  . 材  料 . ", "材 料.jpg"),
        (".jpg", "材料.jpg"),
        ("", "材料.jpg"),
        ("\0\x1f", "材料.jpg"),
        ("长" * 300 + ".jpg", "长" * 116 + ".jpg"),
    ],
)
def test_a_name_is_cleaned_and_tells_the_truth(given, kept):
    assert names.clean(given, "image/jpeg") == kept


def test_an_answer_with_a_file_is_saved_and_never_run_or_cached(clerk, files):
    document = services.store(name="户口 本'.png", data=png(), acting=clerk)

    assert services.headers(document) == {
        "Content-Type": "image/png",
        "Content-Disposition": "attachment; filename*=UTF-8''%E6%88%B7%E5%8F%A3%20%E6%9C%AC%27.png",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_upload_leaves_a_file_that_the_daily_job_removes(clerk, files):
    kept = services.store(name="a", data=jpeg(), acting=clerk)
    with transaction.atomic():
        services.store(name="b", data=jpeg(), acting=clerk)
        transaction.set_rollback(True)
    (files / "ab").mkdir(exist_ok=True)
    (files / "ab" / "draft-x1y2").write_bytes(b"half")
    for path in files.glob("??/*"):
        aged(path)
    fresh = uuid4()
    storage.write(fresh, b"on its way")

    services.expire(today=TODAY)

    assert stored(files) == sorted(f"{str(key)[:2]}/{key}" for key in (kept.key, fresh))


@pytest.mark.parametrize(
    ("expires_on", "gone"),
    [(None, False), (TODAY, False), (TODAY - timedelta(days=1), True)],
)
def test_a_file_goes_the_day_after_its_last(expires_on, gone, clerk, files):
    document = services.store(name="a", data=jpeg(), acting=clerk, expires_on=expires_on)

    services.expire(today=TODAY)

    document.refresh_from_db()
    assert (document.removed_at is not None, stored(files) == []) == (gone, gone)


def test_an_expired_file_is_told_to_be_gone(clerk, files):
    document = services.store(name="a", data=jpeg(), acting=clerk, expires_on=TODAY)
    services.expire(today=TODAY + timedelta(days=1))
    document.refresh_from_db()

    with pytest.raises(services.FileGone, match="文件已过保留期限，于 20"):
        services.open_bytes(document)


@pytest.mark.django_db(transaction=True)
def test_the_daily_job_empties_no_folder_of_another_database(clerk, files):
    services.store(name="a", data=jpeg(), acting=clerk)
    for number in range(services.MOST_ORPHANS + 1):
        storage.write(UUID(int=number), b"of a newer database")
    for path in files.glob("??/*"):
        aged(path)
    job = jobs.enqueue(kind="document_expiry", key="document_expiry:test", parameters={})

    jobs.run_job(job.pk)

    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.FAILED, ORPHANS)
    assert len(stored(files)) == services.MOST_ORPHANS + 2


def written(*parts):
    """What services.write made of these parts."""

    def produce(out):
        for part in parts:
            out.write(part)

    return services.write(produce)


def test_a_long_file_is_sealed_piece_by_piece_and_read_back_equal(clerk, files, monkeypatch):
    monkeypatch.setattr(storage.Sealing, "PIECE", 10)
    kept = written(b"0123456789", b"", b"abcdefghij" * 3, b"x")
    document = services.keep_written(
        kept, name="名册", content_type="text/csv", post=clerk.post, at=clerk.at
    )
    whole = b"0123456789" + b"abcdefghij" * 3 + b"x"
    assert (document.name, document.size) == ("名册.csv", len(whole))
    assert document.digest == hashlib.sha256(whole).hexdigest()
    assert [len(piece) for piece in services.open_pieces(document)] == [10, 10, 10, 10, 1]
    assert services.open_bytes(document) == whole
    assert whole[:10] not in storage._path(document.key).read_bytes()


@pytest.mark.parametrize("parts", [[], [b"0123456789"], [b"0123456789a"]])
def test_a_long_file_may_be_short(files, monkeypatch, parts):
    monkeypatch.setattr(storage.Sealing, "PIECE", 10)
    assert storage.read(written(*parts).key) == b"".join(parts)


def test_a_long_file_without_its_last_piece_does_not_open(files, monkeypatch):
    monkeypatch.setattr(storage.Sealing, "PIECE", 10)
    path = storage._path(key := written(b"0123456789", b"abc").key)
    path.write_bytes(path.read_bytes()[: -(4 + 1 + 12 + 3 + 16)])
    with pytest.raises(CannotDecrypt):
        storage.read(key)


def test_a_long_file_that_fails_half_way_leaves_nothing(files):
    def produce(out):
        out.write(b"half")
        raise LookupError

    with pytest.raises(LookupError):
        services.write(produce)
    assert stored(files) == []
