"""A hook's script as the commands that it is made of, where it is no more than a list of them."""

from __future__ import annotations

import re

# What makes a script more than a list: control, variables that later lines read, lines that go on.
_MORE = re.compile(
    r"^\s*(?:if|then|else|elif|fi|for|while|until|do|done|case|esac|function|export|set|cd|exit|trap|return|source|\.|eval"
    r"|unset|local|readonly|alias|exec|\{|\}|\(|\))(?:\s|$|;)|\\$|^\s*\w+=|<<|\bEOF\b|[;|&]\s*$|^\s*[;|&)]"
)
_HUSKY_SH = re.compile(r"""^\s*(?:\.|source)\s+["']?.*husky\.sh["']?\s*$""")
_QUOTED = re.compile(r"""\\.|'[^']*'|"(?:[^"\\]|\\.)*"|&&|\|\||[;|&()`\n]|\$\(""", re.DOTALL)


def commands_of(script: str) -> tuple[str, ...] | None:
    """One after the other, each a line; None where it is more than a list."""
    found: list[str] = []
    for line in script.splitlines():
        bare = line.strip()
        if not bare or bare.startswith("#") or _HUSKY_SH.match(line):
            continue
        if _MORE.search(line):
            return None
        found += split_at_and(bare)
    return tuple(found)


def split_at_and(line: str) -> list[str]:
    """`a && b` as two; a line with anything else that joins commands stays whole."""
    parts: list[str] = []
    start = 0
    for match in _QUOTED.finditer(line):
        if match[0] == "&&":
            parts.append(line[start : match.start()].strip())
            start = match.end()
        elif match[0][0] not in "\\'\"":
            return [line]
    parts.append(line[start:].strip())
    return parts if all(parts) else [line]
