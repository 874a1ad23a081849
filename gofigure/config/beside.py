"""The older JSON files and a TOML file, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gofigure.config.layers import lay_over
from gofigure.config.lines import scan
from gofigure.config.older import read_older, same_names
from gofigure.config.report import problem_of
from gofigure.config.tables import read_tables
from gofigure.config.toml_file import decode, parse_toml
from gofigure.errors import ConfigError, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gofigure.config.layers import Layer, Layers


def beside(layers: Layers, targets: Sequence[str]) -> dict[str, object]:
    """What they say together. Raises ConfigError with the problems of the older ones, and then of the TOML as well."""
    older = read_older(layers, targets)
    first = layers[0]
    data: dict[str, object] = {}
    problems: list[Problem] = []
    if first.kind == "toml":
        try:
            text = decode(first.data, first.path)
            data = parse_toml(text, first.path)
            problems += same_names(older, data, first.path, scan(text))
        except ConfigError as error:
            problems += error.problems
    if older.problems and data:
        problems += _alone(first, data, targets)
    problems += older.problems
    if problems:
        raise ConfigError(sorted(problems, key=lambda one: [layer.path for layer in layers].index(one.path)))
    return lay_over(data, older.data)


def _alone(layer: Layer, data: dict[str, object], targets: Sequence[str]) -> list[Problem]:
    """What is wrong in TOML whatever the older files say; a name in it may be one of theirs, so names are left out."""
    root = scan(decode(layer.data, layer.path))
    wrong = sorted(((root.line_of(bad.at), bad) for bad in read_tables(data, targets).wrong), key=lambda pair: pair[0])
    return [problem_of(layer.path, line, bad) for line, bad in wrong]
