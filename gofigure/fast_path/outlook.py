"""Whether a hook answers by itself now and, if not, why not."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from gofigure.config import LOCAL_NAME, jobs_for
from gofigure.digest.tree import look_up
from gofigure.fast_path.epoch import why_none
from gofigure.model import READ_AGAIN_BY_GIT
from gofigure.runner.why import never_reused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gofigure.project import Loaded, Project
    from gofigure.runner.plan import Plan
    from gofigure.runner.planner import Planner
    from gofigure.store.contents import Contents

NOT_YET = "nothing was proven by a commit in the last 24 hours"


def outlook(
    project: Project, loaded: Loaded, plans: Sequence[Plan], planner: Planner, contents: Contents
) -> Mapping[str, str]:
    """Each hook that the script could answer by itself -> why it does not; "" where it does.

    Of hooks of which every job is among the plans.
    """
    planned = {plan.job.name: plan for plan in plans}
    told = {}
    for hook in READ_AGAIN_BY_GIT if project.repository is not None else ():
        jobs = [job.name for job in jobs_for(loaded.config, hook)]
        if jobs and planned.keys() >= set(jobs):
            theirs = [planned[name] for name in jobs]
            told[hook] = _why_never(loaded, theirs, planner, contents) or _why_not_now(project)
    return told


def _why_never(loaded: Loaded, plans: Sequence[Plan], planner: Planner, contents: Contents) -> str:
    names = [layer.name for layer in loaded.layers]
    if loaded.config.local:
        return f"{LOCAL_NAME} is in use, which no commit covers"
    steps = [step for plan in plans for step in plan.steps.values()]
    for step in steps:
        if never := never_reused(step):
            return f"{step.stage.name} is never reused ({never})"
    tools = {name for step in steps for name in step.facts.tools}
    looked_up = [one for one in planner.keying.tools.looked_up if one.name in tools]
    tree = plans[0].content.about.tree
    if any(look_up(tree, os.fsencode(name), contents.load_tree) is None for name in names):
        return "the configuration is not part of the repository"
    return why_none((step.stage for step in steps), looked_up, planner.keying.base_path)


def _why_not_now(project: Project) -> str:
    assert project.repository is not None  # noqa: S101 - see outlook
    own = os.path.join(project.repository.git_dir, "gofigure")
    try:
        until_ns = os.stat(os.path.join(own, "until")).st_mtime_ns
        os.stat(os.path.join(own, "epoch"))
    except OSError:
        return NOT_YET
    return "" if time.time_ns() < until_ns else NOT_YET
