"""Outputs that make no sense, in words; and those that do."""

from __future__ import annotations

import pytest

from gofigure.config import parse
from gofigure.errors import ConfigError

STAGE = '[jobs.j]\nstages = ["a"]\n[stages.a]\nrun = "x"\n'


def _said(lines: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parse((STAGE + lines).encode(), "x", targets=("shell",))
    (problem,) = caught.value.problems
    return str(problem)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('outputs = ["dist/**"]\nfix = true', "stages.a.outputs: found with 'fix', expected one of them"),
        ('outputs = ["dist/**"]\nfiles = "js$"', "stages.a.outputs: found with 'files', expected it in another stage"),
        ('inputs = ["src", "gen"]\noutputs = ["gen/"]', "stages.a.outputs[0]: found \"gen\" in 'inputs' too"),
        ('outputs = ["dist", "."]', 'stages.a.outputs[1]: found ".", expected less than everything'),
        ('outputs = ["**"]', 'stages.a.outputs[0]: found "**", expected less than everything'),
        ('outputs = ["!dist/x", "dist/**"]', 'stages.a.outputs[0]: found "!dist/x" first'),
    ],
)
def test_what_makes_no_sense(lines: str, words: str) -> None:
    assert words in _said(lines)


@pytest.mark.parametrize(
    "lines",
    [
        'outputs = ["dist", "!dist/README"]',
        'inputs = ["src/**"]\noutputs = ["src/generated/**"]',
        'inputs = ["docs/**"]\noutputs = ["docs/*.html"]',
    ],
)
def test_what_does(lines: str) -> None:
    parse((STAGE + lines).encode(), "x", targets=("shell",))
