import base64
import json
import stat
import threading

import pytest
from django.test import override_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from xueji.identity import crypto, keyring
from xueji.identity.crypto import (
    CannotDecrypt,
    KeyringUnusable,
    add_key,
    blind_index,
    check_keyring,
    create_keyring,
    decrypt,
    decrypt_bytes,
    encrypt,
    encrypt_bytes,
    is_current,
)

NUMBER = "11010519491231002X"


@pytest.fixture
def path(tmp_path):
    """A fresh ring in use."""
    path = tmp_path / "state" / "keyring.json"
    create_keyring(path)
    with override_settings(XUEJI_KEYRING=path):
        yield path


@pytest.mark.usefixtures("ring")
class TestSealing:
    @given(st.text(), st.text(max_size=40))
    @settings(deadline=None)
    def test_what_was_sealed_opens_for_its_purpose(self, text, purpose):
        assert decrypt(purpose, encrypt(purpose, text)) == text

    @given(st.binary())
    @settings(deadline=None)
    def test_a_file_opens_as_it_was(self, data):
        assert decrypt_bytes("documents.file", encrypt_bytes("documents.file", data)) == data

    @given(st.text(), st.integers(0), st.integers(1, 255))
    @settings(deadline=None)
    def test_one_changed_byte_is_found(self, text, place, change):
        blob = bytearray(encrypt("student.id_number", text))
        blob[place % len(blob)] ^= change

        with pytest.raises(CannotDecrypt):
            decrypt("student.id_number", bytes(blob))

    @given(st.binary(max_size=40))
    @settings(deadline=None)
    def test_no_bytes_break_the_opening(self, blob):
        with pytest.raises(CannotDecrypt):
            decrypt("student.id_number", blob)

    def test_another_purpose_does_not_open_it(self):
        blob = encrypt("student.id_number", NUMBER)

        with pytest.raises(CannotDecrypt):
            decrypt("member.id_number", blob)

    def test_a_cut_value_does_not_open(self):
        blob = encrypt("student.id_number", NUMBER)

        for length in range(len(blob)):
            with pytest.raises(CannotDecrypt):
                decrypt("student.id_number", blob[:length])

    def test_the_same_text_never_looks_the_same(self):
        blobs = {encrypt("student.id_number", NUMBER) for _ in range(100)}

        assert len(blobs) == 100
        assert {len(blob) for blob in blobs} == {1 + 12 + 18 + 16}

    def test_the_driver_may_hand_over_a_memoryview(self):
        blob = memoryview(encrypt("student.id_number", NUMBER))

        assert decrypt("student.id_number", blob) == NUMBER
        assert is_current(blob)

    def test_a_blind_index_depends_on_purpose_and_normalised_text(self):
        index = blind_index("student.id_number", NUMBER)

        assert len(index) == 32
        assert blind_index("student.id_number", " 110105 19491231 002ｘ") == index
        assert blind_index("student.id_number", "11010519491231001X") != index
        assert blind_index("member.id_number", NUMBER) != index
        assert blind_index("child.1", "2") != blind_index("child.", "12")

    @given(st.text(st.characters(exclude_categories=())))
    @settings(deadline=None)
    def test_no_input_breaks_the_blind_index(self, text):
        assert len(blind_index("student.phone", text)) == 32


def test_a_ring_is_made_once_and_for_its_owner_only(tmp_path):
    path = tmp_path / "new" / "keyring.json"

    assert create_keyring(path) is True
    before = path.read_bytes()
    assert create_keyring(path) is False

    assert path.read_bytes() == before
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [file.name for file in path.parent.iterdir()] == ["keyring.json"]


def test_of_many_that_start_at_once_one_makes_the_ring(tmp_path):
    path = tmp_path / "keyring.json"
    barrier = threading.Barrier(8)
    made, seen = [], []

    def start():
        barrier.wait()
        made.append(create_keyring(path))
        seen.append(path.read_bytes())

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(made) == [False] * 7 + [True]
    assert len(set(seen)) == 1


def test_two_rings_share_no_key(tmp_path):
    rings = []
    for name in ("a.json", "b.json"):
        create_keyring(tmp_path / name)
        rings.append(json.loads((tmp_path / name).read_text()))

    keys = {key for ring in rings for key in (*ring["keys"].values(), ring["index"])}
    assert len(keys) == 4
    assert {len(base64.b64decode(key)) for key in keys} == {32}


