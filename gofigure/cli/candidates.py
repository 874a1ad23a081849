"""What the words of the commands stand for, and where what could be said for each is found."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence

import click

from gofigure.cli.terminal import printable
from gofigure.model import HOOKS

FILES = ":files"
_RUNS = 20
_REVISIONS = 500

Candidate = tuple[str, str]  # a word, and what it is

# By what the parameter is called in the program; those of one command alone stand before the others.
_OF_ONE: Mapping[tuple[str, str], str] = {
    ("hook", "name"): "hooks",
    ("why", "name"): "stages and files",
    ("history", "branch"): "branches",
    ("run", "branch"): "branches",
    ("run", "jobs"): "",  # how many
    ("rollback", "stage"): "deploys",
}
_OF_ALL: Mapping[str, str] = {
    "names": "names",
    "jobs": "jobs",
    "job": "jobs",
    "stage": "stages",
    "of_stage": "stages",
    "run": "runs",
    "number": "numbers",
    "commit": "revisions",
    "from_ref": "revisions",
    "to_ref": "revisions",
    "trigger": "triggers",
    "verdicts": "verdicts",
    "paths": "files",
    "files": "files",
    "junit": "files",
    "socket_path": "files",
    "certificate": "files",
    "key": "files",
}


def source_of(command: str, parameter: click.Parameter) -> str:
    """Where the values of a parameter are found; "" if nobody knows them but the person."""
    name = parameter.name or ""
    return _OF_ONE.get((command, name), _OF_ALL.get(name, ""))


def _jobs(folder: str) -> Iterable[Candidate]:
    return _named(folder, stages=False)


def _stages(folder: str) -> Iterable[Candidate]:
    return _named(folder, jobs=False)


def _deploys(folder: str) -> Iterable[Candidate]:
    from gofigure.config.naming import named_around
    from gofigure.model import CONFIG_NAME

    found = named_around(folder, CONFIG_NAME)
    return [(_plain(name), _plain(found.stages[name])) for name in found.deploys]


def _named(folder: str, *, jobs: bool = True, stages: bool = True) -> Iterable[Candidate]:
    from gofigure.config.naming import named_around
    from gofigure.model import CONFIG_NAME

    found = named_around(folder, CONFIG_NAME)
    chosen = [*(found.jobs.items() if jobs else ()), *(found.stages.items() if stages else ())]
    return [(_plain(name), _plain(what)) for name, what in chosen]


def _runs(folder: str) -> Iterable[Candidate]:
    return [("last", "the newest in this working tree"), ("last-1", "the one before it"), *_numbers(folder)]


def _numbers(folder: str) -> Iterable[Candidate]:
    from gofigure.store.names import NAME
    from gofigure.store.peek import newest_runs

    runs = newest_runs(os.path.join(_home(folder), NAME), _RUNS)
    return [(str(number), _plain(f"{job} {state}")) for number, job, state in runs]


def _home(folder: str) -> str:
    """Where the store lives, without asking git: see Repository.home (gitrepository-layout)."""
    while not os.path.lexists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return os.getcwd()
        folder = parent
    try:
        with open(os.path.join(folder, ".git"), encoding="utf-8", errors="surrogateescape") as file:
            git_dir = os.path.join(folder, file.read(4096).partition("gitdir: ")[2].rstrip("\n"))
        with open(os.path.join(git_dir, "commondir"), encoding="utf-8", errors="surrogateescape") as file:
            common = os.path.realpath(os.path.join(git_dir, file.read(4096).rstrip("\n")))
    except OSError:  # a folder: the main working tree
        return folder
    return os.path.dirname(common) if os.path.basename(common) == ".git" else common


def _revisions(folder: str) -> Iterable[Candidate]:
    return [("HEAD", "the commit that is checked out"), *_refs(folder, "refs/heads", "refs/tags", "refs/remotes")]


def _branches(folder: str) -> Iterable[Candidate]:
    return _refs(folder, "refs/heads")


def _refs(folder: str, *places: str) -> Sequence[Candidate]:
    from gofigure.git.environment import for_git, take
    from gofigure.git.program import Git

    taken = take(os.environ)
    given = {"GIT_DIR": taken.git_dir} if taken.git_dir else {}
    git = Git(folder, "", {**for_git(dict(os.environ)), **given})
    asked = ("for-each-ref", f"--count={_REVISIONS}", "--sort=-committerdate", "--format=%(refname:short)", *places)
    return [(os.fsdecode(name), "") for name in git.run(*asked).split()]


def _triggers(_folder: str) -> Iterable[Candidate]:
    return [("manual", "somebody typed it"), ("change", "gofigure watch"), *((hook, "") for hook in HOOKS)]


def _verdicts(_folder: str) -> Iterable[Candidate]:
    from typing import get_args

    from gofigure.model import Verdict

    return [(one, "") for one in get_args(Verdict)]


def _plain(text: str) -> str:
    return printable(text).replace("\t", " ").partition("\n")[0]


SOURCES: Mapping[str, Callable[[str], Iterable[Candidate]]] = {
    "names": _named,
    "jobs": _jobs,
    "stages": _stages,
    "deploys": _deploys,
    "stages and files": lambda folder: [*_stages(folder), (FILES, "")],
    "runs": _runs,
    "numbers": _numbers,
    "revisions": _revisions,
    "branches": _branches,
    "hooks": lambda _folder: [(hook, "") for hook in HOOKS],
    "triggers": _triggers,
    "verdicts": _verdicts,
    "files": lambda _folder: [(FILES, "")],
}
