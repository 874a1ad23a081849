"""Globs of other tools as regular expressions for `files`, each by the rules of its tool.

lefthook: small letters are large ones. By gobwas, `*` crosses folders; by doublestar it does not, `**` does.
lint-staged (micromatch): as doublestar, by the letter; without a `/` it is about the name alone; `!(a|b)` and the like.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

Dialect = Literal["gobwas", "doublestar", "micromatch"]

_MOST_NUMBERS = 200  # of {1..200}
_RANGE = re.compile(r"(-?\d{1,4})\.\.(-?\d{1,4})")


class BadGlob(ValueError):  # noqa: N818 - not an error of ours
    """A glob that cannot be understood; the message says why."""


class _Rules(NamedTuple):
    one: str  # `*`
    char: str  # `?`
    folders: str  # `**/` at the beginning of a segment
    extended: bool  # `!(a|b)`


_RULES: dict[Dialect, _Rules] = {
    "gobwas": _Rules("(?s:.*)", "(?s:.)", "(?s:.*)/", extended=False),
    "doublestar": _Rules("[^/]*", "[^/]", "(?:[^/]+/)*", extended=False),
    "micromatch": _Rules("[^/]*", "[^/]", "(?:[^/]+/)*", extended=True),
}


def to_files(glob: str, dialect: Dialect) -> str:
    """A regular expression that is searched in a path from the root. Raises BadGlob."""
    if dialect != "gobwas":
        glob = glob.removeprefix("./")
    name = glob.removeprefix("**/") if dialect != "gobwas" else glob
    anywhere = "/" not in name and (dialect == "micromatch" or name != glob)
    glob = name if anywhere else glob
    below = dialect == "micromatch" and glob.endswith("/**") and glob != "/**"  # `a/**` is `a` as well
    body = _Scanner(glob.removesuffix("/**") if below else glob, _RULES[dialect]).all()
    body += "(?:/(?s:.*))?" if below else ""
    if dialect == "gobwas":
        pattern = _open(body)
    elif not anywhere:
        pattern = f"^{body}$"
    else:  # a `*` at the beginning needs no anchor before it: what is searched may begin anywhere
        pattern = f"{body.removeprefix('[^/]*')}$" if body.startswith("[^/]*") else f"(^|/){body}$"
    by_letter = dialect == "micromatch" or not re.search("[a-zA-Z]", glob)
    return pattern if by_letter else f"(?i:{pattern})"


def to_changed(glob: str, dialect: Dialect) -> tuple[str, ...] | None:
    """Globs as `changed` has them that match at least the same; None where these cannot say it."""
    if any(sign in glob for sign in ("[", "\\", "?(", "!(", "+(", "@(", "..")) or glob.startswith(("!", "/")):
        return None
    found = [""]
    for part in re.split(r"(\{[^{}]*\})", glob):
        ways = part[1:-1].split(",") if part.startswith("{") else [part]
        found = [before + way for before in found for way in ways]
    if len(found) > _MOST_NUMBERS or any(sign in one for one in found for sign in "{}"):
        return None
    found = [re.sub(r"\*{3,}", "**", one) for one in found]
    if dialect == "gobwas":
        found = [re.sub(r"\*+", "**", one) for one in found]  # a part of a name or of a path, as it was
    elif dialect == "micromatch":
        found = [one if "/" in one else f"**/{one}" for one in found]
    return tuple(dict.fromkeys(one for one in found if one)) or None


def _open(body: str) -> str:
    """Without what says no more than that anything may stand there, before or behind it."""
    begun = body.removeprefix("(?s:.*)") if body.startswith("(?s:.*)") else f"^{body}"
    return begun.removesuffix("(?s:.*)") if begun.endswith("(?s:.*)") else f"{begun}$"


class _Scanner:
    """One walk over a glob."""

    def __init__(self, glob: str, rules: _Rules) -> None:
        self.glob = glob
        self.rules = rules
        self.at = 0

    def all(self) -> str:
        body = self.until("")
        if self.at < len(self.glob):
            raise BadGlob(f"{self.glob[self.at]} closes nothing")
        return body

    def until(self, ends: str) -> str:
        """The expression up to one of these characters, which is not read."""
        out: list[str] = []
        while self.at < len(self.glob) and self.glob[self.at] not in ends:
            out.append(self.part())
        return "".join(out)

    def part(self) -> str:
        char = self.glob[self.at]
        if self.rules.extended and char in "!+@?*" and self.glob.startswith("(", self.at + 1):
            return self.group(char)
        if char == "*":
            return self.star()
        self.at += 1
        if char == "[":
            return self.letters()
        if char == "{":
            return self.braces()
        if char == "\\":
            self.at += 1
            if self.at > len(self.glob):
                raise BadGlob("a backslash at the end")
            char = self.glob[self.at - 1]
        elif char == "?":
            return self.rules.char
        return re.escape(char)

    def star(self) -> str:
        start = self.at
        while self.glob.startswith("*", self.at):
            self.at += 1
        if self.at - start == 1:
            return self.rules.one
        if self.rules.extended and (self.at - start > 2 or re.match(r"[!+@?*]?\(", self.glob[self.at :])):
            raise BadGlob("stars that micromatch itself takes for something else")
        first = start == 0 or self.glob[start - 1] in "/{,"
        if first and self.glob.startswith("/", self.at) and self.rules.folders:
            self.at += 1
            return self.rules.folders
        whole = first and self.at == len(self.glob)
        return "(?s:.*)" if whole or self.rules.one == "(?s:.*)" else self.rules.one

    def letters(self) -> str:
        """A set, behind its bracket."""
        start = self.at
        end = self.glob.find("]", start + (2 if self.glob[start : start + 1] in ("!", "^") else 1))
        if end < 0:
            raise BadGlob("a [ that nothing closes")
        self.at = end + 1
        body = self.glob[start:end]
        negated = body[0] == "^" or (body[0] == "!" and not self.rules.extended)  # to micromatch `!` is a character
        body = body[1:] if negated else body
        safe = re.sub(r"([\[\]\\^&~|])", r"\\\1", body)
        try:
            re.compile(f"[{safe}]")
        except re.error:
            raise BadGlob(f"[{body}] is no set") from None
        if negated:
            return f"[^{'' if self.rules.char == '(?s:.)' else '/'}{safe}]"
        return f"[{safe}]"

    def braces(self) -> str:
        """Alternatives, behind their brace."""
        close = self.glob.find("}", self.at)
        numbers = _RANGE.fullmatch(self.glob[self.at : close]) if close > 0 else None
        if numbers:
            self.at = close + 1
            low, high = sorted((int(numbers[1]), int(numbers[2])))
            if high - low > _MOST_NUMBERS:
                raise BadGlob("a range of more than 200 numbers")
            return f"(?:{'|'.join(map(str, range(low, high + 1)))})"
        return f"(?:{'|'.join(self.ways(',', '}'))})"

    def ways(self, between: str, end: str) -> list[str]:
        found = [self.until(between + end)]
        while self.glob.startswith(between, self.at):
            self.at += 1
            found.append(self.until(between + end))
        if not self.glob.startswith(end, self.at):
            raise BadGlob(f"a group that no {end} closes")
        self.at += 1
        return found

    def group(self, kind: str) -> str:
        """`!(a|b)` and its like."""
        self.at += 2
        ways = "|".join(self.ways("|", ")"))
        rest = self.glob[self.at :]
        if rest.startswith("?") and not rest.startswith("?("):
            raise BadGlob("a ? behind a group")
        if kind == "!":
            name = rest.partition("/")[0]
            if re.search(r"[*?\[{(|)},]", name):
                raise BadGlob("wildcards behind !(...)")
            return f"(?!(?:{ways}){re.escape(name)}(?:/|$))[^/]*"
        return f"(?:{ways})" + {"@": "", "?": "?", "*": "*", "+": "+"}[kind]
