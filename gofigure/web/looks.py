"""A look at a content: its tree, and which stages read what of it. It takes git, digests and a plan of each job."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

from gofigure import trust
from gofigure.about_path import about_path, told
from gofigure.errors import GofigureError
from gofigure.events import ignore
from gofigure.model import Snapshot, Trigger
from gofigure.pipeline import look
from gofigure.process.mask import Mask
from gofigure.project import Loaded, Project, load_config, open_store
from gofigure.queries import Present, present_at
from gofigure.runner.plan import Content, Step
from gofigure.runner.told import outlook
from gofigure.snapshot.select import Selector
from gofigure.subject import Request, contents
from gofigure.web.apart import ask_apart
from gofigure.web.page import Apart, Facts, Question

WORKING, INDEX, COMMIT = "working tree", "index", "commit"
_KEEPS = 2.0  # seconds: who loads the page again after that gets a new look
_PATIENCE = 0.25


class Which(NamedTuple):
    """The content that is asked for."""

    kind: str = WORKING
    commit: str = ""  # as it was typed


class Reads(NamedTuple):
    """What one stage of a job reads, and what would become of it now."""

    job: str
    stage: str
    selectors: tuple[Selector, ...]
    proven: bool
    outlook: str
    reason: str
    unproven: frozenset[bytes] | None  # of a per-file stage: the files without a proof; the first selector's are its


class Hiding:
    """Hides secret values in what is shown; two of the same values are one."""

    def __init__(self, mask: Mask | None) -> None:
        self._forms = mask.forms if mask is not None else ()
        self.text = mask.text if mask is not None else str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Hiding) and self._forms == other._forms

    def __hash__(self) -> int:
        return hash(self._forms)


class Seen(NamedTuple):
    """A content as it was when somebody looked."""

    tree: bytes
    oid: str
    commit: str
    reads: tuple[Reads, ...]
    note: str  # why nobody knows who reads what; "" mostly
    left: tuple[str, ...]  # what is left out, in words
    unprovable: Mapping[bytes, str]
    hiding: Hiding


def looking(which: Which) -> Question:
    return Question(("look", which), partial(ask_apart, partial(_look, which)), _KEEPS, _PATIENCE)


def explaining(path: bytes) -> Question:
    """What `gofigure why PATH` says; the path as it was typed."""
    return Question(("explain", path), partial(ask_apart, partial(_explain, path)), _KEEPS, _PATIENCE)


def within(path: bytes, root: str) -> bytes:
    """An absolute path as seen from the root, if it leads there; any other as it is."""
    if not path.startswith(b"/"):
        return path
    folder, name = os.path.split(path)
    for one in (path, os.path.join(os.path.realpath(folder), name)):
        relative = os.path.relpath(one, os.fsencode(root))
        if relative.split(b"/", 1)[0] != b"..":
            return b"" if relative == b"." else relative
    return path


def _request(which: Which, apart: Apart) -> Request:
    commit = which.commit or "HEAD" if which.kind == COMMIT else None
    return Request(Trigger("manual"), apart.environ, commit=commit, staged=which.kind == INDEX)


def _look(which: Which, apart: Apart) -> Seen:
    project, request = apart.project, _request(which, apart)
    if project.repository is None and which.kind != WORKING:
        raise GofigureError(f"{project.root} is not in a git repository: there is only the folder itself")
    loaded, note = _allowed(project)
    token = trust.require_token(project.trust)
    with contextlib.ExitStack() as stack:
        present: Present | None = None
        if loaded is not None:
            present = stack.enter_context(present_at(project, loaded, request, token, ignore))
            looking_at, store = present.looking, present.store
        else:
            looking_at = stack.enter_context(look(project, request))
            store = stack.enter_context(open_store(project, token, ignore, looking_at))
        if store.is_forgetful:
            raise GofigureError(f"{project.store_file} cannot be written, and folders are shown from it")
        about = next(contents(project, request, looking_at, store, ignore), None)
        if about is None:
            raise GofigureError("HEAD names no commit yet", hint="git commit")
        reads: tuple[Reads, ...] = ()
        if present is not None:
            try:
                reads = _reads(present, about)
            except GofigureError as error:
                note = _words(error)
        store.contents.write()
        hiding = Hiding(present.secrets.mask if present is not None and present.secrets is not None else None)
        return Seen(about.tree, about.oid or "", about.commit or "", reads, note, about.notes, about.unprovable, hiding)


def _allowed(project: Project) -> tuple[Loaded | None, str]:
    """The configuration, if it may run; or why it may not. Nothing is approved by who only looks."""
    try:
        loaded = load_config(project)
    except GofigureError as error:
        return None, _words(error)
    refused = trust.refusal(project.trust, loaded.layers)
    return (loaded, "") if refused is None else (None, _words(refused))


def _words(error: GofigureError) -> str:
    return f"{error} ({error.hint})" if error.hint else str(error)


def _reads(present: Present, about: Snapshot) -> tuple[Reads, ...]:
    jobs = present.loaded.config.jobs.values()
    planned = [present.plan(job, Content(about, about)) for job in jobs]
    return tuple(_reading(plan.job.name, step) for plan in planned for step in plan.steps.values())


def _reading(job: str, step: Step) -> Reads:
    unproven = frozenset(step.files or ()) if step.stage.files is not None else None
    selectors = tuple(dict.fromkeys(read.selector for read in step.reads))
    return Reads(job, step.stage.name, selectors, step.reused, outlook(step), step.reason, unproven)


def _explain(path: bytes, apart: Apart) -> Facts:
    loaded = load_config(apart.project)
    refused = trust.refusal(apart.project.trust, loaded.layers)
    if refused is not None:
        raise refused
    token = trust.require_token(apart.project.trust)
    with present_at(apart.project, loaded, _request(Which(), apart), token, ignore) as present:
        return told(about_path(present, within(path, apart.project.root), ignore))
