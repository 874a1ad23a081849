"""The user's own file, outside every repository: the clusters that gofigure may deploy to besides local ones.

# ~/.config/gofigure/config.toml
allow_contexts = ["staging", "team-*"]
protected_contexts = ["customer-*"]
"""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Mapping

from gofigure.errors import GofigureError
from gofigure.recipes.kubernetes.contexts import Own

_LARGEST = 64 * 1024
_KEYS = ("allow_contexts", "protected_contexts")


def path_of(environ: Mapping[str, str]) -> str:
    """Where it is (XDG Base Directory), whether or not it is there."""
    home = environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    return os.path.join(home, "gofigure", "config.toml")


def read_own(environ: Mapping[str, str]) -> Own:
    """What it says; nothing if it is not there. Raises GofigureError where it is wrong, or could be anybody's."""
    path = path_of(environ)
    try:
        with open(path, "rb") as file:
            info = os.fstat(file.fileno())
            data = file.read(_LARGEST + 1)
    except FileNotFoundError:
        return Own(path)
    except OSError as error:
        raise GofigureError(f"{path} cannot be read: {error.strerror}") from None
    if info.st_mode & (stat.S_IWGRP | stat.S_IWOTH) or info.st_uid not in (os.geteuid(), 0):
        raise GofigureError(f"{path} can be written by others, so it is nobody's own", hint=f"chmod go-w {path}")
    try:
        said = tomllib.loads(data.decode())
    except (ValueError, RecursionError) as error:  # TOMLDecodeError and UnicodeDecodeError are ValueErrors
        raise GofigureError(f"{path}: {error}", hint=f"mend {path}") from None
    for key, value in said.items():
        if key not in _KEYS:
            raise GofigureError(f"{path}: {key}: unknown key, expected {' or '.join(_KEYS)}", hint=f"mend {path}")
        if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
            raise GofigureError(f'{path}: {key}: expected a list of contexts, such as ["staging"]', hint=f"mend {path}")
    return Own(path, *(tuple(said.get(key, ())) for key in _KEYS))
