"""How a test program is made to tell of its single tests, without another word of what it prints.

What is added here is no part of a stage's key: it names places of one run, and decides nothing.
"""

import os
import re
import shlex
from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

from gofigure.model import Stage
from gofigure.reports.beginning import text_of

Ear = Literal["", "cargo", "go", "go -json", "go -v", "node", "pytest"]  # see hearing.EARS
Form = Literal["junit", "jest"]
Argv = tuple[str | bytes, ...]

_GO_ELSE = ("bench", "c", "fuzz", "list", "n", "o")  # flags with which `go test` prints something else
_VITEST_FILES = re.compile(r"vite(st)?\.(config|workspace)\.\w+")
_ASSIGNMENT = re.compile(r"\w+=")
_BEFORE_A_PROGRAM = ("npx", "cross-env", "c8", "nyc", "dotenv", "--")


class Asking(NamedTuple):
    """How one command is started so that it tells, and where it does."""

    argv: Argv
    ear: Ear = ""  # what listens to its output
    file: str = ""  # absolute path of the report that it writes; "": none
    form: Form = "junit"
    theirs: bool = False  # the file is its user's own
    folder: str = ""  # that it runs in


def asking(stage: Stage, argv: Argv, folder: str, root: str, place: str, env: Mapping[str, str]) -> Asking | None:
    """None for a stage whose tests nobody can tell apart.

    `folder`: that it runs in, in the workspace `root`; `place`: a path for the report; `env`: the task's.
    """
    ask = _ASK.get(stage.target)
    if ask is None:
        return None
    words = tuple(map(os.fsdecode, argv))
    return ask(words, folder, root, place, env)


def only_listening(stage: Stage, argv: Argv) -> Asking | None:
    """For a command that is started by way of something else: what can be told by its output alone."""
    ear: Ear | None = {"cargo_test": "cargo", "npm_test": "node"}.get(stage.target)  # type: ignore[assignment]
    return Asking(argv, ear=ear) if ear is not None else None


def _pytest(argv: tuple[str, ...], folder: str, root: str, place: str, env: Mapping[str, str]) -> Asking | None:
    """By an argument: what is in the environment would reach every pytest that a test starts itself."""
    from gofigure.reports.pytest_settings import has_no_reports, own_report, settings, words_of

    words = [*settings(argv, folder, root), *words_of(env.get("PYTEST_ADDOPTS", "")), *argv[1:]]
    if has_no_reports(words):
        return None
    own = own_report(words)
    if own is None:
        return Asking((argv[0], f"--junitxml={place}", *argv[1:]), ear="pytest", file=place, folder=folder)
    if "$" in own:  # by variables that only pytest itself sees
        return None
    return Asking(argv, file=os.path.join(folder, os.path.expanduser(own)), theirs=True, folder=folder)


def _go(argv: tuple[str, ...], folder: str, _root: str, _place: str, env: Mapping[str, str]) -> Asking | None:
    words = [*env.get("GOFLAGS", "").split(), *argv[2:]]
    flags = words[: words.index("-args")] if "-args" in words else words
    given = {word.lstrip("-").removeprefix("test.").partition("=")[0]: word for word in flags if word.startswith("-")}
    if any(name in given for name in _GO_ELSE):
        return None
    if "json" in given:
        return Asking(argv, ear="go -json", folder=folder)
    verbose = "v" in given and not given["v"].endswith("=false")
    return Asking((*argv[:2], "-json", *argv[2:]), ear="go -v" if verbose else "go", folder=folder)


def _cargo(argv: tuple[str, ...], folder: str, _root: str, _place: str, _env: Mapping[str, str]) -> Asking:
    return Asking(argv, ear="cargo", folder=folder)


def _npm(argv: tuple[str, ...], folder: str, _root: str, place: str, _env: Mapping[str, str]) -> Asking:
    line = " ".join((_test_script(folder), *argv[2:]))
    program = program_of(_test_script(folder))
    own = ("--json", "--outputFile", "--reporter")
    more: tuple[str, ...] = ()
    if not any(option in line for option in own):
        if program == "jest":
            more = ("--json", f"--outputFile={place}")
        elif program == "vitest" and not _vitest_has_reporters(folder):
            more = ("--reporter=default", "--reporter=json", f"--outputFile.json={place}")
    if not more:
        return Asking(argv, ear="node", folder=folder)
    behind = argv if "--" in argv else (*argv, "--")
    return Asking((*behind, *more), file=place, form="jest", folder=folder)


def _test_script(folder: str) -> str:
    import json

    try:
        scripts = json.loads(text_of(os.path.join(folder, "package.json")))["scripts"]
        return str(scripts["test"])
    except (ValueError, RecursionError, KeyError, TypeError):
        return ""


def program_of(script: str) -> str:
    """The program that gets what is put behind a script, by its name; "" where that is not plain."""
    last = re.split(r"&&|\|\||[;|&\n]", script)[-1]
    try:
        words = shlex.split(last)
    except ValueError:
        return ""
    for at, word in enumerate(words):
        if _ASSIGNMENT.match(word) or word in _BEFORE_A_PROGRAM:
            continue
        name = os.path.basename(word)
        if name == "react-scripts" and words[at + 1 : at + 2] == ["test"]:
            return "jest"
        return name.removesuffix(".js")
    return ""


def _vitest_has_reporters(folder: str) -> bool:
    """Whether its configuration chooses some: those that are named on the command line would take their place."""
    try:
        names = [name for name in os.listdir(folder) if _VITEST_FILES.fullmatch(name)]
    except OSError:
        return True
    return any("reporter" in text_of(os.path.join(folder, name)) for name in names)


_Ask = Callable[[tuple[str, ...], str, str, str, Mapping[str, str]], Asking | None]
_ASK: Mapping[str, _Ask] = {"cargo_test": _cargo, "go_test": _go, "npm_test": _npm, "pytest": _pytest}
TELLING = frozenset(_ASK)  # targets that tell of single tests
