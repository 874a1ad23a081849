"""What a person is told of a remote that does not answer."""

from __future__ import annotations

import pytest

from gofigure.watch.remotes import gist

_ADVICE = "fatal: Could not read from remote repository.\nPlease make sure you have the correct access rights\nand the"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (f"fatal: '/x' does not appear to be a git repository\n{_ADVICE}", "fatal: '/x' does not appear to be a git"),
        (
            f"Warning: Permanently added x\nssh: connect to host x: refused\n{_ADVICE}",
            "ssh: connect to host x: refused",
        ),
        ("warning: x", "warning: x"),
        ("it took longer than 60 s", "it took longer than 60 s"),
    ],
)
def test_the_line_that_says_what_is_wrong(said: str, told: str) -> None:
    assert gist(said).startswith(told)
