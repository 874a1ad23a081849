"""What is said before anything of a request runs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gofigure import config as configuration
from gofigure.events import Note, Observer, ignore
from gofigure.model import READ_AGAIN_BY_GIT, Config, Job, Snapshot
from gofigure.project import Project
from gofigure.runner.skips import ONLY, SKIP, named, unheeded
from gofigure.store.store import Store
from gofigure.subject import Request

if TYPE_CHECKING:
    from gofigure.folders import Touched
    from gofigure.runner.planner import Planner


def tell_vain_skips(config: Config, jobs: Sequence[Job], request: Request, observe: Observer) -> None:
    for variable in (SKIP, ONLY):
        for words in configuration.unknown(config, sorted(named(request.environ, variable))):
            observe(Note(f"{variable}: {words}"))
    for words in unheeded(config, jobs, request.environ):
        observe(Note(words))


def tell_failed_in_background(project: Project, observe: Observer) -> None:
    """Say what went wrong when nobody looked; each failure is told once."""
    if project.repository is None or not os.path.isdir(os.path.join(project.repository.git_dir, "gofigure/background")):
        return
    from gofigure.runner.why import ago
    from gofigure.triggers.outcome import untold

    for title, at_ns, more in untold(project.repository.git_dir):
        observe(Note(f"{title} {ago(at_ns)}: {more}"))


def tell_unchecked(
    config: Config,
    request: Request,
    about: Snapshot,
    planner: Planner,
    store: Store,
    touched: Touched,
    observe: Observer,
) -> None:
    """After a commit: say so if what it holds did not pass the hooks that check what is committed."""
    if request.trigger.kind != "post-commit":
        return
    hooks = [hook for hook in READ_AGAIN_BY_GIT if configuration.jobs_for(config, hook)]
    if not hooks or store.history.has_passed(about.tree, hooks):
        return
    from gofigure.runner.plan import Content

    jobs = {job.name: job for hook in hooks for job in configuration.jobs_for(config, hook)}
    checked = touched.only(list(jobs.values()), about, ignore)
    if any(planner.unproven(job, Content(about, about)) for job in checked):
        observe(Note(f"commit {(about.commit or '')[:10]} holds what {' or '.join(hooks)} did not check"))
