"""What a new job or stage begins with is a configuration, also with all that stands in its comments."""

from __future__ import annotations

import re

import pytest

from gofigure.config import parse
from gofigure.starter.blocks import job_block, known_targets, stage_block
from gofigure.targets import KINDS


def test_each_target_has_one() -> None:
    assert set(known_targets()) == set(KINDS)


@pytest.mark.parametrize("target", sorted(KINDS))
def test_it_loads_as_it_is(target: str) -> None:
    text = job_block("j", ('"s"',)) + stage_block("s", target)
    config = parse(text.encode(), "x", targets=tuple(KINDS))
    assert config.stages["s"].target == target


@pytest.mark.parametrize("target", sorted(KINDS))
def test_each_line_in_its_comments_says_what_may_be_said(target: str) -> None:
    block = job_block("j", ('"s"',)) + stage_block("s", target) + '[stages.image]\nrun = "x"\n'
    for line in re.findall(r"^# (\w+ = .*)$", block, re.MULTILINE):
        parse(block.replace(f"# {line}", line).encode(), "x", targets=tuple(KINDS))
