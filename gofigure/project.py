"""A project: where its things are, its configuration, its store."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from gofigure import config as configuration
from gofigure.errors import ConfigError, GitError, GofigureError, NotARepository, StoreError, StoreUnwritable
from gofigure.events import Note, Observer
from gofigure.git.exclude import exclude_state
from gofigure.git.index import tracked_among
from gofigure.git.repository import Asked, Repository, answer
from gofigure.model import CONFIG_NAME, Config, Stage
from gofigure.snapshot import configurations
from gofigure.snapshot.looking import Looking
from gofigure.store.names import NAME, SIDE_FILES
from gofigure.targets import KINDS, commands_of
from gofigure.trust import Layer, Trust, trust_for

if TYPE_CHECKING:
    from gofigure.store.store import Store


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
    except NotARepository as error:
        broken = _broken(asked.folder)
        if broken:
            raise GitError(
                f"{broken} is there, and yet git finds no repository: it is damaged, or leads nowhere",
                hint=f"ls -la {broken}",
            ) from error
        return _plain(asked.folder, environ)
    return Project(
        repository.root,
        os.path.join(repository.root, CONFIG_NAME),
        os.path.join(repository.home, NAME),
        repository.state_dir,
        os.path.join(repository.git_dir, "gofigure", "lock"),
        repository,
        trust_for(repository.home, repository.state_dir, repository.root, repository, environ),
    )


def _broken(folder: str) -> str:
    """A `.git` at the folder or above it, which git itself would not miss; "" mostly."""
    while not os.path.lexists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return ""
        folder = parent
    return os.path.join(folder, ".git")


def _plain(folder: str, environ: Mapping[str, str]) -> Project:
    root = folder
    while not configuration.is_there(os.path.join(root, CONFIG_NAME)):
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
        trust_for(root, state, root, None, environ),
    )


class Loaded(NamedTuple):
    """A checked configuration, and the bytes that it was made of: those are what may run or may not."""

    config: Config
    layers: tuple[Layer, ...]


class Asking(NamedTuple):
    """Which folders' configurations count beside the root's."""

    of_index: bool = False  # those that git would record, whatever stands here; else those that stand here
    index_file: str | None = None  # the one that git handed over
    new: Collection[str] | None = None  # those that git does not track, where somebody knows; None: git is asked


AS_IT_STANDS = Asking()


def load_config(project: Project, asking: Asking = AS_IT_STANDS) -> Loaded:
    """Read the configuration, once. Raises ConfigError with every problem."""
    layers = read_config(project, asking)
    return Loaded(parse_config(layers), as_judged(layers))


def as_judged(layers: configuration.Layers) -> tuple[Layer, ...]:
    """The same bytes, as those who say yes or no know them: by name."""
    names = configuration.names_of(layers)
    return tuple(Layer(name, layer.data) for name, layer in zip(names, layers, strict=True))


def read_config(project: Project, asking: Asking = AS_IT_STANDS) -> configuration.Layers:
    """The configuration's files, each read once. Raises GofigureError if a personal one could be anybody's."""
    layers = configuration.read_layers(project.config_file, configured_folders(project, asking))
    local = configuration.personal(layers)
    if local and project.repository:
        names = configuration.names_of(layers)
        tracked = tracked_among(project.repository.git, names[-len(local) :])
        if tracked:
            raise GofigureError(
                f"{os.path.join(project.root, tracked[0])} is tracked by git, so it may be anybody's; nothing is run"
                " with it",
                hint=f"git rm --cached {tracked[0]}",
            )
    return layers


def configured_folders(project: Project, asking: Asking) -> dict[str, bytes | None]:
    """The folders with a configuration of their own; the text of one that stands only in the index."""
    repository = project.repository
    if repository is None or repository.is_bare:
        return {}  # no push decides what decides on it; and without git nobody says what belongs to a folder
    index_file = asking.index_file or repository.index_file
    listing = configurations.Listing(repository, index_file, CONFIG_NAME)
    new = asking.new
    if new is None:
        new = untracked_folders(project) if not asking.of_index else ()
    found: dict[str, bytes | None] = {}
    for folder in sorted({*listing.folders(), *new}):
        if _stands(project.root, folder):
            found[folder] = None
        elif asking.of_index:
            found[folder] = configurations.text_in(repository, index_file, f"{folder}/{CONFIG_NAME}")
    return found


def untracked_folders(project: Project) -> list[str]:
    """Those with a configuration that git does not track, and does not ignore."""
    repository = project.repository
    if repository is None or repository.is_bare:
        return []
    return configurations.untracked(repository, CONFIG_NAME)


def _stands(root: str, folder: str) -> bool:
    """Whether a folder's configuration is there, and not behind a link: git would not look there."""
    above = root
    for name in folder.split("/"):
        above = os.path.join(above, name)
        if os.path.islink(above):
            return False
    return os.path.lexists(os.path.join(above, CONFIG_NAME))


