"""Which files git would change on their way into the repository (gitattributes, "Effects")."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from gofigure.git.program import Git, output

_ATTRIBUTES = ("text", "crlf", "eol", "ident", "filter", "working-tree-encoding")
_OFF = (b"unspecified", b"unset")
_FALSE = (b"false", b"no", b"off", b"0", b"")


class Conversions(NamedTuple):
    """Paths whose stored content may differ from the bytes on disk, and what else of the disk does not count."""

    always: frozenset[bytes]  # a filter driver, `ident` or an encoding: only git can tell
    line_ends: frozenset[bytes]  # only if a carriage return is in the content
    no_modes: bool  # core.fileMode is false: the exec bit is what it was
    no_links: bool  # core.symlinks is false: a link is checked out as a file, and stays a link


def conversions(git: Git, paths: Sequence[bytes]) -> Conversions:
    """Ask git for the attributes that matter, for these paths only."""
    asked = git.start("check-attr", "-z", "--stdin", *_ATTRIBUTES, stdin=b"".join(path + b"\0" for path in paths))
    said = git.start("config", "-z", "--get-regexp", r"^core\.(autocrlf|filemode|symlinks)$")
    fields = output(asked, ("check-attr",)).split(b"\0")[:-1]
    # "name LF value", the last one counting; a name alone means true (git-config).
    pairs = [line.partition(b"\n") for line in said.finish().out.split(b"\0")]
    is_off = {name: bool(equals) and value.lower() in _FALSE for name, equals, value in pairs}
    converts_by_default = not is_off.get(b"core.autocrlf", True)
    values: dict[bytes, dict[bytes, bytes]] = {}
    for path, name, value in zip(fields[::3], fields[1::3], fields[2::3], strict=True):
        values.setdefault(path, {})[name] = value
    always, line_ends = set(), set()
    for path, attributes in values.items():
        if any(attributes[name] not in _OFF for name in (b"ident", b"filter", b"working-tree-encoding")):
            always.add(path)
        elif _is_text(attributes, converts_by_default=converts_by_default):
            line_ends.add(path)
    return Conversions(
        frozenset(always),
        frozenset(line_ends),
        no_modes=is_off.get(b"core.filemode", False),
        no_links=is_off.get(b"core.symlinks", False),
    )


def _is_text(attributes: dict[bytes, bytes], *, converts_by_default: bool) -> bool:
    text = attributes[b"text"]
    if text == b"unspecified":
        text = attributes[b"crlf"]  # the old name
    if text == b"unset":
        return False
    if text != b"unspecified" or attributes[b"eol"] not in _OFF:
        return True
    return converts_by_default
