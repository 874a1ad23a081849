"""Who waits for the lock of runs is not deaf meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest

from gofigure.errors import Interrupted
from gofigure.store.lock import RunLock, holder_of


def test_meanwhile_is_called_and_may_end_the_wait(tmp_path: Path) -> None:
    path = str(tmp_path / "lock")
    heard: list[str] = []

    def meanwhile() -> None:
        heard.append("something")
        if len(heard) == 3:
            raise Interrupted("enough")

    with RunLock(path) as first, RunLock(path) as second:
        first.acquire(heard.append)
        first.describe("12 run 3 of check")
        assert holder_of(path) == "run 3 of check"
        with pytest.raises(Interrupted):
            second.acquire(lambda _words: None, meanwhile)
    assert holder_of(path) == ""


def test_a_lock_that_comes_free_meanwhile_is_taken(tmp_path: Path) -> None:
    path = str(tmp_path / "lock")
    with RunLock(path) as first, RunLock(path) as second:
        first.acquire(lambda _words: None)
        assert second.acquire(lambda _words: None, first.release)
        assert holder_of(path) == "another run"


@pytest.mark.parametrize("kind", ["link", "nothing"])
def test_what_cannot_be_opened_is_held_by_nobody(tmp_path: Path, kind: str) -> None:
    if kind == "link":
        (tmp_path / "lock").symlink_to("elsewhere")
    assert holder_of(str(tmp_path / "lock")) == ""
