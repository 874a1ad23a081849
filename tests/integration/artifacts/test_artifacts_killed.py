"""kill -9 at every step of keeping and of putting back: the old file, none or the new one, and never a half."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from blake3 import blake3

from gofigure.artifacts import blobs, restore
from gofigure.artifacts.keep import Keeping, keep
from gofigure.artifacts.restore import put_back
from gofigure.artifacts.standing import Place, standing, whole
from gofigure.artifacts.walk import Chosen
from gofigure.digest import content

OLD = {"a": b"old\n", "sub/b": b"old b\n"}
NEW = {"a": b"new\n" * 500, "sub/b": b"x" * 3_000_000, "sub/c": b"", "sub/deep/d": os.urandom(2_000_000)}
CHOSEN = Chosen(lambda path: path.startswith(b"dist/"), lambda folder: folder.startswith(b"dist"))
STEPS = ("open", "write", "rename", "mkdir", "unlink", "fsync", "symlink", "fchmod", "utime", "ftruncate")


@pytest.fixture(autouse=True)
def _one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads do not live on in a fork, and who waits for them there waits for ever."""
    monkeypatch.setattr(content, "_THREADS_FROM", 1 << 40)
    monkeypatch.setattr(blobs, "digesting", blake3)


def _write(root: Path, files: Mapping[str, bytes]) -> None:
    shutil.rmtree(root / "dist", ignore_errors=True)
    for name, data in files.items():
        place = root / "dist" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    (root / "dist/link").symlink_to("a")


def _read(root: Path) -> dict[str, bytes]:
    files = (path for path in (root / "dist").rglob("*") if path.is_file() and not path.is_symlink())
    return {str(path.relative_to(root / "dist")): path.read_bytes() for path in files}


def _keeping(folder: Path) -> Keeping:
    return Keeping(str(folder / "store"), str(folder / "root"), "s", CHOSEN, 1 << 40)


def _back(folder: Path, artifact: bytes) -> None:
    place = Place(str(folder / "store"), str(folder / "root"), "s", ours=True)
    found = standing(place, artifact, lambda _paths: {})
    assert not found.words, found
    put_back(str(folder / "store"), str(folder / "root"), found.lacking)


def _killed_at(step: int, action: Callable[[], object]) -> bool:
    """Do something in a process of its own that is killed before its n-th step; whether it was."""
    child = os.fork()
    if child == 0:
        left = iter(range(step))

        def counted(real: Callable[..., Any]) -> Callable[..., Any]:
            def call(*args: Any, **more: Any) -> Any:
                if next(left, None) is None:
                    os.kill(os.getpid(), signal.SIGKILL)
                return real(*args, **more)

            return call

        for name in STEPS:
            setattr(os, name, counted(getattr(os, name)))
        action()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0
    return os.WIFSIGNALED(status)


def test_killed_while_it_keeps(tmp_path: Path) -> None:
    root = tmp_path / "root"
    _write(root, NEW)
    name = keep(_keeping(tmp_path)).artifact
    shutil.rmtree(tmp_path / "store")
    step, hits = 0, 0
    while _killed_at(step, lambda: keep(_keeping(tmp_path))):
        if not whole(str(tmp_path / "store"), name):
            hits += 1
            shutil.rmtree(root / "dist")
            _back(tmp_path, name)
            assert _read(root) == NEW, f"killed at step {step}"
        else:
            assert keep(_keeping(tmp_path)).artifact == name
            assert not whole(str(tmp_path / "store"), name)
        shutil.rmtree(tmp_path / "store")
        step += 1
    assert step > 20
    assert hits < step / 2, "the list is written last"


@pytest.mark.parametrize("elsewhere", [False, True])
def test_killed_while_it_puts_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, elsewhere: bool) -> None:
    """`elsewhere`: what is kept is on another disk than the working tree."""
    monkeypatch.setattr(restore, "is_elsewhere", lambda _parent, _folder: elsewhere)
    root = tmp_path / "root"
    _write(root, NEW)
    name = keep(_keeping(tmp_path)).artifact
    step = 0
    _write(root, OLD)
    while _killed_at(step, lambda: _back(tmp_path, name)):
        for file, data in _read(root).items():
            if not file.endswith(".gofigure-new"):
                assert data in (OLD.get(file), NEW[file]), f"{file} is half of something, killed at step {step}"
        _back(tmp_path, name)
        assert _read(root) == NEW, f"nothing is left over; killed at step {step}"
        assert os.readlink(root / "dist/link") == "a"
        _write(root, OLD)
        step += 1
    assert step > 20
    assert _read(root) == NEW


def test_kept_again_while_half_of_it_is_there(tmp_path: Path) -> None:
    """What a crash of the machine leaves: names without their content."""
    _write(tmp_path / "root", NEW)
    name = keep(_keeping(tmp_path)).artifact
    halves: Sequence[Path] = [path for path in (tmp_path / "store/blobs").rglob("*") if path.is_file()]
    for place in halves:
        os.truncate(place, place.stat().st_size // 2)
    shutil.rmtree(tmp_path / "root/dist")
    with pytest.raises(restore.CannotPutBackError, match="is gone"):
        _back(tmp_path, name)
    assert all(data == NEW[file] for file, data in _read(tmp_path / "root").items())
