"""Who reads what of one folder, without looking at all of a large tree."""

from __future__ import annotations

import pytest

from gofigure.digest.tree import FILE, build
from gofigure.snapshot.select import Selector
from gofigure.web import listing
from gofigure.web.looks import Reads


def _tree(*paths: bytes) -> tuple[bytes, dict[bytes, bytes]]:
    return build((path, FILE, path.ljust(32, b"\0")[:32]) for path in paths)


def _reads(stage: str, *selectors: Selector, job: str = "j", proven: bool = False) -> Reads:
    return Reads(job, stage, selectors, proven, "to run", "", None)


PY = Selector(pattern=r"\.py$")
SRC = Selector(locations=("src",))


def _names(root: bytes, records: dict[bytes, bytes], *reads: Reads) -> dict[bytes, list[tuple[str, bool]]]:
    entries = listing.folder(root, records.__getitem__)
    rows = listing.rows(entries, b"", reads, records.__getitem__)
    return {row.name: [(one.stage, one.sure) for one in row.readers] for row in rows}


def test_a_folder_is_read_if_something_below_it_is() -> None:
    root, records = _tree(b"src/deep/er/a.py", b"docs/a.md", b"a.py", b"src.py/x")
    found = _names(root, records, _reads("py", PY), _reads("src", SRC), _reads("all", Selector()))
    assert found == {
        b"docs": [("all", True)],
        b"src": [("py", True), ("src", True), ("all", True)],
        b"src.py": [("all", True)],
        b"a.py": [("py", True), ("all", True)],
    }


def test_where_it_would_take_long_it_says_that_it_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "_ENOUGH", 10)
    root, records = _tree(*(b"docs/%d.md" % at for at in range(100)), b"src/a.py")
    assert _names(root, records, _reads("py", PY)) == {b"docs": [("py", False)], b"src": [("py", False)]}


def test_what_stands_where_a_folder_is_expected_is_read() -> None:
    root, records = _tree(b"services")
    assert _names(root, records, _reads("s", Selector(locations=("services/api",)))) == {b"services": [("s", True)]}


def test_a_stage_of_two_jobs_is_one_and_proven_only_if_it_is_in_both() -> None:
    root, records = _tree(b"a.py")
    reads = [_reads("py", PY, job="one", proven=True), _reads("py", PY, job="two")]
    (row,) = listing.rows(listing.folder(root, records.__getitem__), b"", reads, records.__getitem__)
    assert row.readers == (listing.Reader("py", ("one", "two"), proven=False),)


def test_changes_say_what_the_job_reads() -> None:
    old, records = _tree(b"src/a.py", b"src/gone", b"docs/x")
    same = (b"docs/x", FILE, b"docs/x".ljust(32, b"\0"))
    new, more = build([(b"src/a.py", FILE, b"2" * 32), same, (b"new", FILE, b"3" * 32)])
    load = {**records, **more}.__getitem__
    assert list(listing.changes(old, new, [_reads("src", SRC)], load)) == [
        (b"new", "added", False), (b"src/a.py", "changed", True), (b"src/gone", "removed", True),
    ]  # fmt: skip
