"""When a stat may stand for content (design decision 4; trap 5, racy git)."""

from __future__ import annotations

import os
import stat
from types import SimpleNamespace
from typing import Any

import pytest

from gofigure.digest.content import Content
from gofigure.digest.stamp import RACY_MARGIN_NS, Stamp, is_settled, kind_of, stamp_of
from gofigure.digest.tree import EXECUTABLE, FILE, LINK
from gofigure.store.contents import Contents
from gofigure.store.db import in_memory

SEEN = 1_800_000_000_000_000_000
SECOND = 1_000_000_000


@pytest.mark.parametrize(
    ("mtime", "ctime", "settled"),
    [
        (-60 * SECOND, -60 * SECOND, True),
        (-60 * SECOND, -RACY_MARGIN_NS - 1, True),
        (-60 * SECOND, -RACY_MARGIN_NS, False),  # the very edge is not trusted
        (-RACY_MARGIN_NS, -60 * SECOND, False),
        (-RACY_MARGIN_NS - 1, -RACY_MARGIN_NS - 1, True),
        (-60 * SECOND, 0, False),  # mtime restored with os.utime: ctime tells (doit: "same size, restored mtime")
        (0, -60 * SECOND, False),
        (0, 0, False),
        (1, -60 * SECOND, False),
        (3600 * SECOND, -60 * SECOND, False),  # from the future: by a wrong clock, or by tar
        (-60 * SECOND, 3600 * SECOND, False),
        (-SEEN, -60 * SECOND, True),  # 1970
        (-2 * SEEN, -60 * SECOND, True),  # before it
    ],
)
def test_is_settled(mtime: int, ctime: int, settled: bool) -> None:
    assert is_settled(Stamp(1, 2, 3, SEEN + mtime, SEEN + ctime, 0o100644), SEEN) is settled


def _info(**changed: int) -> Any:
    fields = {"st_dev": 1, "st_ino": 2, "st_size": 3, "st_mtime_ns": 4, "st_ctime_ns": 5, "st_mode": 6}
    return SimpleNamespace(**(fields | changed))


@pytest.mark.parametrize("field", ["st_dev", "st_ino", "st_size", "st_mtime_ns", "st_ctime_ns", "st_mode"])
def test_every_field_counts(field: str) -> None:
    """Trap 4: mtime alone is a shortcut; bazel#14723 lets a `mv` through."""
    assert stamp_of(_info(**{field: 7})) != stamp_of(_info())


def test_a_stamp_of_64_bits_can_be_stored() -> None:
    """File systems that hash names into inode numbers (mergerfs, cifs) use all 64 bits; SQLite has 63."""
    contents = Contents(database := in_memory())
    stamp = stamp_of(_info(st_ino=2**64 - 1, st_dev=2**64 - 2))
    content = Content(b"1" * 32, 3, has_cr=False)
    contents.save_stamps([(b"/a", stamp, 9, content)])
    with database.writing():
        pass
    assert contents.stamps([b"/a"]) == {b"/a": (stamp, 9, content)}


def test_a_stamp_from_beyond_the_year_2262_can_be_stored_and_is_never_settled() -> None:
    contents = Contents(database := in_memory())
    stamp = stamp_of(_info(st_mtime_ns=2**63 + 5))
    assert not is_settled(stamp, SEEN)
    contents.save_tool(b"/bin/x", stamp, b"1" * 32, "x 1")
    with database.writing():
        pass
    assert contents.tool(b"/bin/x", stamp) == (b"1" * 32, "x 1")


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        (stat.S_IFREG | 0o644, FILE),
        (stat.S_IFREG | 0o600, FILE),
        (stat.S_IFREG | 0o000, FILE),
        (stat.S_IFREG | 0o755, EXECUTABLE),
        (stat.S_IFREG | 0o100, EXECUTABLE),
        (stat.S_IFREG | 0o011, FILE),  # git looks at the owner's bit only
        (stat.S_IFREG | 0o4755, EXECUTABLE),
        (stat.S_IFLNK | 0o777, LINK),
        (stat.S_IFDIR | 0o755, None),
        (stat.S_IFIFO | 0o644, None),
        (stat.S_IFSOCK | 0o644, None),
        (stat.S_IFCHR | 0o644, None),
        (stat.S_IFBLK | 0o644, None),
    ],
)
def test_kind_of(mode: int, kind: bytes | None) -> None:
    assert kind_of(mode) == kind


def test_stamp_of_a_real_stat() -> None:
    info = os.stat(__file__)
    assert stamp_of(info) == (info.st_dev, info.st_ino, info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_mode)
