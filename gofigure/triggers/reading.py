"""What an installed hook script of ours says: which interpreter it starts, and with what."""

from __future__ import annotations

import os
import re
import shlex
from typing import NamedTuple

from gofigure.triggers.chain import is_ours
from gofigure.triggers.install import template

_VERSION = re.compile(r"\A#!/bin/sh\n# gofigure hook, version ([^.\n]+)\.")
_VALUES = re.compile(
    r"^hook=(.*?)\npython=(.*?)\nGOFIGURE_INSTALL_PATH=(.*?)\nGOFIGURE_DATA=(.*?)\nexport ", re.DOTALL | re.MULTILINE
)
_FLAGS = re.compile(r'^exec "\$python" (-\w+) -m ', re.MULTILINE)
_WORD = r"""(?:[\w@%+=:,./-]|'[^']*'|"'")*"""  # as shlex.quote writes it


class Written(NamedTuple):
    """The values that were written into a script at installation."""

    version: str  # of the template
    python: str
    flags: str
    path: str  # the PATH to fall back on
    data: str  # where permissions are kept


def read_script(place: str) -> Written | None:
    """What a script of ours says; None if there is none, or it is not as we write them now."""
    if not is_ours(place):
        return None
    try:
        with open(place, "rb") as file:
            text = os.fsdecode(file.read())
    except OSError:
        return None
    version, values, flags = _VERSION.search(text), _VALUES.search(text), _FLAGS.search(text)
    if version is None or values is None or flags is None:
        return None
    try:
        _, python, path, data = ("".join(shlex.split(value)) for value in values.groups())
    except ValueError:
        return None
    return Written(version[1], python, flags[1], path, data)


def template_version() -> str:
    """The version of the script that would be written now."""
    found = _VERSION.search(template())
    return found[1] if found else ""


def is_as_written(place: str) -> bool:
    """Whether a script of ours is the template with values in it, and nothing else."""
    try:
        with open(place, "rb") as file:
            text = os.fsdecode(file.read())
    except OSError:
        return False
    pieces = re.split(r"@[A-Z]+@", template())
    return re.fullmatch(_WORD.join(map(re.escape, pieces)), text, re.ASCII) is not None
