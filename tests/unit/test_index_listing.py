"""Whether git's list of the index holds a name."""

from __future__ import annotations

import pytest

from gofigure.git.index import lists

NAME = b".gofigure"


@pytest.mark.parametrize("tag", [b"H", b"h", b"S", b"s", b"M"])
@pytest.mark.parametrize(("before", "after"), [(b"", b""), (b"H a\0", b"H z\0")])
def test_it_is_found_wherever_it_stands(before: bytes, after: bytes, tag: bytes) -> None:
    assert lists(before + tag + b" " + NAME + b"\0" + after, NAME)


@pytest.mark.parametrize(
    "listed",
    [
        b"",
        b"H .gofigure.toml\0",
        b"H folder/.gofigure\0",
        b"H a b .gofigure\0",
        b"H H .gofigure\0",  # a file of the name "H .gofigure"
        b"H x\nH .gofigure\0",
    ],
)
def test_the_end_of_another_name_is_not_it(listed: bytes) -> None:
    assert not lists(listed, NAME)


def test_it_is_found_behind_the_end_of_another_name() -> None:
    assert lists(b"H a .gofigure\0H .gofigure\0", NAME)
