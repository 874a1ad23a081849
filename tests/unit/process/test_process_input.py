"""Bytes as a program's input."""

from __future__ import annotations

import os
import tempfile

import pytest

from gofigure.process.input import as_input
from gofigure.process.spawn import CannotStart


def test_the_whole_of_it_from_its_beginning() -> None:
    data = b"line\n" * 100_000
    with as_input(data) as fd:
        assert fd is not None
        assert os.read(fd, len(data) + 1) == data


def test_nothing_is_no_descriptor() -> None:
    with as_input(None) as fd:
        assert fd is None


def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    with pytest.raises(CannotStart, match="no room for the input of a program: No space left"), as_input(b"x"):
        pass
