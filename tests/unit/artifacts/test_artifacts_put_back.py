"""What is written over, and what never is; what changes while it is kept."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gofigure.artifacts import record
from gofigure.artifacts.keep import Keeping, Kept, keep
from gofigure.artifacts.record import Record
from gofigure.artifacts.restore import CannotPutBackError, put_back
from gofigure.artifacts.standing import Place, Standing, known_now, refresh, standing
from gofigure.artifacts.walk import Chosen, found

CHOSEN = Chosen(lambda path: path.startswith(b"dist"), lambda folder: folder.startswith(b"dist"), (b"dist/shared",))
FILES = {"dist/a": b"a\n", "dist/sub/b": b"b\n"}


class Ground:
    """A workspace, and what is kept of it."""

    def __init__(self, folder: Path) -> None:
        self.root, self.folder = folder / "root", folder / "store"
        for name, data in FILES.items():
            self.write(name, data)

    def write(self, name: str, data: bytes) -> Path:
        place = self.root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        return place

    @property
    def place(self) -> Place:
        return Place(str(self.folder), str(self.root), "s")

    def keep(self, attend: Callable[[], None] = lambda: None, most: int = 1 << 30) -> Kept:
        return keep(Keeping(str(self.folder), str(self.root), "s", CHOSEN, most, attend=attend))

    def standing(self, artifact: bytes) -> Standing:
        return standing(self.place, artifact, lambda _paths: {})

    def put_back(self, found: Standing) -> None:
        assert not found.words, found
        put_back(str(self.folder), str(self.root), found.lacking)

    def forget(self) -> None:
        """As in another working tree."""
        os.unlink(self.place.record)


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    return Ground(tmp_path)


def test_nothing_is_lacking_where_all_stands(ground: Ground) -> None:
    name = ground.keep().artifact
    assert ground.standing(name) == Standing()
    ground.forget()
    assert ground.standing(name) == Standing()
    assert os.path.exists(ground.place.record), "the next look is quick"


def test_what_another_run_has_made_is_written_over(ground: Ground) -> None:
    first = ground.keep().artifact
    ground.write("dist/a", b"another\n")
    ground.keep()
    ground.put_back(ground.standing(first))
    assert (ground.root / "dist/a").read_bytes() == b"a\n"


def test_what_nobody_has_made_is_not(ground: Ground) -> None:
    name = ground.keep().artifact
    ground.write("dist/a", b"by hand\n")
    assert ground.standing(name).words == "dist/a was changed, and not by a run"
    refresh(ground.place, name, known_now(ground.place))
    assert ground.standing(name).words == "dist/a was changed, and not by a run", "it stood there before the run"


def test_what_a_run_has_changed_is_its_own(ground: Ground) -> None:
    name = ground.keep().artifact
    before = known_now(ground.place)
    ground.write("dist/a", b"by a stage\n")
    refresh(ground.place, name, before)
    assert ground.standing(name) == Standing()


def test_what_was_kept_since_the_run_began_was_known_then(ground: Ground) -> None:
    ground.write("dist/a", b"by hand\n")
    before = known_now(ground.place)
    name = ground.keep().artifact
    ground.write("dist/a", b"by a later stage\n")
    refresh(ground.place, name, before)
    assert ground.standing(name) == Standing()


@pytest.mark.parametrize("what", ["folder", "link", "socket"])
def test_nor_is_what_is_no_file(ground: Ground, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name = ground.keep().artifact
    place = ground.root / "dist/a"
    place.unlink()
    if what == "folder":
        place.mkdir()
    elif what == "link":
        place.symlink_to("sub/b")
    else:
        monkeypatch.chdir(place.parent)
        with socket.socket(socket.AF_UNIX) as made:
            made.bind("a")
    assert ground.standing(name).spoilt == b"dist/a"


def test_what_is_written_at_the_last_moment_is_not(ground: Ground) -> None:
    name = ground.keep().artifact
    (ground.root / "dist/a").unlink()
    lacking = ground.standing(name)
    ground.write("dist/a", b"by hand\n")
    with pytest.raises(CannotPutBackError, match="changed just now"):
        ground.put_back(lacking)
    assert (ground.root / "dist/a").read_bytes() == b"by hand\n"
    assert not list((ground.folder / "new").iterdir())


def test_nothing_is_written_through_a_link_that_came_at_the_last_moment(ground: Ground, tmp_path: Path) -> None:
    name = ground.keep().artifact
    (ground.root / "dist/sub/b").unlink()
    lacking = ground.standing(name)
    (ground.root / "dist/sub").rmdir()
    (tmp_path / "outside").mkdir()
    (ground.root / "dist/sub").symlink_to(tmp_path / "outside")
    with pytest.raises(CannotPutBackError, match="dist/sub/b"):
        ground.put_back(lacking)
    assert not list((tmp_path / "outside").iterdir())


def test_what_changes_while_it_is_kept_is_not(ground: Ground) -> None:
    calls = iter(range(10))

    def attend() -> None:
        if next(calls) == 1:
            ground.write("dist/a", b"later\n")

    kept = ground.keep(attend)
    assert kept == Kept(b"", "dist/a changed while it was kept")
    assert not (ground.folder / "lists").exists()


def test_what_is_too_much_is_known_and_not_kept(ground: Ground) -> None:
    kept = ground.keep(most=3)
    assert kept.lost == "they hold more than 0 MiB"
    assert kept.artifact == ground.keep().artifact
    small = Ground(ground.root.parent / "small")
    name = small.keep(most=3).artifact
    assert small.standing(name) == Standing(), "as long as it stands, nobody needs it"
    (small.root / "dist/a").unlink()
    assert small.standing(name).words == "dist/a is gone, and what was kept of it too"


def test_where_there_is_no_room_it_is_known_all_the_same(ground: Ground) -> None:
    (ground.folder).mkdir()
    (ground.folder / "blobs").write_bytes(b"in the way")
    kept = ground.keep()
    assert kept.artifact
    assert kept.lost


def test_a_stat_is_trusted_only_if_nothing_can_have_changed_since(ground: Ground) -> None:
    """Written within the clock's grain of the look: the same stat, and other bytes."""
    name = ground.keep().artifact
    place = ground.root / "dist/a"
    now = record.read(ground.place.record)
    assert now is not None
    stamp = now.stood[b"dist/a"].stamp
    assert now.knows(b"dist/a", stamp) is None, "it is as young as the look"
    late = Record(name, time.time_ns() + 10_000_000_000, now.stood)
    assert late.knows(b"dist/a", stamp) is not None
    assert late.knows(b"dist/a", stamp._replace(ctime_ns=1)) is None
    assert place.exists()


def test_what_is_walked(ground: Ground) -> None:
    ground.write("dist/.git/config", b"")
    ground.write("dist/shared/x", b"")
    ground.write("dist/c.gofigure-new", b"")
    ground.write("src/a", b"")
    (ground.root / "dist/none").mkdir()
    (ground.root / "dist/out").symlink_to("/")
    os.mkfifo(ground.root / "dist/fifo")
    names = found(os.fsencode(ground.root), CHOSEN)
    assert names.files == [b"dist/a", b"dist/none", b"dist/out", b"dist/sub/b"]
    assert names.others == [b"dist/fifo"]


def test_links_and_modes_are_put_back(ground: Ground) -> None:
    (ground.root / "dist/link").symlink_to(b"not utf-8 \xff")
    (ground.root / "dist/a").chmod(0o700)
    name = ground.keep().artifact
    for file in ("dist/a", "dist/link"):
        (ground.root / file).unlink()
    ground.put_back(ground.standing(name))
    assert os.readlink(os.fsencode(ground.root / "dist/link")) == b"not utf-8 \xff"
    assert os.access(ground.root / "dist/a", os.X_OK)
    assert ground.standing(name) == Standing()
