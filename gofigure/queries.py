"""Questions about a project that run nothing of it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

from gofigure import trust
from gofigure.digest.tree import KIND_WORDS, look_up
from gofigure.errors import GofigureError
from gofigure.events import Note, Observer
from gofigure.pipeline import Request, choose_jobs, content_now, contents, look
from gofigure.project import Project, load_config, open_store
from gofigure.runner.execute import settle_if_free
from gofigure.runner.plan import Plan, Planner
from gofigure.snapshot.commits import of_commit
from gofigure.snapshot.select import show
from gofigure.store.store import Store
from gofigure.triggers.hooks import mark


def plans(project: Project, request: Request, observe: Observer) -> list[Plan]:
    """What `run` would do."""
    config, layers = load_config(project)
    jobs = choose_jobs(config, request)
    token = trust.require(project.trust, layers)
    with look(project, request) as looking, open_store(project, token, observe, looking) as store:
        planner = Planner(config, store, request.environ, project.root)
        return [
            planner.plan(job, content_now(about, looking, store, observe), use_proofs=request.use_proofs)
            for about in contents(project, request, looking, store, observe)
            for job in jobs
        ]


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
