"""Where a key path is defined in the text of a TOML file.

tomli gives no positions and tomlkit neither (python-poetry/tomlkit#55), so this walks the text once more.
It runs only when there is a problem to report, on text that tomli has accepted: it need not tell good TOML
from bad.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gofigure.config.kinds import KeyPath

_BASIC = r'"(?:[^"\\]|\\.)*+"'
_LITERAL = r"'[^']*+'"
SPACE = re.compile(r"[ \t]*+")
BETWEEN = re.compile(r"(?:[ \t\r\n,]|#[^\n]*+)*+")
KEY_PART = re.compile(rf"[A-Za-z0-9_-]++|{_BASIC}|{_LITERAL}", re.DOTALL)
_SCALAR = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+"{3,5}'  # the closing quotes may follow one or two of the text's own
    r"|'''(?:[^']|'(?!''))*+'{3,5}"
    rf"|{_BASIC}|{_LITERAL}|[^,\]}}#\n]++",
    re.DOTALL,
)


class Node:
    """A key or an item: its line, and what is below it; a tree, because whole paths take quadratic space."""

    __slots__ = ("below", "line", "tables")

    def __init__(self, line: int) -> None:
        self.line = line
        self.below: dict[str | int, Node] = {}
        self.tables = 0  # how many [[headers]] have named it

    def child(self, part: str | int, line: int) -> Node:
        node = self.below.get(part)
        if node is None:
            node = self.below[part] = Node(line)
        return node

    def line_of(self, path: KeyPath) -> int:
        """The line of the path, or of its nearest ancestor that has one."""
        node = self
        for part in path:
            if part not in node.below:
                break
            node = node.below[part]
        return node.line


def line_of(text: str, path: KeyPath) -> int:
    """The 1-based line of one path; for many, ask the tree that `scan` gives."""
    return scan(text).line_of(path)


def scan(text: str) -> Node:
    """All key paths of a valid TOML text."""
    return Scanner(text).document()


class Scanner:
    """One walk over the text; the line is counted along the way."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.pos = 0
        self.counted = 0
        self.line = 1

    def document(self) -> Node:
        root = table = Node(1)
        self.skip(BETWEEN)
        while self.pos < len(self.text):
            if self.text[self.pos] == "[":
                table = self.header(root)
            else:
                self.value(self.pair(table))
            self.skip(BETWEEN)
        return root

    def header(self, root: Node) -> Node:
        """`[a.b]` or `[[a.b]]`: the table that it opens."""
        line = self.here()
        several = self.text.startswith("[[", self.pos)
        self.pos += 2 if several else 1
        node = self.walk(root, self.key())
        self.pos += 2 if several else 1
        if several:
            node.tables += 1
            return node.child(node.tables - 1, line)
        node.line = line  # better than where a table below it was named first
        return node

    def pair(self, table: Node) -> Node:
        """`a.b =`: the node of the value that follows."""
        node = self.walk(table, self.key())
        self.pos += 1
        self.skip(SPACE)
        return node

    def value(self, node: Node) -> None:
        """One value with all that is inside it; a stack, because it may be nested deeper than calls go."""
        opened: list[tuple[Node, str]] = []
        inside: Node | None = node
        while inside is not None:
            opener = self.text[self.pos]
            if opener in "[{":
                opened.append((inside, opener))
                self.pos += 1
            else:
                self.skip(_SCALAR)
            inside = self.next_inside(opened)

    def next_inside(self, opened: list[tuple[Node, str]]) -> Node | None:
        """The next item or key of the innermost container still open."""
        while opened:
            self.skip(BETWEEN)
            holder, opener = opened[-1]
            if self.text[self.pos] in "]}":
                opened.pop()
                self.pos += 1
            elif opener == "[":
                return holder.child(len(holder.below), self.here())
            else:
                return self.pair(holder)
        return None

    def key(self) -> list[str]:
        """A dotted key, up to the "=" or "]" that follows it."""
        parts: list[str] = []
        while True:
            self.skip(SPACE)
            start = self.pos
            self.skip(KEY_PART)
            parts.append(unquoted(self.text[start : self.pos]))
            self.skip(SPACE)
            if self.text[self.pos] != ".":
                return parts
            self.pos += 1

    def walk(self, table: Node, parts: list[str]) -> Node:
        """From a table to the node of a dotted key, through the last of each array of tables on the way."""
        line = self.here()
        node = table.child(parts[0], line)
        for part in parts[1:]:
            if node.tables:
                node = node.below[node.tables - 1]
            node = node.child(part, line)
        return node

    def here(self) -> int:
        self.line += self.text.count("\n", self.counted, self.pos)
        self.counted = self.pos
        return self.line

    def skip(self, pattern: re.Pattern[str]) -> None:
        if match := pattern.match(self.text, self.pos):
            self.pos = match.end()


def unquoted(part: str) -> str:
    if part[0] == "'":
        return part[1:-1]
    if part[0] != '"' or "\\" not in part:
        return part.strip('"')
    import tomli

    return str(tomli.loads(f"key = {part}")["key"])
