"""What pytest is asked for besides its arguments: PYTEST_ADDOPTS, and addopts in the one file that it is set up by."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from typing import Any

from gofigure.reports.beginning import text_of

# In the order in which pytest looks, in a folder and then in those above; and whether one counts without a section.
_FILES = {
    "pytest.toml": True, ".pytest.toml": True, "pytest.ini": True, ".pytest.ini": True,
    "pyproject.toml": False, "tox.ini": False, "setup.cfg": False,
}  # fmt: skip
_REPORT = ("--junitxml", "--junit-xml")


def own_report(words: Sequence[str]) -> str | None:
    """The file that the last of these options names; None: no report is asked for."""
    found = None
    for at, word in enumerate(words):
        option, is_joined, value = word.partition("=")
        if option in _REPORT:
            found = value if is_joined else "".join(words[at + 1 : at + 2])
    return found


def has_no_reports(words: Sequence[str]) -> bool:
    """Whether what writes reports is switched off."""
    return any(
        word == "-pno:junitxml" or (word == "no:junitxml" and words[at - 1] == "-p")
        for at, word in enumerate(words)
        if at or word != "no:junitxml"
    )


def words_of(text: str) -> list[str]:
    """Options as a shell splits them, as pytest does; [] where that cannot be done, as pytest then says."""
    try:
        return shlex.split(text)
    except ValueError:
        return []


def settings(argv: Sequence[str], folder: str, root: str) -> list[str]:
    """The options that a file adds. `folder`: that pytest runs in; no file above `root` is looked at."""
    override = _value_of(argv, ("-o", "--override-ini"), "addopts=")
    if override is not None:
        return words_of(override)
    named = _value_of(argv, ("-c", "--config-file"))
    if named is not None:
        path = os.path.join(folder, named)
        return _options(path, os.path.basename(path)) or []
    while True:
        for name, counts in _FILES.items():
            path = os.path.join(folder, name)
            found = _options(path, name)
            if found is not None or (counts and os.path.isfile(path)):
                return found or []
        above = os.path.dirname(folder)
        if folder in (root, above):
            return []
        folder = above


def _value_of(words: Sequence[str], options: Sequence[str], begin: str = "") -> str | None:
    """What comes behind the last of these options, where it begins so: without that."""
    found = None
    for at, word in enumerate(words):
        value = word.partition("=")[2] if word.partition("=")[0] in options and "=" in word else None
        if word in options:
            value = "".join(words[at + 1 : at + 2])
        if value is not None and value.startswith(begin):
            found = value.removeprefix(begin)
    return found


def _options(path: str, name: str) -> list[str] | None:
    """Those in pytest's own section of a file; None where it has none."""
    text = text_of(path)
    if "pytest" not in text:
        return None
    return (
        _in_toml(text)
        if name.endswith(".toml")
        else _in_ini(text, "tool:pytest" if name.endswith(".cfg") else "pytest")
    )


def _in_toml(text: str) -> list[str] | None:
    import tomllib

    try:
        told: Any = tomllib.loads(text)
    except (ValueError, RecursionError):
        return None
    tool = told.get("tool")
    section = tool.get("pytest") if isinstance(tool, dict) else told.get("pytest")
    if isinstance(section, dict):
        section = section.get("ini_options", section)
    if not isinstance(section, dict):
        return None
    added = section.get("addopts", "")
    return [str(word) for word in added] if isinstance(added, list) else words_of(str(added))


def _in_ini(text: str, section: str) -> list[str] | None:
    import configparser

    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    try:
        parser.read_string(text)
    except configparser.Error:
        return None
    if not parser.has_section(section):
        return None
    return words_of(parser.get(section, "addopts", fallback="") or "")
