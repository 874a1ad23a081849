"""The log file against its own definition: head + marker + tail of the whole, however it came in."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gofigure.process.log import LogWriter, marker

if TYPE_CHECKING:
    from pathlib import Path

CAP = 41  # odd, so that the halves differ


def expected(whole: bytes, cap: int) -> bytes:
    if len(whole) <= cap:
        return whole
    half = cap // 2
    return whole[:half] + marker(len(whole) - cap) + whole[len(whole) - (cap - half) :]


@given(st.lists(st.binary(max_size=3 * CAP), max_size=12), st.integers(min_value=2, max_value=CAP))
def test_any_chunking_gives_head_marker_tail(chunks: list[bytes], cap: int) -> None:
    whole = b"".join(chunks)
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/log"
        writer = LogWriter(path, cap)
        for chunk in chunks:
            writer.write(chunk)
        assert writer.close() == len(whole)
        assert writer.lost == 0
        assert os.listdir(folder) == (["log"] if whole else [])
        if whole:
            with open(path, "rb") as file:
                assert file.read() == expected(whole, cap)


def test_nothing_written_is_no_file(tmp_path: Path) -> None:
    assert LogWriter(str(tmp_path / "log")).close() == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("umask", [0o000, 0o077, 0o777])
def test_mode_is_0600_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        writer = LogWriter(str(tmp_path / "log"))
        writer.write(b"x")
        writer.close()
    finally:
        os.umask(before)
    assert stat.S_IMODE(os.stat(tmp_path / "log").st_mode) == 0o600


def test_a_link_or_a_file_in_its_place_is_left_alone(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_bytes(b"keep")
    (tmp_path / "link").symlink_to(precious)
    for name in ("link", "precious"):
        writer = LogWriter(str(tmp_path / name))
        writer.write(b"overwritten")
        assert writer.close() == 11
        assert writer.lost == 11
        assert writer.error
    assert precious.read_bytes() == b"keep"


def test_a_full_disk_loses_output_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    room = 10

    def full(fd: int, data: bytes) -> int:
        nonlocal room
        if room == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        room -= (done := real(fd, bytes(data)[:room]))
        return done

    monkeypatch.setattr(os, "write", full)
    writer = LogWriter(str(tmp_path / "log"))
    for _ in range(3):
        writer.write(b"12345678")
    assert writer.close() == 24
    assert writer.lost == 14
    assert writer.error == "No space left on device"
    assert (tmp_path / "log").read_bytes() == b"1234567812"


def test_a_full_disk_for_the_tail_keeps_the_head(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    writer = LogWriter(str(tmp_path / "log"), 8)
    writer.write(b"0123456789")
    writer.write(b"abc")
    assert writer.close() == 13
    assert writer.lost == 5
    assert (tmp_path / "log").read_bytes() == b"01234567"
