"""Contents under their digests: compressed or not, what is read is what was kept, or gone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gofigure.artifacts import blobs, manifest, record
from gofigure.artifacts.manifest import Item
from gofigure.artifacts.record import Record, Stood
from gofigure.digest.content import digest_bytes
from gofigure.digest.stamp import Stamp

BIG = 3 << 20
CONTENTS = [
    b"",
    b"x",
    b"x" * 511,
    b"x" * 512,
    os.urandom(600),
    b"y" * BIG,
    os.urandom(BIG),
    b"a" + b"z" * BIG,
]


def _kept(folder: Path, data: bytes, *, in_memory: bool) -> bytes:
    digest = digest_bytes(data)
    if in_memory:
        blobs.add_bytes(str(folder), data, digest)
    else:
        place = folder / "source"
        place.write_bytes(data)
        with place.open("rb") as file:
            blobs.add(str(folder), file.fileno(), digest)
    return digest


def _read(folder: Path, digest: bytes, size: int) -> bytes:
    place = folder / "out"
    with place.open("w+b") as file:
        blobs.write_to(str(folder), digest, size, file.fileno())
    return place.read_bytes()


@pytest.mark.parametrize("in_memory", [True, False])
@pytest.mark.parametrize("at", range(len(CONTENTS)))
def test_what_is_kept_is_read(tmp_path: Path, at: int, *, in_memory: bool) -> None:
    data = CONTENTS[at]
    digest = _kept(tmp_path, data, in_memory=in_memory)
    assert blobs.has(str(tmp_path), digest)
    assert _read(tmp_path, digest, len(data)) == data
    assert not list((tmp_path / "new").iterdir())


def test_only_what_can_be_compressed_is(tmp_path: Path) -> None:
    sizes = []
    for data in (b"y" * BIG, os.urandom(BIG)):
        digest = _kept(tmp_path, data, in_memory=False)
        (place,) = (path for path in (tmp_path / "blobs").rglob("*") if digest.hex()[2:] in path.name)
        sizes.append((place.suffix, place.stat().st_size < BIG / 10))
    assert sizes == [(".z", True), ("", False)]


@pytest.mark.parametrize("at", [3, 4, 5, 6])
@pytest.mark.parametrize("harm", ["cut", "longer", "flipped", "emptied"])
def test_what_is_damaged_is_gone(tmp_path: Path, at: int, harm: str) -> None:
    data = CONTENTS[at]
    digest = _kept(tmp_path, data, in_memory=False)
    (place,) = (path for path in (tmp_path / "blobs").rglob("*") if path.is_file())
    found = place.read_bytes()
    middle = len(found) // 2
    flipped = found[:middle] + bytes([found[middle] ^ 1]) + found[middle + 1 :]
    place.write_bytes({"cut": found[:middle], "longer": found + found, "flipped": flipped, "emptied": b""}[harm])
    if harm == "longer" and place.suffix:
        assert _read(tmp_path, digest, len(data)) == data, "zstd stops at the end of what was packed"
        return
    with pytest.raises(blobs.GoneError):
        _read(tmp_path, digest, len(data))
    assert not blobs.has(str(tmp_path), digest), "nobody tries twice"


def test_a_file_that_is_another_by_now_is_not_kept(tmp_path: Path) -> None:
    place = tmp_path / "source"
    place.write_bytes(b"one")
    with place.open("rb") as file, pytest.raises(blobs.ChangedError):
        blobs.add(str(tmp_path), file.fileno(), digest_bytes(b"two"))
    assert not blobs.has(str(tmp_path), digest_bytes(b"two"))


def test_where_blocks_can_be_shared_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on btrfs and xfs; each file is still written by itself, and what is shared is looked through."""
    calls = []

    def clone(fd: int, out: int) -> bool:
        calls.append(out)
        os.sendfile(out, fd, 0, BIG)
        return True

    monkeypatch.setattr(blobs, "clone", clone)
    digest = _kept(tmp_path, b"y" * BIG, in_memory=False)
    assert _read(tmp_path, digest, BIG) == b"y" * BIG
    assert len(calls) == 2
    (place,) = (path for path in (tmp_path / "blobs").rglob("*") if path.is_file())
    place.write_bytes(b"n" * BIG)
    with pytest.raises(blobs.GoneError):
        _read(tmp_path, digest, BIG)


ITEMS = st.builds(
    Item,
    st.binary(min_size=1).filter(lambda path: b"\0" not in path),
    st.sampled_from([b"f", b"x", b"l", b"d"]),
    st.binary(min_size=32, max_size=32),
    st.integers(0, 1 << 62),
)


@given(st.lists(ITEMS, unique_by=lambda item: item.path))
def test_a_list_is_read_as_it_was_written(items: list[Item]) -> None:
    data = manifest.encoded(items)
    assert list(manifest.decoded(data)) == sorted(items)
    assert manifest.encoded(reversed(items)) == data


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(min_value=0), st.integers(1, 255))
def test_a_list_with_a_byte_that_is_another_is_none(tmp_path: Path, at: int, flip: int) -> None:
    name = manifest.write(str(tmp_path), [Item(b"dist/a", b"f", b"d" * 32, 3), Item(b"dist/b", b"l", b"e" * 32, 1)])
    place = Path(manifest.place_of(str(tmp_path), name))
    data = bytearray(place.read_bytes())
    data[at % len(data)] ^= flip
    place.write_bytes(data)
    assert manifest.read(str(tmp_path), name) is None
    place.unlink()


STOOD = st.builds(
    Stood,
    st.sampled_from([b"f", b"x", b"l", b"d"]),
    st.binary(min_size=32, max_size=32),
    st.builds(Stamp, *[st.integers(0, (1 << 63) - 1)] * 6),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.binary(min_size=1).filter(lambda path: b"\0" not in path), STOOD))
def test_how_they_stood_is_read_as_it_was_written(tmp_path: Path, stood: dict[bytes, Stood]) -> None:
    place = record.place_of(str(tmp_path), "/root", "s")
    now = Record(b"a" * 32, 17, stood)
    record.write(str(tmp_path), place, now)
    assert record.read(place) == now
    data = Path(place).read_bytes()
    Path(place).write_bytes(data[:-1])
    assert record.read(place) is None
