"""Regular expressions of others, put together to one for `files`."""

from __future__ import annotations

import re
from collections.abc import Sequence

_GLOBAL = re.compile(r"\(\?([aimsux]+)\)")


def usable(pattern: str) -> bool:
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(pattern)
    except (re.error, OverflowError, RecursionError, Warning):
        return False
    return True


def without_layout(pattern: str) -> str:
    """The same expression without the blanks, line ends and comments of `(?x)`; its flags hold for itself alone.

    So it can stand within another one.
    """
    text = pattern.strip("\n")
    match = _GLOBAL.match(text)
    if match is None:
        return text
    flags, rest = match[1], text[match.end() :]
    if "x" in flags:
        rest = _on_one_line(rest)
        flags = flags.replace("x", "")
    return f"(?{flags}:{rest})" if flags else rest


def _on_one_line(text: str) -> str:
    out: list[str] = []
    at, in_set = 0, False
    while at < len(text):
        char = text[at]
        if char == "\\":
            out.append(text[at : at + 2])
            at += 2
            continue
        if char == "[" and not in_set:
            end = at + (3 if text.startswith("[^]", at) else 2 if text.startswith("[]", at) else 1)
            out.append(text[at:end])
            at, in_set = end, True
            continue
        in_set = in_set and char != "]"
        if not in_set and char == "#":
            at = text.find("\n", at) if "\n" in text[at:] else len(text)
            continue
        if in_set or not char.isspace():
            out.append(char)
        at += 1
    return "".join(out)


def both(wanted: str, unwanted: str) -> str:
    """What one expression finds and another does not; an empty one says nothing."""
    if not unwanted:
        return wanted or "."
    no = f"(?!{_from_start(unwanted)})"
    return f"^{no}" if wanted in ("", ".") else f"^{no}{_from_start(wanted)}"


def both_found(first: str, second: str) -> str:
    """What two expressions find."""
    if not first or not second:
        return first or second
    return f"^(?={_from_start(first)}){_from_start(second)}"


def _from_start(pattern: str) -> str:
    """The same as an expression that is matched at the beginning, not searched."""
    for before, after in (("", ""), ("(?i:", ")")):
        inner = pattern.removeprefix(before).removesuffix(after)
        if pattern == f"{before}{inner}{after}" and _anchored(inner) and "(?i:" not in inner:
            return f"{before}{inner[1:]}{after}"
    return f"(?s:.*){_grouped(pattern)}"


def any_of(patterns: Sequence[str]) -> str:
    """What one of several expressions finds."""
    return "|".join(patterns)


def _grouped(pattern: str) -> str:
    return f"(?:{pattern})" if "|" in _outside(pattern) else pattern


def _anchored(pattern: str) -> bool:
    """Whether it begins at the beginning, whichever of its ways it goes."""
    return pattern.startswith("^") and pattern[1:2] not in ("*", "+", "?", "{") and "|" not in _outside(pattern)


def _outside(pattern: str) -> str:
    """What stands outside of all brackets."""
    out: list[str] = []
    depth, at = 0, 0
    while at < len(pattern):
        char = pattern[at]
        if char == "\\":
            at += 2
            continue
        if char == "[":
            close = pattern.find("]", at + (3 if pattern.startswith("[^", at) else 2))
            at = close + 1 if close > 0 else len(pattern)
            continue
        depth += (char == "(") - (char == ")")
        if depth < 0:
            return "|"  # not one expression: nothing is known of it
        if depth == 0:
            out.append(char)
        at += 1
    return "".join(out)
