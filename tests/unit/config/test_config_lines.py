"""`line_of` on cases by hand, and against tomli on random documents."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import pytest
import tomli
from hypothesis import given, settings
from hypothesis import strategies as st

from gofigure.config.lines import line_of, scan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gofigure.config.kinds import KeyPath

TEXT = '''\
version = 1 # [jobs.comment]
a.b.c = 1
a.d = 2

[jobs."quoted name"]
on = [
  "x", # first ]
  # "no item"
  "y", ["z",
    "w"],
]
text = """
[stages.fake]
fake = 1 \\""" "" """
raw = \'\'\'
[stages.fake2] \'\' \'\'\'\'\'
after = { in = 1, deep.er = [1,
  2], "k\\u0065y" = { x = 1 } }
[ stages . 'lit.eral' ]
when = 1979-05-27 07:32:00
[[many]]
v = 1
[[many]]
v = 2
[many.sub]
w = 3
[[many.list]]
[[many.list]]
u = 4
[jobs]
last = """"q""""" # done
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("version",), 1),
        (("a",), 2),
        (("a", "b"), 2),
        (("a", "b", "c"), 2),
        (("a", "d"), 3),
        (("jobs",), 30),  # its own header, not the first mention
        (("jobs", "quoted name"), 5),
        (("jobs", "quoted name", "on"), 6),
        (("jobs", "quoted name", "on", 0), 7),
        (("jobs", "quoted name", "on", 1), 9),
        (("jobs", "quoted name", "on", 2), 9),
        (("jobs", "quoted name", "on", 2, 1), 10),
        (("jobs", "quoted name", "text"), 12),
        (("jobs", "quoted name", "raw"), 15),
        (("jobs", "quoted name", "after", "in"), 17),
        (("jobs", "quoted name", "after", "deep", "er", 1), 18),
        (("jobs", "quoted name", "after", "key", "x"), 18),
        (("stages",), 19),
        (("stages", "lit.eral"), 19),
        (("stages", "lit.eral", "when"), 20),
        (("many",), 21),
        (("many", 0, "v"), 22),
        (("many", 1), 23),
        (("many", 1, "v"), 24),
        (("many", 1, "sub"), 25),
        (("many", 1, "sub", "w"), 26),
        (("many", 1, "list", 0), 27),
        (("many", 1, "list", 1, "u"), 29),
        (("jobs", "last"), 31),
        ((), 1),
        (("nowhere",), 1),
        (("stages", "fake"), 19),
        (("stages", "fake2"), 19),
        (("jobs", "quoted name", "on", 9), 6),
        (("many", 1, "v", "none", 3), 24),
    ],
)
def test_line_of(path: KeyPath, line: int) -> None:
    tomli.loads(TEXT)
    assert line_of(TEXT, path) == line
    assert line_of(TEXT.replace("\n", "\r\n"), path) == line


def test_inline_nesting_as_deep_as_tomli_takes() -> None:
    text = "a = " + "[\n" * 300 + "7" + "]" * 300
    tomli.loads(text)
    assert line_of(text, ("a",) + (0,) * 300) == 301


def test_long_dotted_keys_take_linear_space() -> None:
    text = "\n".join(".".join(f"k{i}" for i in range(900)) + f".end{n} = 1" for n in range(30))
    assert line_of(text, (*(f"k{i}" for i in range(900)), "end29")) == 30


# Random documents: every leaf holds its own number on the line of its key or item; tomli says its path.
DECOYS = ["", "# [jobs.x] \"\"\" '''", " \t", "# a = { [", "\n\n"]
KEYS = st.sampled_from(["a", "b-1", "'a.b'", '"c d"', '"\\u0065"', "'#'", '"]="', "''", "7"])


class Draw:
    """Emits TOML text from hypothesis's choices."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data
        self.numbers = count(100_000)

    def pick(self, options: list[str]) -> str:
        return self.data.draw(st.sampled_from(options))

    def keys(self, least: int = 0) -> list[str]:
        return self.data.draw(st.lists(KEYS, min_size=least, max_size=4, unique=True))

    def dotted(self, key: str) -> str:
        return key + self.pick(["", "", ".x", " . 'y z'", '."q".r'])

    def leaf(self) -> str:
        number = next(self.numbers)
        forms = ["{}", "'{}'", '"{}"', '"{} \\" # [x]"', "'{} \\'", '"""{}\n[a]\\"""\n b = 1"""""', "{}.5"]
        forms += ["'''{}\n'' [[x]]\n'''''", '"""{} \\\\"""', '"{} ]}},"']
        return self.pick(forms).format(number)

    def gap(self) -> str:
        return self.pick(["", " ", "\n", " # ] } ,\n", "\n\n  "])

    def value(self, depth: int) -> str:
        kind = self.pick(["leaf", "leaf", "array", "table"]) if depth else "leaf"
        if kind == "array":
            length = self.data.draw(st.integers(0, 3))
            inside = "".join(self.gap() + self.value(depth - 1) + self.gap() + "," for _ in range(length))
            return f"[{inside}{self.gap()}]"
        if kind == "table":
            return "{ " + ", ".join(f"{self.dotted(key)} = {self.value(depth - 1)}" for key in self.keys()) + " }"
        return self.leaf()

    def body(self) -> Iterator[str]:
        for key in self.keys():
            yield self.pick(DECOYS)
            yield f"{self.dotted(key)} = {self.value(3)}" + self.pick(["", " # end '''"])

    def document(self) -> str:
        lines = list(self.body())
        for number, name in enumerate(self.keys()):
            inner = f"t{number} . {name}"
            if self.pick(["table", "tables"]) == "table":
                lines += [f"[ {inner} ] # c", *self.body(), f"[{inner}.below.it]", *self.body()]
            else:
                lines += [f"[[{inner}]]", *self.body(), f"[{inner}.below]", *self.body()]
                lines += [f"[[ {inner} ]]", *self.body(), f"[[{inner}.deeper]]", *self.body()]
        return self.pick(["\n", "\r\n"]).join(lines)


def leaves(value: object, path: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    """Every leaf's path as tomli has it, with the number that it holds."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, index))
    else:
        yield path, str(value)[:6]


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_line_of_agrees_with_tomli_on_random_documents(data: st.DataObject) -> None:
    text = Draw(data).document()
    parsed = tomli.loads(text)
    root = scan(text)
    for path, number in leaves(parsed):
        assert root.line_of(path) == text.count("\n", 0, text.index(number)) + 1, (path, text)
