"""The example file is true: it loads, and it shows every key there is."""

from __future__ import annotations

from pathlib import Path

import tomli

from gofigure.config import load
from gofigure.config.schema import KEYS

EXAMPLE = Path(__file__).parents[3] / ".gofigure.toml.example"
TARGETS = ("cargo_test", "checkout", "docker", "go_test", "kubernetes", "make", "npm_test", "pytest", "shell")


def test_the_example_loads() -> None:
    config = load(str(EXAMPLE), targets=TARGETS)
    assert config.jobs["check"].stages == ("lint", "unit", "notes")
    assert config.stages["unit"].timeout == 600
    assert config.stages["unit"].env == (("PYTHONHASHSEED", "0"),)


def test_the_example_shows_every_key_and_no_other() -> None:
    data = tomli.loads(EXAMPLE.read_text())
    shown = {("", name) for name in data}
    shown |= {(f"{table}.*", key) for table in ("jobs", "stages") for entry in data[table].values() for key in entry}
    assert shown == {(key.table, key.name) for key in KEYS}
