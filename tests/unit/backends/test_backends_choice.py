"""Events where they can be believed, else a scan that says why."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gofigure.triggers.backends import choice, mounts
from gofigure.triggers.backends.base import Backend
from gofigure.triggers.backends.choice import choose


def _on(kind: str, monkeypatch: pytest.MonkeyPatch, more: str = "") -> None:
    monkeypatch.setattr(mounts, "read_mounts", lambda: f"1 0 8:1 / / rw - {kind} x rw\n{more}")


def _choose(folder: Path, *, poll: bool = False, interval: float | None = None) -> Backend:
    backend = choose(os.fspath(folder), None, poll=poll, interval=interval)
    backend.close()
    return backend


@pytest.mark.parametrize("kind", ["nfs4", "9p", "drvfs", "fuse.grpcfuse", "virtiofs"])
def test_a_mount_whose_events_cannot_be_believed_for_win_8479(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _on(kind, monkeypatch)
    backend = _choose(tmp_path)
    assert backend.fileno() == -1
    assert backend.words == f"a scan every 1 s ({kind} does not tell of all changes)"
    assert kind in backend.degraded
    backend.took(0.5)
    assert backend.interval == 10


def test_a_person_wants_a_scan(tmp_path: Path) -> None:
    assert _choose(tmp_path, poll=True).words == "a scan every 2 s (as asked for)"
    backend = _choose(tmp_path, poll=True, interval=0.5)
    backend.took(100)
    assert (backend.interval, backend.degraded, backend.unfinished) == (0.5, "", False)
    assert backend.read() is None


def test_an_interval_alone_leaves_the_events(tmp_path: Path) -> None:
    backend = choose(os.fspath(tmp_path), None, poll=False, interval=7)
    assert backend.words.startswith("inotify, ")
    assert backend.interval == 7
    backend.close()


def test_a_mount_inside_that_tells_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _on("ext4", monkeypatch, f"2 1 0:9 / {tmp_path}/data rw - nfs4 x rw\n")
    backend = choose(os.fspath(tmp_path), None, poll=False, interval=None)
    assert backend.words.startswith("inotify")
    assert backend.degraded == f"{tmp_path}/data is on nfs4: changes there are seen by a scan"
    assert backend.interval == 1
    backend.close()


def test_where_no_event_comes_for_a_file_that_was_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Git:
        def start(self, *_: str) -> Git:
            return self

        def kill(self) -> None:
            pass

    class Repository:
        git_dir = os.fspath(tmp_path / "git")
        index_file = os.path.join(git_dir, "index")
        git = Git()

    monkeypatch.setattr(choice, "_PATIENCE", 0)
    from gofigure.triggers.backends import kernel

    monkeypatch.setattr(kernel, "FOLDER", 0x1)  # it hears of reading only
    backend = choose(os.fspath(tmp_path), Repository(), poll=False, interval=None)  # type: ignore[arg-type]
    assert backend.fileno() == -1
    assert "no event came for a file that was made to try it" in backend.degraded
    assert os.listdir(tmp_path / "git/gofigure") == []
    assert os.listdir(tmp_path) == ["git"]
