"""Which files git would change on their way into the repository (gitattributes, "Effects")."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from gofigure.git.program import Git, output

_ATTRIBUTES = ("text", "crlf", "eol", "ident", "filter", "working-tree-encoding")
_OFF = (b"unspecified", b"unset")


class Conversions(NamedTuple):
    """Paths whose stored content may differ from the bytes on disk."""

    always: frozenset[bytes]  # a filter driver, `ident` or an encoding: only git can tell
    line_ends: frozenset[bytes]  # only if a carriage return is in the content


def conversions(git: Git, paths: Sequence[bytes]) -> Conversions:
    """Ask git for the attributes that matter, for these paths only."""
    asked = git.start("check-attr", "-z", "--stdin", *_ATTRIBUTES, stdin=b"".join(path + b"\0" for path in paths))
    auto_crlf = git.start("config", "--get", "core.autocrlf")
    fields = output(asked, ("check-attr",)).split(b"\0")[:-1]
    converts_by_default = auto_crlf.finish().out.strip() in (b"true", b"input")
    values: dict[bytes, dict[bytes, bytes]] = {}
    for path, name, value in zip(fields[::3], fields[1::3], fields[2::3], strict=True):
        values.setdefault(path, {})[name] = value
    always, line_ends = set(), set()
    for path, attributes in values.items():
        if any(attributes[name] not in _OFF for name in (b"ident", b"filter", b"working-tree-encoding")):
            always.add(path)
        elif _is_text(attributes, converts_by_default=converts_by_default):
            line_ends.add(path)
    return Conversions(frozenset(always), frozenset(line_ends))


def _is_text(attributes: dict[bytes, bytes], *, converts_by_default: bool) -> bool:
    text = attributes[b"text"]
    if text == b"unspecified":
        text = attributes[b"crlf"]  # the old name
    if text == b"unset":
        return False
    if text != b"unspecified" or attributes[b"eol"] not in _OFF:
        return True
    return converts_by_default
