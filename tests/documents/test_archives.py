"""A ZIP is judged by its directory before anything of it is unpacked."""

import io
import tracemalloc
import zipfile

import pytest

from tests.documents import archives
from xueji.documents.archives import Archive
from xueji.documents.refusals import BadFile

GOOD = {"一班/王小明 130283201809100015.jpg": b"1", "02262401700001.PNG": b"2"}


def refused(data):
    with pytest.raises(BadFile) as caught:
        Archive(io.BytesIO(data))
    return str(caught.value)


def test_files_are_found_in_folders_and_what_systems_leave_behind_is_passed_over():
    left = {"__MACOSX/._1.jpg": b"", "一班/Thumbs.db": b"", ".DS_Store": b""}
    archive = Archive(io.BytesIO(archives.packed(GOOD | left)))

    assert [(member.stem, archive.read(member)) for member in archive.members] == [
        ("王小明 130283201809100015", b"1"),
        ("02262401700001", b"2"),
    ]


def test_a_name_of_chinese_windows_is_read_as_it_was_written():
    name = "王小明.jpg".encode("gbk")
    data = archives.packed({"x" * len(name): b"1"}).replace(b"x" * len(name), name)

    assert [member.name for member in Archive(io.BytesIO(data)).members] == ["王小明.jpg"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        pytest.param(b"", "文件是空的", id="empty"),
        pytest.param(b"Rar!\x1a\x07\x00" + bytes(40), "不是 ZIP", id="rar"),
        pytest.param(archives.packed(GOOD)[:-30], "不是 ZIP", id="cut short"),
        pytest.param(b"PK\x03\x04" + bytes(60) + b"PK\x05\x06" + bytes(4) + b"\1\0\1\0\xff\0\0\0"
                     + bytes(6), "打不开", id="a directory that is not there"),
        pytest.param(archives.packed({"../../etc/passwd.jpg": b"1"}), "指向别处", id="parents"),
        pytest.param(archives.packed({"/etc/passwd.jpg": b"1"}), "指向别处", id="absolute"),
        pytest.param(archives.packed({"C:\\一.jpg": b"1"}), "指向别处", id="drive"),
        pytest.param(archives.packed({"二班.zip": b"1"}), "还有压缩包", id="nested"),
        pytest.param(archives.linked(), "快捷方式或链接", id="link"),
        pytest.param(archives.sealed(), "设了密码", id="encrypted"),
        pytest.param(archives.many(3001), "超过 3000 个", id="too many"),
        pytest.param(archives.packed(GOOD, kind=zipfile.ZIP_LZMA), "打不开", id="rare packing"),
        pytest.param(archives.packed({"一/../../二.jpg": b"1"}), "指向别处", id="parents within"),
    ],
)  # fmt: skip
def test_what_is_no_parcel_of_pictures_is_refused_in_words(data, says):
    assert says in refused(data)


def test_a_bomb_is_refused_by_what_it_claims_and_costs_no_memory():
    data = archives.bomb()
    tracemalloc.start()
    assert "解开后超过 256 MB" in refused(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000


def test_ten_thousand_files_are_counted_not_opened():
    assert "超过 3000 个" in refused(archives.many(10_000))


def test_a_file_damaged_inside_is_told_when_it_is_read():
    data = bytearray(archives.packed({"一.jpg": b"photograph"}, kind=zipfile.ZIP_STORED))
    data[data.index(b"photograph")] ^= 0xFF
    archive = Archive(io.BytesIO(bytes(data)))

    with pytest.raises(BadFile, match="不完整"):
        archive.read(archive.members[0])