def is_configured(project: Project, asking: Asking = AS_IT_STANDS) -> bool:
    """Whether there is a configuration, of the root or of a folder."""
    return configuration.is_there(project.config_file) or bool(configured_folders(project, asking))


def parse_config(layers: configuration.Layers) -> Config:
    """The checked configuration that these very bytes are. Raises ConfigError with every problem."""
    config = configuration.parse_layers(layers, targets=tuple(KINDS))
    if any(_unusable(stage) for stage in config.stages.values()):
        raise _cannot_be_split(layers)
    return config


def changed_by_personal(layers: configuration.Layers) -> Mapping[str, tuple[str, ...]]:
    """What each personal file says otherwise: dotted key paths."""
    return configuration.changed_by_layers(layers, targets=tuple(KINDS))


def _unusable(stage: Stage) -> str:
    """Why the target cannot make commands of what the stage says; "" if it can. The shell reads its line itself."""
    if stage.target == "shell":
        return ""
    try:
        commands_of(stage)
    except ValueError as error:
        return str(error)
    return ""


def _cannot_be_split(layers: configuration.Layers) -> ConfigError:
    from gofigure.config.kinds import Wrong, show
    from gofigure.config.layers import IN_TOML
    from gofigure.config.names import local
    from gofigure.config.report import report_all

    found: dict[Wrong, configuration.Layer] = {}
    for some in (configuration.shared(layers), layers):
        config = configuration.parse_layers(some, targets=tuple(KINDS))
        last = {layer.folder: layer for layer in some if layer.kind in IN_TOML}
        for stage in config.stages.values():
            if said := _unusable(stage):
                message = f"found {show(stage.run)}, expected words as in a shell: {said}"
                layer = last.get(stage.folder, layers[0])
                found.setdefault(Wrong(("stages", local(stage.name), "run"), message), layer)
    return report_all([(layer, [wrong for wrong, of in found.items() if of is layer]) for layer in layers])


@contextlib.contextmanager
def open_store(
    project: Project, token: bytes, observe: Observer, looking: Looking | None = None, *, for_long: bool = False
) -> Iterator[Store]:
    """The store; one that forgets where it cannot be written. Raises StoreError if it must not be used.

    `looking` has asked git already which files it tracks. `for_long`: to look things up in that have happened, for
    hours; nobody who tidies up waits for that.
    """
    from gofigure.store.store import Store  # SQLite loads while git is looking

    try:
        if project.repository is not None and not project.repository.is_bare:
            names = (NAME, *SIDE_FILES)
            tracked = looking.tracked(names) if looking else tracked_among(project.repository.git, names)
            if tracked:
                raise StoreError(
                    f"{tracked[0]} is tracked by git, so its proofs may be anybody's; it is not used",
                    hint=f"git rm --cached {tracked[0]}",
                )
            exclude_state(project.repository, observe)
        in_use = os.path.join(project.state_dir, "in-use") if not for_long else None
        store, notice = Store.open(project.store_file, token, in_use, project.state_dir)
    except StoreUnwritable as error:
        store, notice = Store.in_memory(), f"{error}; nothing will be remembered"
    if notice:
        observe(Note(notice))
    with store:
        store.take_in_hits()
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
