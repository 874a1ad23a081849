"""Folders with a configuration of their own: which ones a request is about, and which of them it leaves aside.

A hook runs a folder's jobs only where what they read has changed; of all others it does not even make a plan
(docs/decisions/0052-monorepo.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gofigure.digest.tree import differences, look_up
from gofigure.errors import GitError, GofigureError
from gofigure.events import Note, Observer
from gofigure.model import BY_A_PERSON, CHANGE, CONFIG_NAME, PUSHES, Config, Job, Snapshot, Stage
from gofigure.project import Asking, Loaded, Project, load_config
from gofigure.snapshot.select import Selector, as_bytes
from gofigure.subject import Request, is_about_working_tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gofigure.runner.planner import Planner
    from gofigure.store.store import Store

_NAMED = 3


def load_for(project: Project, request: Request) -> Loaded:
    """The configuration that a request goes by: of the folders, those of what it is about."""
    if request.loaded is not None:
        return request.loaded
    if not is_about_working_tree(request):
        return load_config(project, Asking(of_index=True, index_file=request.trigger.index_file))
    try:
        loaded = load_config(project, Asking(new=()))
    except GofigureError:  # there may be none but what git does not track yet: it is asked, which takes longer
        return load_config(project)
    return loaded if _says_all(loaded.config, request) else load_config(project)


def _says_all(config: Config, request: Request) -> bool:
    """Whether what is asked for is there, as far as it is tracked."""
    from gofigure.config import choose

    try:
        return bool(choose(config, request.names, request.here))
    except GofigureError:
        return False


def with_new(project: Project, request: Request, loaded: Loaded, about: Snapshot) -> Loaded | None:
    """The configuration with what somebody has written there and git does not track; None where there is no such."""
    if request.loaded is not None or not set(about.new_folders) - set(loaded.config.folders):
        return None
    grown = load_config(project, Asking(new=about.new_folders))
    return grown if grown.config.folders != loaded.config.folders else None


class Touched:
    """What has changed, for the jobs of one request."""

    def __init__(self, project: Project, config: Config, request: Request, planner: Planner, store: Store) -> None:
        self._project = project
        self._config = config
        self._request = request
        self._planner = planner
        self._store = store
        self._stages: dict[tuple[str, bytes, bytes], bool] = {}

    def only(self, jobs: Sequence[Job], about: Snapshot, observe: Observer) -> list[Job]:
        """The jobs of the root, and those of folders of which something is read that has changed; says what is not."""
        if not any(job.folder for job in jobs):
            return list(jobs)
        there = [job for job in jobs if not job.folder or self._is_there(job.folder, about)]
        before = self._before(about, observe)
        if before is None:
            return there
        self._tell_new(before, about, observe)
        kept = [job for job in there if not job.folder or self._is_touched(job, before, about)]
        self._planner.selecting.keep()
        left = sorted({job.folder for job in there} - {job.folder for job in kept})
        if left:
            from gofigure.runner.words import shortened

            folders = "folder" if len(left) == 1 else "folders"
            observe(
                Note(f"nothing that their jobs read has changed in {len(left)} {folders}: {shortened(left, _NAMED)}")
            )
        return kept

    def _is_there(self, folder: str, about: Snapshot) -> bool:
        """A commit that knows nothing of a folder's configuration is not judged by it."""
        path = as_bytes(f"{folder}/{CONFIG_NAME}")
        return about.kind != "commit" or look_up(about.tree, path, self._store.contents.load_tree) is not None

    def _before(self, about: Snapshot, observe: Observer) -> bytes | None:
        """The tree that the content is compared with; None where everything counts as changed."""
        request, repository = self._request, self._project.repository
        asks = request.trigger.kind not in (*BY_A_PERSON, CHANGE) or (request.since is not None and not request.names)
        if not asks or request.all_files or repository is None:
            return None
        from gofigure.snapshot.commits import of_commit
        from gofigure.snapshot.trees import digest_of_tree
        from gofigure.triggers.since import compared_with

        contents, head = self._store.contents, repository.head
        try:
            before = self._planner.circumstances.since or compared_with(repository, request.trigger, about)
            if before is None or before.startswith("-"):
                return None
            if head is not None and before == head.commit:
                return digest_of_tree(repository, head.tree, contents, observe)
            return of_commit(repository, before, contents, observe).tree
        except GitError:  # there is no such commit (any more)
            return None

    def _is_touched(self, job: Job, before: bytes, about: Snapshot) -> bool:
        from gofigure.runner.graph import order
        from gofigure.runner.skips import required

        if required(self._config, job):
            return True  # nothing may let it pass unseen
        return any(self._differs(stage, before, about) for stage in order(job, self._config).stages)

    def _differs(self, stage: Stage, before: bytes, about: Snapshot) -> bool:
        """Whether a stage reads something else in two trees, or is another one: its file says so."""
        key = (stage.name, before, about.tree)
        if key not in self._stages:
            select, load = self._planner.selecting.select, self._store.contents.load_tree
            path = as_bytes(f"{stage.folder}/{CONFIG_NAME}".lstrip("/"))
            self._stages[key] = look_up(before, path, load) != look_up(about.tree, path, load) or any(
                select(before, selector).digest != select(about.tree, selector).digest
                for selector in self._selectors(stage, about)
            )
        return self._stages[key]

    def _selectors(self, stage: Stage, about: Snapshot) -> tuple[Selector, ...]:
        """What chooses what a stage reads, the scripts that it starts among it."""
        from gofigure.runner.scripts import scripts_of
        from gofigure.targets import commands_of

        selectors = self._planner.keying.reading.selectors(stage, about)
        _, scripts = scripts_of(stage, commands_of(stage), about.tree, selectors, (), self._planner.selecting)
        return (*selectors, *scripts)

    def _tell_new(self, before: bytes, about: Snapshot, observe: Observer) -> None:
        """Say so where a pushed commit has a configuration that is not known here: its jobs do not run."""
        if self._request.trigger.kind not in PUSHES:
            return
        end = as_bytes(f"/{CONFIG_NAME}")
        for path, _, now in differences(before, about.tree, self._store.contents.load_tree):
            name = path.decode("utf-8", "backslashreplace")
            if now is not None and path.endswith(end) and name.rpartition("/")[0] not in self._config.folders:
                observe(
                    Note(f"{name} of commit {(about.commit or '')[:10]} is not checked out here: its jobs do not run")
                )
