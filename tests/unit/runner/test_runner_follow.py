"""A log that is read while it is written, cut, replaced."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from gofigure.process.log import LogWriter
from gofigure.runner.follow import Reader

CAP = 100


def _stream(size: int) -> bytes:
    return b"".join(b"%07d\n" % number for number in range(size // 8))


@pytest.mark.parametrize("read_at", [[], [0], [30], [49, 50, 51], [60], [100], [100, 101, 500], [7, 77, 100, 300, 799]])
@pytest.mark.parametrize("size", [40, 96, 104, 120, 152, 160, 200, 800])
def test_what_was_followed_is_the_stream_with_a_count_of_what_is_missing(
    tmp_path: Path, size: int, read_at: list[int]
) -> None:
    stream, place = _stream(size), str(tmp_path / "log")
    writer, reader = LogWriter(place, CAP), Reader(place, CAP)
    got = b""
    for at in range(size):
        writer.write(stream[at : at + 1])
        if at in read_at:
            got += reader.read(ended=False)
            assert stream.startswith(got)
    writer.close()
    while data := reader.read(ended=True):
        got += data
    reader.close()
    gap = re.search(rb"\n\[gofigure: (\d+) bytes left out here\]\n", got)
    if gap is None:
        assert got == stream
    else:
        assert size > CAP
        head, tail, missing = got[: gap.start()], got[gap.end() :], int(gap[1])
        assert missing > 0
        assert head == stream[: len(head)]
        assert tail == stream[len(head) + missing :]


def test_a_log_that_is_cut_while_it_is_read(tmp_path: Path) -> None:
    """Between the cut and the record of the end, what stands in the file is not what stood there."""
    stream, place = _stream(400), str(tmp_path / "log")
    writer, reader = LogWriter(place, CAP), Reader(place, CAP)
    writer.write(stream[:72])
    got = reader.read(ended=False)
    writer.write(stream[72:])
    writer.close()
    assert reader.read(ended=False) == b""
    got += reader.read(ended=True)
    assert got == stream[:72] + b"\n[gofigure: 278 bytes left out here]\n" + stream[350:]


def test_a_log_that_is_replaced_is_read_from_its_beginning(tmp_path: Path) -> None:
    place = tmp_path / "log"
    place.write_bytes(b"first\n")
    reader = Reader(str(place))
    assert reader.read(ended=False) == b"first\n"
    assert reader.read(ended=False) == b""
    (tmp_path / "new").write_bytes(b"second\n")
    (tmp_path / "new").rename(place)
    assert reader.read(ended=False) == b"second\n"
    place.unlink()
    assert reader.read(ended=True) == b""
    reader.close()


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "link").symlink_to(tmp_path / "secret")
    for name in ("pipe", "link", "none"):
        assert Reader(str(tmp_path / name)).read(ended=True) == b""
