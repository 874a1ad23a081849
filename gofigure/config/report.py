"""What is wrong, with lines and nearest names, as one error."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from gofigure.config.kinds import Wrong, dotted
from gofigure.config.layers import IN_TOML, Layer
from gofigure.config.lines import Node, scan
from gofigure.config.toml_file import decode
from gofigure.errors import ConfigError, Problem

# Looking for a near name among many costs milliseconds; nobody mends more than this at a time.
_MAX_SUGGESTIONS = 100


def report_all(
    wrong: Sequence[tuple[Layer, list[Wrong]]], elsewhere: Callable[[Wrong], Problem | None] = lambda _bad: None
) -> ConfigError:
    """Every problem of every file, each with the layer that causes it; in the order of the files.

    `elsewhere`: one of the first layer's that another shared file is about.
    """
    budget = _MAX_SUGGESTIONS
    problems: list[Problem] = []
    first = {id(bad) for _, some in wrong[:1] for bad in some}
    for path, line, bad in _placed(wrong):
        budget -= bool(bad.names)
        found = elsewhere(bad) if id(bad) in first else None
        problems.append(found or problem_of(path, line, bad, suggest=budget >= 0))
    return ConfigError(problems)


def problem_of(path: str, line: int, bad: Wrong, *, suggest: bool = True) -> Problem:
    message = bad.message + (_suggestion(bad) if bad.names and suggest else "")
    return Problem(path, line, dotted(bad.at), message)


def _placed(wrong: Sequence[tuple[Layer, list[Wrong]]]) -> Iterator[tuple[str, int, Wrong]]:
    """(path, line, what is wrong there)."""
    for layer, bad in wrong:
        if not bad:
            continue
        text = decode(layer.data, layer.path)
        root = scan(text) if layer.kind in IN_TOML else Node(1)
        found = sorted(((root.line_of(one.at), one) for one in bad), key=lambda pair: pair[0])
        yield from ((layer.path, line, one) for line, one in found)


def _suggestion(bad: Wrong) -> str:
    from gofigure.config.suggest import suggestion

    return suggestion(bad.name, bad.names)
