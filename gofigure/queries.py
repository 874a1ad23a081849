"""Questions about a project that run nothing of it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gofigure import trust
from gofigure.digest.tree import KIND_WORDS, Entry, look_up
from gofigure.errors import GofigureError
from gofigure.events import Note, Observer, ignore
from gofigure.git.exclude import is_ignored
from gofigure.pipeline import Request, choose_jobs, content_now, contents, look
from gofigure.project import Project, load_config, open_store
from gofigure.runner.execute import settle_if_free
from gofigure.runner.plan import Content, Plan
from gofigure.runner.planner import Planner
from gofigure.runner.readers import Reader, readers
from gofigure.snapshot.commits import of_commit
from gofigure.snapshot.select import show
from gofigure.store.history import Filter
from gofigure.store.ledger import RunRow
from gofigure.store.store import Store
from gofigure.triggers.hooks import mark


def plans(project: Project, request: Request, observe: Observer) -> list[Plan]:
    """What `run` would do."""
    config, layers = load_config(project)
    jobs = choose_jobs(config, request)
    token = trust.require(project.trust, layers)
    with look(project, request) as looking, open_store(project, token, observe, looking) as store:
        planner = Planner(config, store, request.environ, project.root, request.trigger)
        return [
            planner.plan(job, content_now(about, looking, store, observe), use_proofs=request.use_proofs)
            for about in contents(project, request, looking, store, observe)
            for job in jobs
        ]


class AboutPath(NamedTuple):
    """What is known of one path of the working tree."""

    path: bytes  # relative to the root; b"" is the root itself
    entry: Entry | None  # None: it is there, and no part of the content
    left_out: str  # why it is none
    readers: tuple[Reader, ...]
    unprovable: str  # why nothing that reads it can be proven; "" mostly


def about_path(project: Project, request: Request, path: bytes, observe: Observer) -> AboutPath:
    """Who reads a path, and what they would do now. Raises GofigureError where there is nothing at it."""
    config, layers = load_config(project)
    token = trust.require(project.trust, layers)
    with look(project, request) as looking, open_store(project, token, observe, looking) as store:
        planner = Planner(config, store, request.environ, project.root, request.trigger)
        content = looking.here(store.contents, observe)
        entry = look_up(content.tree, path, store.contents.load_tree)
        if entry is None:
            return AboutPath(path, None, _left_out(project, path), (), content.unprovable.get(path, ""))
        found = [
            reader
            for job in config.jobs.values()
            for reader in readers(
                planner.plan(job, Content(content, content), use_proofs=True), path, entry, planner.selecting
            )
        ]
        return AboutPath(path, entry, "", tuple(found), content.unprovable.get(path, ""))


def _left_out(project: Project, path: bytes) -> str:
    """Why something that is there is no part of the content."""
    if not os.path.lexists(os.path.join(os.fsencode(project.root), path)):
        raise GofigureError(f"{show(path)}: there is nothing, neither in the content nor on disk")
    if project.repository is not None and is_ignored(project.repository, path):
        return "ignored by git"
    return "in a repository of its own, behind a link, or empty"


def last_runs(project: Project, jobs: Sequence[str]) -> dict[str, RunRow]:
    """The newest run of each job that has one."""
    with reading(project, ignore) as store:  # what it has to say is said by whoever opened it before
        return {job: run for job in jobs for run in store.history.runs(Filter(job), 1)}


def digests(
    project: Project, request: Request, paths: Sequence[bytes], observe: Observer
) -> list[tuple[str, str, str]]:
    """(path, kind, digest in hex) of each path, which is relative to the root ("." is the root itself).

    A repository that was not allowed is answered from its commits only: looking at its index or working tree
    could run programs that its own configuration names.
    """
    token = trust.token_of(project.trust)
    if project.repository is not None and request.commit is None:
        trust.require_token(project.trust)
    with contextlib.ExitStack() as stack:
        store = stack.enter_context(open_store(project, token, observe) if token else Store.in_memory())
        if project.repository is not None and request.commit is not None:
            content = of_commit(project.repository, request.commit, store.contents, observe)
        else:
            looking = stack.enter_context(look(project, request))
            content = next(contents(project, request, looking, store, observe))
        for note in content.notes:
            observe(Note(note))
        return [_named(path, content.tree, store) for path in paths]


def _named(path: bytes, tree: bytes, store: Store) -> tuple[str, str, str]:
    entry = look_up(tree, b"" if path == b"." else path, store.contents.load_tree)
    if entry is None:
        raise GofigureError(f"{show(path)} is not part of the content (ignored, outside, or not there)")
    return show(path), KIND_WORDS[entry.kind], entry.digest.hex()


@contextlib.contextmanager
def reading(project: Project, observe: Observer) -> Iterator[Store]:
    """The store, to look things up in; what a dead process left is settled first."""
    token = trust.require_token(project.trust)
    with open_store(project, token, observe) as store:
        settle_if_free(store, project.lock_file, project.root, mark(token))
        yield store


def note_skip(project: Project, hook: str, reason: str, observe: Observer) -> None:
    """Record that a hook did not run its jobs, where that can be recorded."""
    observe(Note(f"the {hook} hook runs nothing: {reason}"))
    token = trust.token_of(project.trust)
    if token is not None:
        with contextlib.suppress(GofigureError), open_store(project, token, observe) as store:
            store.ledger.record_skip(hook, reason)
