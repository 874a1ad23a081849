"""Any line of a log, while it grows and when it is large."""

from __future__ import annotations

import os
import random
import re
from pathlib import Path

import pytest

from gofigure.web.logs import finding
from gofigure.web.logs import index as log_index
from gofigure.web.logs.index import LONGEST, LogIndex


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_index, "_BLOCK", 16)
    monkeypatch.setattr(finding, "_BLOCK", 16)


@pytest.mark.parametrize("seed", range(40))
def test_the_same_as_reading_all_of_it(tmp_path: Path, seed: int) -> None:
    """In pieces, as it grows."""
    chance = random.Random(seed)
    path, data = tmp_path / "log", b""
    path.write_bytes(b"")
    index = LogIndex(str(path))
    for _ in range(12):
        data += b"".join(chance.choice((b"\n", b"a", b"bc", b"x" * 20)) for _ in range(chance.randrange(30)))
        path.write_bytes(data)
        os.utime(path, ns=(1, len(data)))
        expected = data.decode().split("\n")
        expected = expected[:-1] if not expected[-1] else expected
        first, count = chance.randrange(40), chance.randrange(1, 50)
        got = index.lines(first, count)
        assert (got.total, got.size) == (len(expected), len(data))
        assert got.lines == expected[first : first + count]
        found, _ = index.search(re.compile("bc"))
        assert found == index.lines_that(lambda line: "bc" in line)[0]
        assert found == [at for at, line in enumerate(expected) if "bc" in line]


def test_a_long_line_is_cut_and_hides_none_behind_it(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x" * (LONGEST * 3) + b"\nnext\n")
    got = LogIndex(str(path)).lines(0, 5)
    assert [line.partition(" … ")[0] for line in got.lines] == ["x" * LONGEST, "next"]
    assert got.lines[0].endswith("(the line goes on: Download has all of it)")


def test_another_file_in_its_place(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"one\ntwo\n")
    index = LogIndex(str(path))
    assert index.lines(0, 9).lines == ["one", "two"]
    other = tmp_path / "other"
    other.write_bytes(b"three\nfour\n")
    other.rename(path)
    assert index.lines(0, 9).lines == ["three", "four"]


@pytest.mark.parametrize("kind", ["link", "pipe", "folder", "nothing"])
def test_what_is_no_file_is_not_read(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "log"
    if kind == "link":
        (tmp_path / "secret").write_text("secret")
        path.symlink_to(tmp_path / "secret")
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    with pytest.raises(OSError, match="log"):
        LogIndex(str(path)).lines(0, 9)
