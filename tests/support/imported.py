"""Files of other tools, and the configuration that `gofigure import` makes of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from gofigure import config as configuration
from gofigure.importing import Left, chosen, survey, write
from gofigure.model import Config, Stage
from gofigure.targets import KINDS
from support.places import place

EVERY_PROGRAM = ("pre-commit", "make", "npm", "task", "just")


class Imported(NamedTuple):
    config: Config
    left: tuple[Left, ...]
    text: str

    @property
    def stages(self) -> Mapping[str, Stage]:
        return self.config.stages

    def on(self, hook: str) -> list[str]:
        """The stages that a hook of git's runs."""
        return [name for job in self.config.jobs.values() if hook in job.on for name in job.stages]

    def said(self) -> list[str]:
        """What was left, in short."""
        return [f"{one.line} {one.what}: {one.why}" for one in self.left]


_STARTS = {"npm_test": "npm test", "go_test": "go test ./...", "cargo_test": "cargo test", "shell": ""}


def line(stage: Stage) -> str:
    """What a stage starts, as somebody would type it."""
    return f"{_STARTS.get(stage.target, stage.target)} {stage.run or ''}".strip(" ")


def imported(files: Mapping[str, str], programs: Collection[str] = EVERY_PROGRAM) -> Imported:
    """What is made of these files loads, always."""
    there = place(files, programs)
    made = write(survey(there, chosen(there, ())))
    config = configuration.parse(made.text.encode(), "x", targets=tuple(KINDS)) if made.text else Config("x", {}, {})
    assert list(config.stages) == [name for name in made.stages if name not in config.disabled]
    return Imported(config, made.left, made.text)
