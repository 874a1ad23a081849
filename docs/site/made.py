"""What is not written by hand: lists of keys, commands and decisions, put where a page asks for them.

A page asks by a line of its own: `<!-- made: keys docker -->`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from docs.site.pages import decisions
from gofigure.cli.main import gofigure
from gofigure.own import KEYS as OWN
from gofigure.reference.commands import described
from gofigure.reference.keys import Group, KeyWords, groups
from gofigure.reference.markdown import of_commands, of_keys
from gofigure.targets import KINDS

_ASKED = re.compile(r"^<!-- made: (\w+) ?([\w-]*) -->$", re.MULTILINE)
_COMMENT = re.compile(r"^<!--.*?-->\n?", re.MULTILINE | re.DOTALL)
_FENCE = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)


def completed(text: str) -> str:
    """A page's Markdown with what it asks for, and without remarks."""
    parts = _FENCE.split(text)  # every second one is fenced, and stays as it is
    return "".join(part if at % 2 else _COMMENT.sub("", _ASKED.sub(_make, part)) for at, part in enumerate(parts))


def _make(asked: re.Match[str]) -> str:
    return _MAKERS[asked[1]](asked[2])


def _keys(target: str) -> str:
    """All of them; or those that stand with one target alone, in a table."""
    if not target:
        return _below_title(of_keys(_groups()))
    rows = [_row(key) for group in _groups() for key in group.keys if _alone(key, group, target)]
    return "\n".join(("| key | what | default |", "|---|---|---|", *rows))


def _alone(key: KeyWords, group: Group, target: str) -> bool:
    return target in key.targets and group.anchor.startswith("keys-stages-")


def _row(key: KeyWords) -> str:
    default = f"`{key.default}`" if key.default else ""
    choices = f" One of {', '.join(f'`{one}`' for one in key.choices)}." if key.choices else ""
    words = key.words.removeprefix("Of a checkout: ")
    return (
        f"| [{key.name}](configuration.md#{key.anchor}) | {_cell(words[0].upper() + words[1:] + choices)} | {default} |"
    )


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def _commands(_: str) -> str:
    return _below_title(of_commands(described(gofigure)))


def _own(_: str) -> str:
    rows = (f"| `{one.name}` | {_cell(one.doc)} {_cell(one.expected[0].upper() + one.expected[1:])}. |" for one in OWN)
    return "\n".join(("| key | what |", "|---|---|", *rows))


def _decisions(_: str) -> str:
    return "\n".join(f"- [{page.title}]({page.source.removeprefix('docs/')})" for page in decisions())


@cache
def _groups() -> Sequence[Group]:
    return groups(tuple(KINDS))


def _below_title(text: str) -> str:
    return text.partition("\n")[2].strip()


_MAKERS: Mapping[str, Callable[[str], str]] = {
    "keys": _keys,
    "commands": _commands,
    "decisions": _decisions,
    "own": _own,
}