def test_after_rotation_old_values_open_and_new_ones_have_the_new_key(path):
    old, index = encrypt("student.id_number", NUMBER), blind_index("student.id_number", NUMBER)

    assert add_key(path) == 2
    check_keyring(("student.id_number", old))
    new = encrypt("student.id_number", NUMBER)

    assert (old[0], new[0]) == (1, 2)
    assert (is_current(old), is_current(new)) == (False, True)
    assert decrypt("student.id_number", old) == decrypt("student.id_number", new) == NUMBER
    assert blind_index("student.id_number", NUMBER) == index
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_running_process_opens_what_another_sealed_with_a_newer_key(path):
    encrypt("student.id_number", NUMBER)  # this process has read the ring
    stale = keyring.load(path)
    add_key(path)
    keyring.load.cache_clear()
    new = encrypt("student.id_number", NUMBER)
    keyring.load.cache_clear()
    path_now = path.read_bytes()
    document = json.loads(path_now)
    document["keys"].pop("2")
    document["current"] = 1
    path.write_text(json.dumps(document))
    assert keyring.load(path).current == stale.current
    path.write_bytes(path_now)

    assert decrypt("student.id_number", new) == NUMBER


def test_the_ring_of_another_site_does_not_open_it(path, tmp_path):
    blob = encrypt("student.id_number", NUMBER)
    index = blind_index("student.id_number", NUMBER)
    create_keyring(tmp_path / "other.json")

    with override_settings(XUEJI_KEYRING=tmp_path / "other.json"):
        assert blind_index("student.id_number", NUMBER) != index
        with pytest.raises(CannotDecrypt):
            check_keyring(("student.id_number", blob))


def test_a_missing_ring_is_never_replaced(tmp_path):
    path = tmp_path / "keyring.json"

    with override_settings(XUEJI_KEYRING=path):
        for act in (check_keyring, lambda: encrypt("student.id_number", NUMBER)):
            with pytest.raises(KeyringUnusable, match="找不到密钥文件"):
                act()

    assert not path.exists()


def test_what_cannot_be_read_is_named(tmp_path):
    with (
        override_settings(XUEJI_KEYRING=tmp_path),
        pytest.raises(KeyringUnusable, match="读不了密钥文件"),
    ):
        check_keyring()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_ring_that_others_can_read_is_refused(path, mode):
    path.chmod(mode)

    with pytest.raises(KeyringUnusable, match="chmod 600"):
        check_keyring()


@pytest.mark.parametrize(
    "damage",
    [
        lambda ring: "",
        lambda ring: "密",
        lambda ring: "[]",
        lambda ring: json.dumps(ring)[:-9],
        lambda ring: json.dumps({**ring, "version": 2}),
        lambda ring: json.dumps({**ring, "current": 2}),
        lambda ring: json.dumps({**ring, "keys": {}}),
        lambda ring: json.dumps({**ring, "keys": {"0": ring["index"], "1": ring["index"]}}),
        lambda ring: json.dumps({**ring, "keys": {"1": ring["index"], "256": ring["index"]}}),
        lambda ring: json.dumps({**ring, "index": "c2hvcnQ="}),
        lambda ring: json.dumps({**ring, "index": None}),
    ],
)
def test_a_damaged_ring_is_refused_without_a_word_of_its_keys(path, damage):
    ring = json.loads(path.read_text())
    path.write_text(damage(ring))

    with pytest.raises(KeyringUnusable) as caught:
        check_keyring()

    assert str(caught.value) == "密钥文件的内容已损坏，请从备份恢复。"
    assert (caught.value.__cause__, caught.value.__suppress_context__) in (
        (None, False),
        (None, True),
    )
    context = caught.value.__context__
    assert ring["index"] not in repr(getattr(context, "doc", context))


def test_no_key_stands_in_a_repr(path):
    ring = json.loads(path.read_text())

    assert ring["index"] not in repr(keyring.load(path))
    assert ring["keys"]["1"] not in repr(keyring.load(path))
    assert repr(keyring.load(path)) == "Keyring(current=1)"


def test_the_number_of_keys_has_an_end(path):
    ring = json.loads(path.read_text())
    ring["keys"]["255"] = ring["keys"]["1"]
    path.write_text(json.dumps(ring))

    with pytest.raises(KeyringUnusable, match="255"):
        add_key(path)


def test_a_sound_ring_passes_with_and_without_a_sample(path):
    check_keyring()
    check_keyring(("student.id_number", crypto.encrypt("student.id_number", NUMBER)))
