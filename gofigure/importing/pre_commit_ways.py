"""What becomes of a hook of pre-commit's: a stage of its own, a stage that has pre-commit run it, or a word.

`way_of` is where that is decided; pre_commit_stages makes what it says.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from gofigure.importing import commands, types
from gofigure.importing.expressions import both_found, usable, without_layout
from gofigure.importing.given import Reading, Table, get, shown
from gofigure.importing.known_hooks import known
from gofigure.model import HOOKS
from gofigure.starter import Place
from gofigure.targets.pre_commit import asks_git

OF_FILES = ("pre-commit", "pre-merge-commit", "pre-push")
# Languages that need no environment of pre-commit's.
_OURS = ("system", "script", "unsupported", "unsupported_script", "docker_image", "fail")
# Keys that say nothing of what a hook finds; a stage of ours does without them.
_QUIET = ("id", "name", "alias", "description", "language", "language_version", "always_run", "verbose",
          "require_serial", "minimum_pre_commit_version", "priority", "groups")  # fmt: skip
_CHOOSES = ("stages", "fail_fast", "files", "exclude", "types", "types_or", "exclude_types", "pass_filenames")
_OWN = (*_QUIET, *_CHOOSES, "entry", "args", "env")
_DELEGATED = (*_OWN, "additional_dependencies", "log_file")  # pre-commit reads its file itself
_ALL_FILES = 0


class Whole(NamedTuple):
    """What holds for all hooks."""

    place: Place
    reading: Reading
    file: str
    program: str  # that can be started here; "" if there is none
    files: str
    exclude: str
    stages: tuple[str, ...]  # where a hook is run that does not say
    installed: tuple[str, ...]


class Hook(NamedTuple):
    """One hook as it is written."""

    id: str
    line: int
    table: Table
    repo: str
    stages: tuple[str, ...]
    calls: str  # what pre-commit calls it by


class Way(NamedTuple):
    """What becomes of a hook, wherever it is run."""

    kind: Literal["own", "delegated", "left out"]
    on: tuple[str, ...] = ()  # git's hooks that run it, and "manual"
    honours: tuple[str, ...] = _DELEGATED  # the keys that count; others of its table are named
    why: str = ""  # it is left out
    todo: str = ""
    words: tuple[str, ...] = ()  # its command; of a delegated one, for what they tell
    image: str = ""
    each: int | None = None  # how many names a command gets, 0: all there are; None: it gets no names
    types: tuple[str, str] | None = None  # what a name must match, and must not; None where names do not tell
    fix: bool = False
    asks_git: bool = False  # about the branch, or what is staged: no proof, and no other checkout


def way_of(whole: Whole, hook: Hook) -> Way:
    """What becomes of a hook."""
    if hook.repo == "meta" and hook.id == "identity":
        todo = "gofigure why PATH says who reads a file"
        return Way("left out", _run_by(whole, hook), why="it only prints names of files", todo=todo)
    reading, table = whole.reading, hook.table
    language = reading.text(get(table, "language"), f"{hook.id}.language")
    entry = commands.words_of(reading.text(get(table, "entry"), f"{hook.id}.entry"))
    args = [str(one.value) for one in reading.items(get(table, "args"), f"{hook.id}.args")]
    on, each, told = _run_by(whole, hook), _names_each(reading, hook), _types(whole, hook)
    image, words = _started(language, entry)
    line = commands.joined([*words, *args])
    fix = known(hook.id).fixes or commands.is_fixer(f"{hook.id} {line}")
    asks = asks_git(f"{hook.id} {line}")
    if hook.repo == "local" and language in _OURS and words and told is not None:
        return Way("own", on, _OWN, "", "", (*words, *args), image, each, told, fix, asks)
    each = None if hook.repo == "meta" else each
    fix = fix or (hook.id.startswith("ruff") and "--fix" in args)
    return Way("delegated", on, _DELEGATED, "", "", (*entry, *args), "", each, told, fix, asks)


def expression(reading: Reading, table: Table, key: str, what: str) -> str:
    """A regular expression, on one line; "" where it says nothing."""
    given = get(table, key)
    text = reading.text(given, what)
    if text in ("", "^$") and key == "exclude":
        return ""
    made = without_layout(text)
    if not usable(made):
        reading.leave(given.line, f"{what}: {shown(text)}", "no regular expression", "mend it there")
        return ""
    return "" if made in (".*", "^.*$") else made


def _run_by(whole: Whole, hook: Hook) -> tuple[str, ...]:
    if hook.stages:
        return tuple(one for one in hook.stages if one in HOOKS or one == "manual")
    if known(hook.id).of_messages:
        return ("commit-msg",)
    return tuple(one for one in whole.installed if one in OF_FILES) or ("pre-commit",)


def _names_each(reading: Reading, hook: Hook) -> int | None:
    """As a number: prek knows that, too."""
    given = get(hook.table, "pass_filenames")
    if isinstance(given.value, str) and re.fullmatch(r"[1-9]\d{0,6}", given.value):
        return int(given.value)
    if given.value is None:
        return _ALL_FILES
    return _ALL_FILES if reading.flag(given, f"{hook.id}.pass_filenames") else None


def _started(language: str, entry: list[str]) -> tuple[str, tuple[str, ...]]:
    """The image and what is started in it, or here; nothing where only the image itself says that."""
    if not entry:
        return "", ()
    if language == "docker_image":
        if entry[0] == "--entrypoint" and len(entry) > 2:
            return entry[2], (entry[1], *entry[3:])
        if entry[0].startswith("-") or len(entry) == 1 or entry[1].startswith("-"):
            return "", ()
        return entry[0], tuple(entry[1:])
    if language in ("script", "unsupported_script") and "/" not in entry[0]:
        return "", (f"./{entry[0]}", *entry[1:])
    return "", tuple(entry)


def _types(whole: Whole, hook: Hook) -> tuple[str, str] | None:
    """What a name must match, and must not, by the types; None where names do not tell."""
    reading, table = whole.reading, hook.table
    every = reading.texts(get(table, "types"), f"{hook.id}.types")
    some = reading.texts(get(table, "types_or"), f"{hook.id}.types_or")
    none = reading.texts(get(table, "exclude_types"), f"{hook.id}.exclude_types")
    wanted = ""
    for tags in (*((tag,) for tag in every), some):
        pattern = types.any_of(tags, whole.place)
        if pattern is None:
            return None
        wanted = both_found(wanted, pattern)
    unwanted = types.any_of(none, whole.place)
    return None if unwanted is None else (wanted, unwanted)
