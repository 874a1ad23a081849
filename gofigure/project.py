"""A project: where its things are, its configuration, its store."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from gofigure import config as configuration
from gofigure.errors import ConfigError, NotARepository, StoreError, StoreUnwritable
from gofigure.events import Note, Observer
from gofigure.git.exclude import exclude_state
from gofigure.git.index import tracked_among
from gofigure.git.repository import Asked, Repository, answer
from gofigure.model import Config, Stage
from gofigure.snapshot.looking import Looking
from gofigure.store.db import NAME, SIDE_FILES
from gofigure.store.store import Store
from gofigure.targets import KINDS, commands_of
from gofigure.trust import Trust, trust_for

CONFIG_NAME = ".gofigure.toml"


class Project(NamedTuple):
    """A repository's working tree, or a plain folder, with a configuration in it."""

    root: str
    config_file: str
    store_file: str
    state_dir: str  # logs, the token
    lock_file: str  # of this working tree
    repository: Repository | None
    trust: Trust


def locate(asked: Asked, environ: Mapping[str, str]) -> Project:
    """The project around a folder: git's working tree, or else the nearest folder with a configuration."""
    try:
        repository = answer(asked)
    except NotARepository:
        return _plain(asked.folder, environ)
    return Project(
        repository.root,
        os.path.join(repository.root, CONFIG_NAME),
        os.path.join(repository.home, NAME),
        repository.state_dir,
        os.path.join(repository.git_dir, "gofigure", "lock"),
        repository,
        trust_for(repository.home, repository.state_dir, environ),
    )


def _plain(folder: str, environ: Mapping[str, str]) -> Project:
    root = folder
    while not os.path.exists(os.path.join(root, CONFIG_NAME)):
        parent = os.path.dirname(root)
        if parent == root:
            root = folder
            break
        root = parent
    state = os.path.join(root, ".gofigure.d")
    return Project(
        root,
        os.path.join(root, CONFIG_NAME),
        os.path.join(root, NAME),
        state,
        os.path.join(state, "lock"),
        None,
        trust_for(root, state, environ),
    )


def load_config(project: Project) -> Config:
    """The checked configuration. Raises ConfigError with every problem."""
    config = configuration.load(project.config_file, targets=tuple(KINDS))
    unusable = {stage.name: said for stage in config.stages.values() if (said := _unusable(stage))}
    if unusable:
        raise _cannot_be_split(config, unusable)
    return config


def _unusable(stage: Stage) -> str:
    """Why the target cannot make commands of what the stage says; "" if it can. The shell reads its line itself."""
    if stage.target == "shell":
        return ""
    try:
        commands_of(stage)
    except ValueError as error:
        return str(error)
    return ""


def _cannot_be_split(config: Config, unusable: Mapping[str, str]) -> ConfigError:
    from gofigure.config.kinds import Wrong, show
    from gofigure.config.report import report
    from gofigure.config.toml_file import decode, read

    wrong = [
        Wrong(("stages", name, "run"), f"found {show(config.stages[name].run)}, expected words as in a shell: {said}")
        for name, said in unusable.items()
    ]
    return report(wrong, decode(read(config.path), config.path), config.path)


@contextlib.contextmanager
def open_store(project: Project, token: bytes, observe: Observer, looking: Looking | None = None) -> Iterator[Store]:
    """The store; one that forgets where it cannot be written. Raises StoreError if it must not be used.

    `looking` has asked git already which files it tracks.
    """
    try:
        if project.repository is not None:
            names = (NAME, *SIDE_FILES)
            tracked = looking.tracked(names) if looking else tracked_among(project.repository.git, names)
            if tracked:
                raise StoreError(
                    f"{tracked[0]} is tracked by git, so its proofs may be anybody's; it is not used",
                    hint=f"git rm --cached {tracked[0]}",
                )
            exclude_state(project.repository, observe)
        store, notice = Store.open(project.store_file, token, os.path.join(project.state_dir, "in-use"))
    except StoreUnwritable as error:
        store, notice = Store.in_memory(), f"{error}; nothing will be remembered"
    if notice:
        observe(Note(notice))
    with store:
        yield store


def lock_file_of(project: Project, worktree: str) -> str:
    """The lock file of any working tree of the same repository; one that does not exist where that is gone."""
    if worktree == project.root or project.repository is None:
        return project.lock_file
    git_dir = os.path.join(worktree, ".git")
    try:
        with open(git_dir, encoding="utf-8", errors="surrogateescape") as file:  # gitrepository-layout
            git_dir = os.path.join(worktree, file.read(4096).partition("gitdir: ")[2].rstrip("\n"))
    except OSError:  # the main working tree's is a folder
        pass
    return os.path.join(git_dir, "gofigure", "lock")
