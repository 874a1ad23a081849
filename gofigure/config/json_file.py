"""JSON as people write it by hand into a value, its positions and everything that is wrong with it.

Comments and trailing commas are accepted, nothing else beside JSON. What has an obvious mend is told and gone over as
if it were mended, so that one look finds all of it (docs/decisions/0028-older-json.md says why no library does this).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from json import JSONDecodeError, loads
from typing import NamedTuple, NoReturn

from gofigure.config.kinds import quote
from gofigure.config.lines import Node

_MAX_DEPTH = 32
_MAX_FAULTS = 50
_MAX_DIGITS = 300

_BETWEEN = re.compile(r"(?:[ \t\r\n]++|//[^\n]*+|/\*(?s:.*?)\*/)*+")
_STRING = re.compile(r'"(?:[^"\\\n]|\\[^\n])*+"')
_SINGLE = re.compile(r"'((?:[^'\\\n]|\\[^\n])*+)'")
_WORD = re.compile(r"[^\s,:\[\]{}\"'/]++")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*+)(\.\d++)?([eE][+-]?\d++)?", re.ASCII)
_SURROGATE = re.compile("[\ud800-\udfff]")
_WORDS: dict[str, object] = {"true": True, "false": False, "null": None}
_OTHER_WORDS = {"True": "true", "False": "false", "None": "null", "undefined": "null"}
_CLOSERS = {"{": "}", "[": "]"}
_ESCAPES = r"\" \\ \/ \b \f \n \r \t or \u and four hexadecimal digits"
_NOTHING = object()  # a value that could not be understood


class Fault(NamedTuple):
    """One thing that is no JSON: where, and the mend."""

    line: int  # both from 1
    column: int
    message: str


class Scanned(NamedTuple):
    """What a text says, as far as it can be understood."""

    value: object
    root: Node  # where its keys and items are
    faults: list[Fault]
    whole: bool  # else something that is there may be missing in the value


class _GiveUp(Exception):  # noqa: N818 - no error: what comes after this would be guesses
    """The rest cannot be understood; the fault is told."""


def scan_json(text: str) -> Scanned:
    """All of a text."""
    return _Scanner(text).document()


class _Scanner:
    """One walk over the text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.pos = 0
        self.faults: list[Fault] = []
        self.newlines = [match.start() for match in re.finditer("\n", text)]
        self.whole = True

    def document(self) -> Scanned:
        root, value = Node(1), None
        try:
            if not self.peek():
                self.give_up("found nothing, expected {")
            root.line = self.line()
            value = self.value(root, 0)
            if self.peek():
                self.give_up(f"found {self.shown()}, expected the end of the file")
        except _GiveUp:
            self.whole = False
        return Scanned(None if value is _NOTHING else value, root, self.faults, self.whole)

    def value(self, node: Node, depth: int) -> object:
        char = self.peek()
        if char in ("{", "["):
            if depth == _MAX_DEPTH:
                self.give_up(f"nested more than {_MAX_DEPTH} deep, expected a configuration")
            return self.table(node, depth) if char == "{" else self.array(node, depth)
        if char in ('"', "'"):
            return self.string()
        if _WORD.match(self.text, self.pos):
            return self.word()
        return self.give_up(f"found {self.shown()}, expected a value")

    def table(self, node: Node, depth: int) -> dict[str, object]:
        found: dict[str, object] = {}
        opened = self.text[self.pos], self.pos
        self.pos += 1
        while self.more(opened):
            start, line = self.pos, self.line()
            name = self.key()
            if name in found:
                self.fault(f"found {quote(name)} again (as in line {node.below[name].line}), expected it once", start)
            self.colon(name)
            below = Node(line)
            value = self.value(below, depth + 1)
            if name not in found and value is not _NOTHING:
                found[name], node.below[name] = value, below
            self.comma(opened)
        return found

    def array(self, node: Node, depth: int) -> list[object]:
        found: list[object] = []
        opened = self.text[self.pos], self.pos
        self.pos += 1
        while self.more(opened):
            below = Node(self.line())
            value = self.value(below, depth + 1)
            if value is not _NOTHING:
                node.below[len(found)] = below
                found.append(value)
            self.comma(opened)
        return found

    def more(self, opened: tuple[str, int]) -> bool:
        """Whether another member follows what was opened (what, where); the bracket that closes it is read over."""
        opener, start = opened
        char = self.peek()
        while char == ",":
            self.fault("found a comma, expected a value before it")
            self.pos += 1
            char = self.peek()
        if char == _CLOSERS[opener]:
            self.pos += 1
            return False
        if not char or char in "}]":
            place = f"the {opener} of line {self.line(start)}"
            self.give_up(f"found {self.shown()}, expected {_CLOSERS[opener]} to close {place}")
        return True

    def comma(self, opened: tuple[str, int]) -> None:
        """The comma after a member, or else what closes the whole."""
        end = self.pos
        char = self.peek()
        if char == ",":
            self.pos += 1
        elif char and char not in "}]":
            if char not in "\"'{[" and not _WORD.match(self.text, self.pos):
                self.give_up(f"found {self.shown()}, expected a comma or {_CLOSERS[opened[0]]}")
            self.fault(f"expected a comma after {self.ending_at(end, opened[1])}")

    def colon(self, name: str) -> None:
        char = self.peek()
        if char == ":":
            self.pos += 1
            return
        if not char or char in ",]}":
            self.give_up(f"found {self.shown()}, expected a colon and a value after {quote(name)}")
        self.fault(f"expected a colon after {quote(name)}")
        if char in "=;":
            self.pos += 1

    def key(self) -> str:
        char = self.text[self.pos]
        if char in ('"', "'"):
            return self.string()
        match = _WORD.match(self.text, self.pos)
        if match is None:
            self.give_up(f"found {self.shown()}, expected a key in double quotes")
        self.fault(f"found {self.shown()}, expected it in double quotes")
        self.pos = match.end()
        return match[0]

    def string(self) -> str:
        if match := _SINGLE.match(self.text, self.pos):
            self.fault(f"found single quotes, expected double quotes: {quote(match[1])}")
            self.pos = match.end()
            return match[1]
        match = _STRING.match(self.text, self.pos)
        if match is None:
            self.give_up("found a quote that nothing closes in this line, expected a closing one")
        try:
            found = str(loads(match[0]))
        except JSONDecodeError as error:
            at = self.pos + error.pos
            if error.msg.startswith("Invalid control"):
                self.fault(f"found {quote(self.text[at])} in a text, expected it written as an escape", at)
            else:
                self.fault(f"found a backslash before {quote(self.text[at + 1])}, expected {_ESCAPES}", at)
            found = match[0][1:-1]
        if _SURROGATE.search(found):
            self.fault(f"found half of a character in {quote(found)}, expected both halves or none")
        self.pos = match.end()
        return found

    def word(self) -> object:
        """A number, true, false, null, or what is none of these."""
        match = _WORD.match(self.text, self.pos)
        assert match is not None  # noqa: S101 - see value
        word, start = match[0], self.pos
        self.pos = match.end()
        if word in _WORDS:
            return _WORDS[word]
        if (number := _NUMBER.fullmatch(word)) and len(word) <= _MAX_DIGITS:
            return float(word) if number[1] or number[2] else int(word)
        self.whole = False
        self.fault(f"found {_unquoted(word)}, expected {_meant(word)}", start)
        return _NOTHING

    def peek(self) -> str:
        """The next character that says something; "" at the end."""
        match = _BETWEEN.match(self.text, self.pos)
        self.pos = match.end() if match else self.pos
        if self.text.startswith("/*", self.pos):
            self.give_up("found /*, expected */ somewhere behind it")
        return self.text[self.pos : self.pos + 1]

    def shown(self) -> str:
        """What stands here, for a message."""
        if self.pos == len(self.text):
            return "the end of the file"
        match = _WORD.match(self.text, self.pos)
        char = self.text[self.pos]
        return _unquoted(match[0]) if match else char if char.isprintable() else quote(char)

    def ending_at(self, end: int, start: int) -> str:
        """The last thing before a place, for a message: `"build"`, `true`, `]`."""
        before = self.text[max(start, end - 200) : end]
        found = re.search(r'"(?:[^"\\]|\\.)*"$|[^\s,:\[\]{}"]+$', before)
        last = found[0] if found and len(found[0]) <= 60 else before[-1]
        return last if last.isprintable() else quote(last)

    def line(self, at: int = -1) -> int:
        return bisect_right(self.newlines, (self.pos if at < 0 else at) - 1) + 1

    def fault(self, message: str, at: int = -1) -> None:
        """Tell what is wrong, and go on as if it were mended."""
        at = self.pos if at < 0 else at
        line = self.line(at)
        column = at - (self.newlines[line - 2] if line > 1 else -1)
        self.faults.append(Fault(line, column, message))
        if len(self.faults) == _MAX_FAULTS:
            raise _GiveUp

    def give_up(self, message: str) -> NoReturn:
        self.fault(message)
        raise _GiveUp


def _unquoted(word: str) -> str:
    return quote(word)[1:-1]


def _meant(word: str) -> str:
    """What a word should have been that is nothing in JSON."""
    if word.lstrip("+-.")[:1].isdigit() or word.lstrip("+-").casefold() in ("nan", "infinity"):
        return "a shorter number" if _NUMBER.fullmatch(word) else "a number as JSON has it"
    return _OTHER_WORDS.get(word) or "a text in double quotes, a number, true or false"
