"""One value of a TOML text changed, and every other byte as it was; or a word why that cannot be done.

The text is changed where the statement stands (`statements`), parsed again, and compared with what was wanted: whatever
this module does not know of TOML ends in a refusal and never in another meaning (docs/decisions/0042).
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from gofigure.config.statements import Span, Statement, items, statements
from gofigure.config.to_toml import key_of, text_of, value_of
from gofigure.config.toml_file import parse_toml
from gofigure.errors import GofigureError

Data = dict[str, Any]
_ELSEWHERE = "change it in the text"


class _Change(NamedTuple):
    span: Span
    text: str


def set_value(text: str, at: tuple[str, ...], value: object) -> str:
    """The text with this value at a key path, or without the key where it is None. Raises GofigureError."""
    data = _parsed(text)
    wanted = copy.deepcopy(data)
    table = _table(wanted, at[:-1])
    before = table.get(at[-1])
    if value is None:
        table.pop(at[-1], None)
    else:
        table[at[-1]] = value
    if _same(before, value):
        return text
    new = _set(text, at, before, value)
    return _checked(new, wanted, at)


def add_block(text: str, at: tuple[str, str], block: str) -> str:
    """The text with another one behind it, which holds that table. Raises GofigureError."""
    data = _parsed(text)
    table, name = at
    if name in data.get(table, {}):
        raise GofigureError(f"{table[:-1]} {name!r} is there already", hint="another name")
    wanted = copy.deepcopy(data)
    wanted.setdefault(table, {}).update(_parsed(block)[table])
    gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
    return _checked(text + gap + block, wanted, at)


def remove_table(text: str, at: tuple[str, str]) -> str:
    """The text without a job or a stage, and the comment right above it. Raises GofigureError."""
    wanted = copy.deepcopy(_parsed(text))
    table = _table(wanted, at[:1])
    if at[1] not in table:
        raise GofigureError(f"{at[0][:-1]} {at[1]!r} is not there")
    del table[at[1]]
    all_there = statements(text)
    if not table and all(one.path != at[:1] for one in all_there):
        del wanted[at[0]]
    changes: list[_Change] = []
    inside = False
    for one in all_there:
        if one.value is None:
            inside = one.path[:2] == at
        if one.path[:2] == at and one.value is None:
            changes.append(_Change(Span(_comment_above(text, one.start), _line_end(text, one.end)), ""))
        elif one.path[:2] == at:
            start = _comment_above(text, one.start) if inside else _line_start(text, one.start)
            changes.append(_Change(Span(start, _line_end(text, one.end)), ""))
    return _checked(_without_gap(text, _applied(text, changes), changes), wanted, at)


def rename(text: str, at: tuple[str, str], name: str) -> str:
    """The text with another name for a job or a stage, wherever it is named. Raises GofigureError."""
    data = _parsed(text)
    if name in data.get(at[0], {}):
        raise GofigureError(f"{at[0][:-1]} {name!r} is there already", hint="another name")
    if at[1] not in data.get(at[0], {}):
        raise GofigureError(f"{at[0][:-1]} {at[1]!r} is not there")
    wanted = _renamed(data, at, name)
    changes: list[_Change] = []
    for one in statements(text):
        depth = 1 - len(one.above) if one.value is not None else 1
        if one.path[:2] == at and 0 <= depth < len(one.parts):
            changes.append(_Change(one.parts[depth], key_of(name)))
        if at[0] == "stages" and one.value is not None and _names_stages(one.path):
            spans = items(text, one.value.start) if text[one.value.start] == "[" else [one.value]
            named = [span for span in spans if _parsed(f"x = {text[span.start : span.end]}")["x"] == at[1]]
            changes += [_Change(span, text_of(name)) for span in named]
    return _checked(_applied(text, changes), wanted, at)


def _set(text: str, at: tuple[str, ...], before: object, value: object) -> str:
    all_there = statements(text)
    own = next((one for one in all_there if one.path == at and one.value is not None), None)
    if own is not None and own.value is not None:
        if value is None:
            return _applied(text, [_Change(Span(_line_start(text, own.start), _line_end(text, own.end)), "")])
        return _applied(text, [_replaced(text, own.value, before, value, at[-1])])
    if isinstance(before, dict):  # a table of its own, or dotted keys
        return _set_each(text, at, before, value)
    if before is not None or value is None:
        raise _cannot(at)
    return _inserted(text, all_there, at, value)


def _set_each(text: str, at: tuple[str, ...], before: Data, value: object) -> str:
    if not isinstance(value, dict):
        header = next((one for one in statements(text) if one.path == at and one.value is None), None)
        for name in before:
            text = _set(text, (*at, name), before[name], None)
        if header is not None:
            header = next(one for one in statements(text) if one.path == at)
            text = _applied(text, [_Change(Span(_line_start(text, header.start), _line_end(text, header.end)), "")])
        return text
    new = [name for name in value if name not in before]
    for name in (*new, *before):  # what is new finds its place beside what was there
        if not _same(before.get(name), value.get(name)):
            text = _set(text, (*at, name), before.get(name), value.get(name))
    return text


def _inserted(text: str, all_there: Sequence[Statement], at: tuple[str, ...], value: object) -> str:
    """With a new line behind the last of its table."""
    header = next((one for one in all_there if one.path == at[:-1] and one.value is None), None)
    key = key_of(at[-1])
    if header is not None:
        body = _body(all_there, header)
        last = body[-1] if body else header
        indent = text[_line_start(text, last.start) : last.start] if body else ""
        return _line_after(text, last, f"{indent}{key} = {value_of(value, key)}")
    beside = [one for one in all_there if one.path[: len(at) - 1] == at[:-1] and one.value is not None]
    beside = [one for one in beside if len(one.above) < len(at) - 1 < len(one.path)]
    if not beside:
        raise _cannot(at)
    last = beside[-1]
    prefix = text[_line_start(text, last.start) : last.parts[len(at) - 1 - len(last.above)].start]
    return _line_after(text, last, f"{prefix}{key} = {value_of(value, prefix + key)}")


def _body(all_there: Sequence[Statement], header: Statement) -> list[Statement]:
    found: list[Statement] = []
    for one in all_there[all_there.index(header) + 1 :]:
        if one.value is None:
            break
        found.append(one)
    return found


def _line_after(text: str, last: Statement, line: str) -> str:
    end = _line_end(text, last.end)
    gap = "" if text[end - 1] == "\n" else "\n"
    return f"{text[:end]}{gap}{line}\n{text[end:]}"


def _replaced(text: str, span: Span, before: object, value: object, key: str) -> _Change:
    old = text[span.start : span.end]
    if isinstance(before, list) and isinstance(value, list) and "\n" in old:
        return _Change(span, _lines(text, span, before, value))
    return _Change(span, value_of(value, key))


def _lines(text: str, span: Span, before: Sequence[object], value: Sequence[object]) -> str:
    """An array with a line for each item: those that stay keep theirs, with all that is written there."""
    spans = items(text, span.start)
    ends = [_line_end(text, one.end) for one in spans]
    if not spans or len(set(ends)) < len(ends) or ends[-1] > span.end or _line_end(text, span.start) > spans[0].start:
        if "#" in text[span.start : span.end]:
            raise GofigureError("a list with comments in it is written in another way than one item a line")
        return value_of(list(value), "")
    starts = [_line_end(text, span.start), *ends[:-1]]
    known = {}
    for item, one, start, end in zip(before, spans, starts, ends, strict=True):
        comma = "" if text[one.end : end].lstrip().startswith(",") else ","
        known[str(item)] = text[start : one.end] + comma + text[one.end : end]
    indent = text[_line_start(text, spans[-1].start) : spans[-1].start]
    lines = [known.get(str(item)) or f"{indent}{text_of(str(item))},\n" for item in value]
    return text[span.start : starts[0]] + "".join(lines) + text[ends[-1] : span.end]


def _checked(new: str, wanted: Data, at: tuple[str, ...]) -> str:
    """The new text, if it means what was wanted and nothing else."""
    try:
        found = parse_toml(new, "")
    except GofigureError as error:
        raise _cannot(at) from error
    if not _same(found, wanted):
        raise _cannot(at)
    return new


def _same(one: object, other: object) -> bool:
    """True and 1 are not the same here, and what is not a number is the same as itself."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return type(one) is type(other) and (one == other or (one != one and other != other))  # noqa: PLR0124


