"""What git writes to the hooks of a push, line by line."""

from __future__ import annotations

import os

import pytest

from gofigure.model import PUSHES, RECEIVING, Trigger
from gofigure.triggers.pushed import Moved, moved_refs

A, B, ZEROS = "a" * 40, "b" * 64, "0" * 40


def _pushed(hook: str, *lines: bytes) -> list[Moved]:
    return moved_refs(Trigger(hook, stdin=b"".join(line + b"\n" for line in lines)))


def test_sent() -> None:
    a, b, zeros = A.encode(), B.encode(), ZEROS.encode()
    assert _pushed(
        "pre-push",
        b"refs/heads/x %s refs/heads/y %s" % (a, zeros),
        b"HEAD^{/two words %s} %s refs/heads/z %s" % (zeros, b, b),
        b"(delete) %s refs/heads/gone %s" % (zeros, a),
        b"refs/heads/\xff %s refs/heads/\xff %s" % (a, a),
    ) == [
        Moved("refs/heads/y", ZEROS, A),
        Moved("refs/heads/z", B, B),
        Moved("refs/heads/gone", A, ZEROS),
        Moved(os.fsdecode(b"refs/heads/\xff"), A, A),
    ]


@pytest.mark.parametrize("hook", ["pre-receive", "post-receive"])
def test_received(hook: str) -> None:
    a, zeros = A.encode(), ZEROS.encode()
    found = _pushed(hook, b"%s %s refs/heads/x" % (zeros, a), b"%s %s refs/tags/\xc3\xbc" % (a, zeros))
    assert found == [Moved("refs/heads/x", ZEROS, A), Moved("refs/tags/ü", A, ZEROS)]
    assert [one.deletes for one in found] == [False, True]


def test_as_arguments() -> None:
    assert moved_refs(Trigger("update", ("refs/heads/x", A, B))) == [Moved("refs/heads/x", A, B)]
    assert moved_refs(Trigger("post-update", ("refs/heads/x", "refs/heads/y")))[1].new == "refs/heads/y"
    assert moved_refs(Trigger("push-to-checkout", (A,))) == [Moved("", "", A)]


@pytest.mark.parametrize("hook", PUSHES)
@pytest.mark.parametrize("stdin", [b"", b"\n", b"x\n", b"refs/heads/x %s refs/heads/y\n" % A.encode(), b"\0\n"])
def test_what_is_none_of_it_is_nothing(hook: str, stdin: bytes) -> None:
    assert moved_refs(Trigger(hook, stdin=stdin)) == []
    assert hook in ("pre-push", *RECEIVING)
