"""What is wrong, with lines and nearest names, as one error."""

from __future__ import annotations

from gofigure.config.kinds import Wrong, dotted
from gofigure.errors import ConfigError, Problem

# Looking for a near name among many costs milliseconds; nobody mends more than this at a time.
_MAX_SUGGESTIONS = 100


def report(wrong: list[Wrong], text: str, path: str) -> ConfigError:
    """Every problem at once, in the order of the file."""
    from gofigure.config.lines import scan

    root = scan(text)
    found = sorted(((root.line_of(bad.at), bad) for bad in wrong), key=lambda pair: pair[0])
    budget = _MAX_SUGGESTIONS
    problems: list[Problem] = []
    for line, bad in found:
        message = bad.message
        if bad.names and budget:
            budget -= 1
            message += _suggestion(bad)
        problems.append(Problem(path, line, dotted(bad.at), message))
    return ConfigError(problems)


def _suggestion(bad: Wrong) -> str:
    from gofigure.config.suggest import suggestion

    return suggestion(bad.name, bad.names)
