"""`background`: which jobs may have it, and how a hook finds out before anything else is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from gofigure.config import parse
from gofigure.config.background import share_in_background
from gofigure.errors import ConfigError

AFTER = "hooks that come after the fact (post-commit, post-checkout, post-merge, post-rewrite)"


def _parse(on: str, stage: str = "") -> None:
    text = f'[jobs.j]\nbackground = true\non = {on}\nstages = ["s"]\n[stages.s]\nrun = "true"\n{stage}'
    parse(text.encode(), "x.toml", targets=("shell",))


@pytest.mark.parametrize(
    ("line", "on", "stage", "expected"),
    [
        (
            3,
            '["post-commit", "pre-commit"]',
            "",
            f'jobs.j.on[1]: found "pre-commit" with background = true, expected {AFTER}: git waits for this one',
        ),
        (2, "[]", "", f"jobs.j.background: found true without any hook in 'on', expected {AFTER}"),
        (
            4,
            '["post-commit"]',
            "interactive = true",
            'jobs.j.stages[0]: found "s", which is interactive, expected none: in the background nobody answers',
        ),
    ],
)
def test_what_cannot_run_in_the_background(line: int, on: str, stage: str, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        _parse(on, stage)
    assert [str(problem) for problem in caught.value.problems] == [f"x.toml:{line}: {expected}"]


def test_every_hook_after_the_fact_is_right() -> None:
    _parse('["post-commit", "post-rewrite", "post-merge", "post-checkout"]')


BOTH = """
[jobs.a]
on = ["post-commit"]
background = true
stages = ["s"]
[jobs.b]
on = ["post-merge", "post-commit"]
stages = ["s"]
[jobs.c]
on = ["post-rewrite"]
background = true
stages = ["s"]
"""


@pytest.mark.parametrize(
    ("text", "local", "hook", "share"),
    [
        (BOTH, "", "post-commit", "some"),
        (BOTH, "", "post-rewrite", "all"),
        (BOTH, "", "post-merge", "none"),
        (BOTH, "", "post-checkout", "none"),
        (BOTH, "[jobs.b]\nenabled = false\n", "post-commit", "all"),
        (BOTH, "[jobs.b]\nbackground = true\n", "post-commit", "all"),
        (BOTH, "[jobs.c]\nbackground = false\n", "post-rewrite", "none"),
        (BOTH + "[", "", "post-commit", "none"),
        ('jobs = "background"', "", "post-commit", "none"),
        ('[jobs]\na = "background"', "", "post-commit", "none"),
        ('[jobs.a]\non = "post-commit"\nbackground = true', "", "post-commit", "none"),
    ],
)
def test_the_share_of_a_hook(tmp_path: Path, text: str, local: str, hook: str, share: str) -> None:
    (tmp_path / ".gofigure.toml").write_text(text)
    if local:
        (tmp_path / ".gofigure.local.toml").write_text(local)
    assert share_in_background(str(tmp_path / ".gofigure.toml"), hook) == share


def test_no_file_no_share(tmp_path: Path) -> None:
    assert share_in_background(str(tmp_path / ".gofigure.toml"), "post-commit") == "none"
