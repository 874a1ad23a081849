"""One file's content: plain blake3, git's id of the very same bytes, and nothing that is not a file."""

from __future__ import annotations

import hashlib
import os
import socket
from pathlib import Path

import pytest
from blake3 import blake3

from gofigure.digest.content import (
    NotAFileError,
    digest_bytes,
    digest_if_blob,
    digest_path,
    git_object_id,
    read_regular,
)


@pytest.mark.parametrize("size", [0, 1, 1023, 1024, 1025, 65536, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 << 20])
def test_digest_is_plain_blake3_at_every_size(size: int, tmp_path: Path) -> None:
    data = b"\x01" * size
    file = tmp_path / "f"
    file.write_bytes(data)
    assert digest_bytes(data) == blake3(data).digest()
    assert digest_path(bytes(file), link=False) == (blake3(data).digest(), size, False)


def test_known_digest() -> None:
    """The published test vector of no bytes, so that `b3sum` agrees."""
    assert digest_bytes(b"").hex() == "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"


@pytest.mark.parametrize(
    ("data", "sha1"),
    [
        (b"", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"),
        (b"what is up, doc?", "bd9dbf5aae1a3862dd1526723246b20206e5fc37"),
    ],
)
def test_git_object_id(data: bytes, sha1: str) -> None:
    assert git_object_id(b"blob", data, hex_length=40) == sha1
    framed = b"blob %d\0" % len(data) + data
    assert git_object_id(b"blob", data, hex_length=64) == hashlib.sha256(framed).hexdigest()


def test_a_carriage_return_is_noticed_in_files_only(tmp_path: Path) -> None:
    file, link = tmp_path / "f", tmp_path / "l"
    file.write_bytes(b"a\r\nb")
    link.symlink_to("a\rb")
    assert digest_path(bytes(file), link=False).has_cr
    assert not digest_path(bytes(link), link=True).has_cr


def test_a_link_is_its_text(tmp_path: Path) -> None:
    """Trap 12 (wireit follows, Turborepo skips): the target is never opened."""
    (tmp_path / "target").write_bytes(b"content")
    (tmp_path / "link").symlink_to("target")
    assert digest_path(bytes(tmp_path / "link"), link=True).digest == blake3(b"target").digest()
    with pytest.raises(OSError, match="symbolic links"):
        read_regular(bytes(tmp_path / "link"))


def test_a_fifo_does_not_block_and_is_not_read(tmp_path: Path) -> None:
    """nx#35289: hashing a named pipe hung for ever."""
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(NotAFileError):
        read_regular(bytes(tmp_path / "fifo"))
    assert digest_if_blob(bytes(tmp_path / "fifo"), link=False, oid="0" * 40) is None


def test_a_folder_a_device_and_a_socket_are_not_read(tmp_path: Path) -> None:
    for path in (bytes(tmp_path), b"/dev/null"):
        with pytest.raises((NotAFileError, OSError)):
            read_regular(path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        assert digest_if_blob(bytes(tmp_path / "s"), link=False, oid="0" * 40) is None


def test_a_file_that_grows_while_it_is_read_is_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "f"
    file.write_bytes(b"0123456789")
    real = os.read

    def read(fd: int, size: int) -> bytes:
        data = real(fd, min(size, 4))
        if data == b"0123":
            with file.open("ab") as more:
                more.write(b"ABC")
        return data

    monkeypatch.setattr(os, "read", read)
    assert read_regular(bytes(file)) == b"0123456789ABC"


@pytest.mark.parametrize("hex_length", [40, 64])
def test_digest_if_blob_wants_the_very_bytes(tmp_path: Path, hex_length: int) -> None:
    file = tmp_path / "f"
    file.write_bytes(b"one")
    (tmp_path / "l").symlink_to("one")
    oid = git_object_id(b"blob", b"one", hex_length=hex_length)
    assert digest_if_blob(bytes(file), link=False, oid=oid) == blake3(b"one").digest()
    assert digest_if_blob(bytes(tmp_path / "l"), link=True, oid=oid) == blake3(b"one").digest()
    file.write_bytes(b"One")
    assert digest_if_blob(bytes(file), link=False, oid=oid) is None
    assert digest_if_blob(bytes(tmp_path / "absent"), link=False, oid=oid) is None
    assert digest_if_blob(bytes(tmp_path / "l"), link=False, oid=oid) is None  # a link where a file is said to be
    assert digest_if_blob(bytes(file), link=True, oid=oid) is None  # a file where a link is said to be


def test_a_big_file_is_digested_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gofigure.digest.content._BIG", 10)
    file = tmp_path / "big"
    file.write_bytes(b"0123456789\r" * 1000)
    whole = file.read_bytes()
    assert digest_path(bytes(file), link=False) == (blake3(whole).digest(), len(whole), True)
    oid = git_object_id(b"blob", whole, hex_length=40)
    assert digest_if_blob(bytes(file), link=False, oid=oid) == blake3(whole).digest()
    assert digest_if_blob(bytes(file), link=False, oid="0" * 40) is None
