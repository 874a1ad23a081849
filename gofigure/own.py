"""The user's own file, outside every repository: what holds for all of them. It holds no commands.

# ~/.config/gofigure/config.toml
jobs = 4
color = "never"
notify = false
allow_contexts = ["staging", "team-*"]
protected_contexts = ["customer-*"]
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from typing import Any, NamedTuple

from gofigure.errors import GofigureError

_LARGEST = 64 * 1024
_MOST_JOBS = 1024
_COLORS = ("auto", "always", "never")


class OwnKey(NamedTuple):
    """One key that the file may hold."""

    name: str
    expected: str
    default: object
    doc: str


KEYS = (
    OwnKey(
        "jobs", "a whole number from 1", None, "How many stages run at once, where --jobs does not say; one per core."
    ),
    OwnKey("color", 'one of "auto", "always" and "never"', "auto", "Whether output has colours; NO_COLOR says more."),
    OwnKey("notify", "true or false", None, "Whether gofigure watch tells the desktop, where --notify does not say."),
    OwnKey(
        "allow_contexts",
        'a list of contexts, such as ["staging"]',
        (),
        "Globs of kubectl contexts that may be deployed to, besides those of local clusters.",
    ),
    OwnKey(
        "protected_contexts",
        'a list of contexts, such as ["staging"]',
        (),
        "Globs of kubectl contexts whose name must be typed for each deploy.",
    ),
)


def path_of(environ: Mapping[str, str]) -> str:
    """Where it is (XDG Base Directory), whether or not it is there."""
    home = environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    return os.path.join(home, "gofigure", "config.toml")


def read_bytes(environ: Mapping[str, str]) -> bytes:
    """What is in it; empty where it is not there. Raises GofigureError where it could be anybody's, or not be read."""
    path = path_of(environ)
    try:
        with open(path, "rb") as file:
            info = os.fstat(file.fileno())
            data = file.read(_LARGEST + 1)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise GofigureError(f"{path} cannot be read: {error.strerror}") from None
    if info.st_mode & (stat.S_IWGRP | stat.S_IWOTH) or info.st_uid not in (os.geteuid(), 0):
        raise GofigureError(f"{path} can be written by others, so it is nobody's own", hint=f"chmod go-w {path}")
    return data


def read(environ: Mapping[str, str]) -> Mapping[str, Any]:
    """What it says, lists as tuples. Raises GofigureError where it is wrong, or could be anybody's."""
    path, data = path_of(environ), read_bytes(environ)
    if not data:
        return {}
    import tomllib

    try:
        said = tomllib.loads(data.decode())
    except (ValueError, RecursionError) as error:  # TOMLDecodeError and UnicodeDecodeError are ValueErrors
        raise GofigureError(f"{path}: {error}", hint=f"mend {path}") from None
    keys = {key.name: key for key in KEYS}
    found: dict[str, Any] = {}
    for name, value in said.items():
        if name not in keys:
            listed = ", ".join(list(keys)[:-1])
            raise GofigureError(
                f"{path}: {name}: unknown key, expected {listed} or {KEYS[-1].name}", hint=f"mend {path}"
            )
        if not _is_good(name, value):
            raise GofigureError(f"{path}: {name}: expected {keys[name].expected}", hint=f"mend {path}")
        found[name] = tuple(value) if isinstance(value, list) else value
    return found


def says(name: str, environ: Mapping[str, str]) -> Any:
    """The value of one key; None where it does not say. Only a file that names it is understood, which takes 5 ms."""
    return read(environ).get(name) if name.encode() in read_bytes(environ) else None


def _is_good(name: str, value: object) -> bool:
    match name:
        case "jobs":
            return type(value) is int and 1 <= value <= _MOST_JOBS
        case "color":
            return value in _COLORS
        case "notify":
            return isinstance(value, bool)
        case _:
            return isinstance(value, list) and all(isinstance(one, str) and one for one in value)
