"""When two changes of a text have something in common (design decision 12)."""

from __future__ import annotations

import pytest

from gofigure.trust.lines import Change, has_in_common, lines_of

BASE = b'[a]\nrun = "make a"\nneeds = ["b"]\n[b]\nrun = "make b"\ntimeout = 9\n'


def _change(after: bytes) -> Change:
    before, now = lines_of(BASE), lines_of(after)
    return Change(now - before, before - now)


def _shared(mine: bytes, theirs: bytes) -> bool:
    return has_in_common(_change(mine), _change(theirs), lines_of(BASE))


CASES = {
    "the same new line": (b"%s[c]\nx = 1" % BASE, BASE.replace(b"timeout = 9", b"x = 1"), True),
    "formatted in another way": (BASE + b'z  =  "rm"', BASE + b'z="rm"', True),
    "a known line in the same other section": (b"%s[c]\ntimeout = 9" % BASE, b"%s[c]\ntimeout = 9\n" % BASE, True),
    "a known line in sections of each one's own": (b"%s[c]\ntimeout = 9" % BASE, b"%s[d]\ntimeout = 9" % BASE, False),
    "the same line changed by each": (BASE.replace(b"make a", b"mine"), BASE.replace(b"make a", b"theirs"), False),
    "other lines": (BASE.replace(b"make a", b"mine"), BASE.replace(b"make b", b"theirs"), False),
    "only brackets": (BASE + b"]\n", BASE + b"]\n", False),
    "a shell line without a word": (BASE + b":(){ :|:& };:\n", BASE + b":(){ :|:& };:\n", True),
    "a line that both took away": (BASE.replace(b'needs = ["b"]\n', b""),) * 2 + (True,),
    "taken away by them, and an own change beside it": (
        BASE.replace(b'needs = ["b"]\n', b"").replace(b"make a", b"mine"),
        BASE.replace(b'needs = ["b"]\n', b""),
        True,
    ),
    "taken away by me, changed by them": (
        BASE.replace(b'needs = ["b"]\n', b""),
        BASE.replace(b'needs = ["b"]', b'needs = ["c"]'),
        True,
    ),
    "taken away from different sections": (
        BASE.replace(b'needs = ["b"]\n', b""),
        BASE.replace(b"timeout = 9\n", b""),
        False,
    ),
}


@pytest.mark.parametrize(("mine", "theirs", "shared"), CASES.values(), ids=CASES.keys())
def test_two_changes(mine: bytes, theirs: bytes, shared: bool) -> None:
    assert _shared(mine, theirs) == shared
