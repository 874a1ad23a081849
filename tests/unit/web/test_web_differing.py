"""In what two texts differ: what `diff -u` says, and quickly however long they are."""

from __future__ import annotations

import difflib
import random

import pytest

from gofigure.web.editing import differing
from gofigure.web.editing.differing import difference

LONG = [f"[stages.s{number}]\nrun = 'true'\ninputs = ['*.py']" for number in range(3000)]


def _unified(old: str, new: str) -> list[str]:
    return list(difflib.unified_diff(old.split("\n"), new.split("\n"), n=2, lineterm=""))[2:]


def _said(old: str, new: str) -> list[str]:
    return [line if sign == "@" else sign + line for sign, line in difference(old, new)]


def _applied(old: str, new: str) -> tuple[str, str]:
    """Both texts, as the whole difference tells them."""
    told = difference(old, new)
    return "\n".join(line for sign, line in told if sign in " -"), "\n".join(
        line for sign, line in told if sign in " +"
    )


@pytest.mark.parametrize("seed", range(20))
def test_as_diff_says_it_and_nothing_is_left_out(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    dice = random.Random(seed)
    old = [dice.choice("abcdefgh") + str(dice.randrange(9)) for _ in range(dice.randrange(40))]
    new = [dice.choice(["x", line, line, line]) for line in old if dice.random() > 0.1]
    texts = "\n".join(old), "\n".join(new)
    assert _said(*texts) == _unified(*texts)
    monkeypatch.setattr(differing, "_MOST", 5)
    monkeypatch.setattr(differing, "_AROUND", 100)
    if old != new:
        assert _applied(*texts) == texts


def test_two_words_in_a_long_text_are_two_words() -> None:
    new = [*LONG]
    new[0], new[2999] = new[0].replace("true", "false"), new[2999].replace("s2999", "last")
    old_text, new_text = "\n".join(LONG), "\n".join(new)
    assert [(sign, line) for sign, line in difference(old_text, new_text) if sign in "+-"] == [
        ("-", "run = 'true'"),
        ("+", "run = 'false'"),
        ("-", "[stages.s2999]"),
        ("+", "[stages.last]"),
    ]
    assert _said(old_text, new_text)[0] == "@@ -1,4 +1,4 @@"
    assert difference(old_text, old_text) == []


def test_what_is_too_long_is_said_to_be() -> None:
    told = difference("a\nb\n" * 3000, "b\nc\n" * 3000)  # compared, it would take minutes
    assert [line for sign, line in told if sign == "@"][1].startswith("too long to be compared line by line")
    assert {sign for sign, _ in told} == {"@", "-", "+", " "}