def _renamed(data: Data, at: tuple[str, str], name: str) -> Data:
    wanted = copy.deepcopy(data)
    wanted[at[0]] = {name if key == at[1] else key: value for key, value in wanted[at[0]].items()}
    for kind in ("jobs", "stages") if at[0] == "stages" else ():
        for own, table in wanted.get(kind, {}).items():
            for key, value in table.items() if isinstance(table, dict) else ():
                if _names_stages((kind, own, key)):
                    table[key] = _with_name(value, at[1], name)
    return wanted


def _with_name(value: object, old: str, name: str) -> object:
    if isinstance(value, list):
        return [name if item == old else item for item in value]
    return name if value == old else value


def _names_stages(path: Sequence[str]) -> bool:
    return len(path) == 3 and (path[0], path[2]) in (("jobs", "stages"), ("stages", "needs"), ("stages", "checkout"))


def _applied(text: str, changes: Sequence[_Change]) -> str:
    for (start, end), new in sorted(changes, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _without_gap(text: str, new: str, changes: Sequence[_Change]) -> str:
    """Of the two empty lines around what has gone, one is enough."""
    at = min((change.span.start for change in changes), default=0)
    if new[at : at + 1] == "\n" and (at == 0 or text[:at].endswith("\n\n")):
        return new[:at] + new[at + 1 :]
    return new


def _comment_above(text: str, at: int) -> int:
    """Where the comment begins that stands right above a line, or that line."""
    start = _line_start(text, at)
    while start > 0:
        above = _line_start(text, start - 1)
        if not text[above:start].lstrip().startswith("#"):
            break
        start = above
    return start


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def _line_end(text: str, at: int) -> int:
    """Behind the end of the line."""
    return text.find("\n", at) + 1 or len(text)


def _table(data: Data, path: Sequence[str]) -> Data:
    for part in path:
        data = data.get(part, {})
        if not isinstance(data, dict):
            raise _cannot(tuple(path))
    return data


def _parsed(text: str) -> Data:
    return parse_toml(text, "")


def _cannot(at: Sequence[str]) -> GofigureError:
    return GofigureError(f"{'.'.join(at)} is written in a way that the form does not know", hint=_ELSEWHERE)


def known_tables(data: Mapping[str, Any], table: str) -> dict[str, Data]:
    """Those of `jobs` or `stages` that are tables."""
    found = data.get(table)
    return {name: one for name, one in found.items() if isinstance(one, dict)} if isinstance(found, dict) else {}
