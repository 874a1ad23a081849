"""The epoch: what has to be as it was for a marker to count, in lines that sh compares with its builtins.

What cannot be compared so makes no epoch, and then the hook starts Python every time.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

import gofigure
from gofigure.config.layers import IGNORE_NAME, LOCAL_NAME
from gofigure.digest.frame import digest_value
from gofigure.model import CONFIG_NAME, is_older_job

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from gofigure.model import Stage
    from gofigure.project import Project
    from gofigure.runner.tools import Looked


_FIRST_LINE = "gofigure epoch 1"
_CONTEXT = "gofigure 2026-11 epoch"


class Epoch(NamedTuple):
    id: str
    lines: tuple[str, ...]
    older: tuple[str, ...]  # what must not have changed since


def why_none(stages: Iterable[Stage], looked_up: Iterable[Looked], base_path: str) -> str:
    """What it is about these stages and their programs that sh cannot compare; "" mostly.

    `base_path`: the PATH of stages that have none of their own.
    """
    for stage in stages:
        if words := _of_stage(stage):
            return f"{stage.name} {words}"
    if any(not folder.startswith("/") for folder in base_path.split(":")):
        return "PATH has a folder that is relative"
    for one in looked_up:
        if not one.place:
            return f"{one.name} was not found"
        if one.says_anew:
            return f"{one.name} may stand for another release at any time"
    return ""


def _of_stage(stage: Stage) -> str:
    if stage.pass_env:
        return "depends on variables (pass_env)"
    if stage.target == "docker":
        return "asks whether its image is still there"
    if stage.image is not None and "@sha256:" not in stage.image:
        return f"asks what {stage.image} is now (a name with @sha256: says it)"
    return "has a PATH of its own" if any(name == "PATH" for name, _ in stage.env) else ""


def epoch_of(
    project: Project,
    token: bytes,
    system: str,
    files: Sequence[str],
    looked_up: Sequence[Looked],
    in_tree: Callable[[str], bool],
) -> Epoch | None:
    """The epoch as it is now; None where a name in it cannot be written as a line.

    `files`: the configuration's, from the root. `in_tree`: whether a path below the root is part of what is committed.
    """
    package = os.path.dirname(os.path.abspath(gofigure.__file__))
    facts = list(dict.fromkeys([*_configuration(project, files), *_facts(project, package, looked_up, in_tree)]))
    identities = sorted({(one.name, one.identity) for one in looked_up})
    known = [gofigure.__version__, package, system, token.decode(), [list(pair) for pair in identities]]
    known += sorted(name for name in files if "/" in name)  # another branch may have other folders
    name = digest_value(_CONTEXT, known).hex()[:32]
    trust = project.trust
    allowed = f"{token.decode()} {trust.home}"  # as the record says it
    header = (_FIRST_LINE, name, project.root, project.state_dir, project.store_file, trust.record, allowed)
    lines = (*header, *(f"{word} {path}" for word, path in facts), "end")
    if any("\n" in line for line in lines):
        return None
    return Epoch(name, lines, tuple(path for word, path in facts if word == "older"))


def _configuration(project: Project, files: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The tree covers the configuration as it is committed. What is edited and not committed may be meant to count."""
    jobs = sum(is_older_job(name) for name in files)
    yield "jobs", str(jobs)
    for name in (LOCAL_NAME, os.path.basename(project.config_file), *([IGNORE_NAME] if jobs else [])):
        if name not in files:
            yield "absent", os.path.join(project.root, name)
    for name in files:
        yield "older", os.path.join(project.root, name)
        local = os.path.join(os.path.dirname(name), LOCAL_NAME)
        if "/" in name and local not in files and os.path.basename(name) == CONFIG_NAME:
            yield "absent", os.path.join(project.root, local)


def _facts(
    project: Project, package: str, looked_up: Iterable[Looked], in_tree: Callable[[str], bool]
) -> Iterator[tuple[str, str]]:
    """What the script is to compare: a word and a path each."""
    yield "older", package
    for one in looked_up:
        real = os.path.realpath(one.place)
        yield "tool", one.place if "/" in one.name else one.name
        yield "is", real
        yield "older", real
        if not in_tree(real):
            yield from (("older", folder) for folder in _folders(real, project.root))


def _folders(path: str, root: str) -> Iterator[str]:
    """Those that change when what is at a path is exchanged for something that is no newer.

    A package manager gives a program the time at which it was packed, but changes the folder it is in. In the
    project, a whole folder may be exchanged: `mv new .venv`.
    """
    folder = os.path.dirname(path)
    yield folder
    while folder.startswith(root + os.sep):
        folder = os.path.dirname(folder)
        yield folder
