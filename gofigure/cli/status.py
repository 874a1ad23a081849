"""`gofigure status`: where things stand, what is proven, and what would run and why."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import click

from gofigure.cli.as_json import dump
from gofigure.cli.commits import of_commits, of_outcome, tell_outcome, tell_unverified
from gofigure.cli.console import console_for
from gofigure.cli.here import Here, here
from gofigure.cli.terminal import tell
from gofigure.cli.verdicts import way_out
from gofigure.doctor.finding import size
from gofigure.errors import EXIT_PASSED, NotAllowedError
from gofigure.git.repository import branch_of
from gofigure.model import CHANGE, Job
from gofigure.pipeline import choose_jobs
from gofigure.project import Loaded, as_judged, changed_by_personal, parse_config, read_config
from gofigure.queries import Standing, standing
from gofigure.runner.told import outlook, step_told
from gofigure.runner.why import ago
from gofigure.snapshot.select import show
from gofigure.store.told import run_told
from gofigure.subject import Request
from gofigure.triggers.install import in_place_of_ours, installed, wanted_hooks, why_not_alone
from gofigure.triggers.outcome import Outcome, outcomes
from gofigure.watch.place import folder_of, state_of

if TYPE_CHECKING:
    from gofigure.runner.plan import Plan, Shared
    from gofigure.store.ledger import RunRow
    from gofigure.watch.state import State


class _Place(NamedTuple):
    """What is known without looking at the content."""

    content: str
    branch: str  # "" on a detached HEAD, and outside git
    in_git: bool
    refusal: str  # why the configuration may not run here; "" if it may
    hooks: Sequence[str]
    missing: Sequence[str]  # hooks that a job names and that are not installed
    instead: Mapping[str, str]  # those of them in whose place somebody else's script is -> whose
    fast: Mapping[str, str]  # hook -> why it does not answer by itself; "" where it does
    local: Mapping[str, Sequence[str]]  # personal files in use -> what they change
    disabled: Sequence[str]
    background: Sequence[Outcome]
    watcher: State | None  # None: none lives
    page: str = ""  # its address, if one is served
    off: Sequence[str] = ()  # jobs that no change starts, by somebody's wish


@click.command()
@click.argument("names", nargs=-1)
@click.option("--staged", is_flag=True, help="On what a commit would record now.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def status(names: tuple[str, ...], *, staged: bool, as_json: bool) -> int:
    """Show where things stand, what is proven on the present content, and what would run and why.

    Before `gofigure allow` it shows the jobs, and looks no further.
    """
    where = here()
    layers = read_config(where.project)
    loaded = Loaded(parse_config(layers), as_judged(layers))
    request = Request(where.manual, where.environ, names, where.folder, staged=staged)
    jobs = choose_jobs(loaded.config, request)
    refusal, stand = "", Standing([], {})
    try:
        with console_for(sys.stderr) as console:
            # Commits are what everybody asks about who names nothing.
            whole = not names and not staged
            stand = standing(where.project, loaded, request, console, with_commits=whole)
    except NotAllowedError as error:
        refusal = f"{error}; {error.hint}"
    repository = where.project.repository
    hooks = installed(repository) if repository is not None else []
    wanted = wanted_hooks(loaded.config) if repository is not None else []
    missing = [hook for hook in wanted if hook not in hooks]
    who = {hook: in_place_of_ours(repository, hook) for hook in missing} if repository is not None else {}
    place = _Place(
        content=_content(where, staged=staged),
        branch=branch_of(repository) if repository is not None else "",
        in_git=repository is not None,
        refusal=refusal,
        hooks=hooks,
        missing=missing,
        instead={hook: name for hook, name in who.items() if name},
        fast={
            hook: why_not_alone(repository, hook) or why_not
            for hook, why_not in stand.fast.items()
            if repository is not None and hook in hooks
        },
        local=changed_by_personal(layers),
        disabled=loaded.config.disabled,
        background=outcomes(repository.git_dir) if repository is not None else (),
        watcher=state_of(folder_of(where.project.lock_file)),
        page=_page(where),
        off=_off(where, loaded),
    )
    if as_json:
        print(dump(_json(place, jobs, stand)))
    else:
        _tell(place, jobs, stand)
    return EXIT_PASSED


def _page(where: Here) -> str:
    from gofigure.web.door.place import card_of

    card = card_of(folder_of(where.project.lock_file))
    return card.address if card is not None else ""


def _off(where: Here, loaded: Loaded) -> list[str]:
    """The jobs whose switch keeps the watcher from running them."""
    from gofigure.watch.switches import switched_off

    off = switched_off(folder_of(where.project.lock_file))
    return [job.name for job in loaded.config.jobs.values() if CHANGE in job.on and job.name in off]


def _content(where: Here, *, staged: bool) -> str:
    if where.project.repository is None:
        return f"the folder {where.project.root}"
    if where.project.repository.is_bare:
        head = where.project.repository.head
        return (
            f"commit {head.commit[:10]} (a bare repository)" if head else "nothing (a bare repository, no commit yet)"
        )
    return "what a commit would record now" if staged else "the working tree"


def _tell(place: _Place, jobs: Sequence[Job], stand: Standing) -> None:
    branch = f", {'branch ' + place.branch if place.branch else 'detached HEAD'}" if place.in_git else ""
    tell(f"on {place.content}{branch}")
    _tell_hooks(place)
    _tell_watcher(place.watcher, jobs)
    for name in place.off:
        tell(f"  {name} is switched off: no change starts it (its switch is on the page: gofigure ui)")
    if place.page:
        tell(f"page: {place.page} (gofigure ui opens it)")
    for path, changed in place.local.items():
        tell(f"local: {path} is laid over the configuration: {', '.join(changed) or 'it changes nothing'}")
    if place.disabled:
        tell(f"disabled: {', '.join(place.disabled)}")
    if place.refusal:
        tell(f"not allowed: {place.refusal}")
        for job in jobs:
            tell(f"{job.name}: {', '.join(job.stages)}")
    _tell_shared(stand.shared)
    if stand.kept[0]:
        tell(f"kept of what stages make: {stand.kept[0]:,} files, {size(stand.kept[1])}")
    for outcome in place.background:
        tell_outcome(outcome)
    _tell_plans(stand)
    if stand.commits is not None:
        tell_unverified(stand.commits)


def _tell_hooks(place: _Place) -> None:
    if not place.in_git:
        tell("hooks: none, as this is no git repository")
        return
    tell(f"hooks: {', '.join(place.hooks) or 'none installed (gofigure install-hooks)'}")
    if place.hooks and place.missing:
        tell(f"  named by a job and not installed: {', '.join(place.missing)} (gofigure install-hooks)")
    for hook, name in place.instead.items():
        mend = "says which line does" if name == "husky" else "runs both"
        tell(f"  {hook} is {name}'s, which does not run gofigure (gofigure install-hooks: {mend})")
    for hook, why_not in place.fast.items():
        if why_not:
            tell(f"  {hook} does not let through by itself what is proven: {why_not}")
        else:
            tell(f"  {hook} lets through by itself what is proven")


def _tell_watcher(state: State | None, jobs: Sequence[Job]) -> None:
    """Nothing where nobody asked for one."""
    if state is None:
        if any(CHANGE in job.on for job in jobs):
            tell("watcher: none (gofigure watch)")
        return
    words = [f"process {state.pid}", *([state.backend] if state.backend else []), *(["paused"] if state.paused else [])]
    tell(f"watcher: at work ({', '.join(words)})")
    for remote in state.remotes:
        tell(f"  {remote}")
    held = [(f"{job.job} is held", job.held) for job in state.jobs]
    for what, why in (("waiting", state.waiting), ("degraded", state.degraded), ("trouble", state.trouble), *held):
        if why:
            first, *more = why.splitlines()
            tell(f"  {what}: {first}")
            for line in more:
                tell(f"    {line}")


def _of_watcher(state: State | None) -> dict[str, object] | None:
    if state is None:
        return None
    return {
        "pid": state.pid,
        "backend": state.backend,
        "degraded": state.degraded,
        "waiting": state.waiting,
        "trouble": state.trouble,
        "paused": state.paused,
        "remotes": list(state.remotes),
        "held": {job.job: job.held for job in state.jobs if job.held},
    }


def _tell_shared(shared: Shared) -> None:
    if shared.folders:
        tell(f"shared with private checkouts: {', '.join(map(show, shared.folders))}")
    for way in shared.ways_back:
        tell(f"  {way.shared} leads back into the working tree: {way.leads_to}")


def _tell_plans(stand: Standing) -> None:
    for plan in stand.plans:
        tell_plan(plan, stand.last.get(plan.job.name))
    if forget := way_out(step.reason for plan in stand.plans for step in plan.steps.values()):
        tell(f"flaky: {forget}")


def tell_plan(plan: Plan, last: RunRow | None = None) -> None:
    """A job with its last run, and its stages: proven, or to be run, and why."""
    ran = f"run {last.id} {last.state}, {ago(last.started_ns)} ({last.trigger})" if last else "it has never run"
    tell(f"{plan.job.name}: {ran}")
    width = max(map(len, plan.steps))
    column = max(len(outlook(step)) for step in plan.steps.values())
    for name, step in plan.steps.items():
        tell(f"  {name:<{width}}  {outlook(step):<{column}}  {step.reason}")


def _json(place: _Place, jobs: Sequence[Job], stand: Standing) -> dict[str, object]:
    steps = {plan.job.name: plan.steps for plan in stand.plans}
    return {
        "content": place.content,
        "branch": place.branch,
        "allowed": not place.refusal,
        "hooks": place.hooks,
        "missing_hooks": place.missing,
        "hooks_of_others": place.instead,
        "fast_path": place.fast,
        "local": place.local,
        "disabled": place.disabled,
        "shared": [show(path) for path in stand.shared.folders],
        "kept": {"files": stand.kept[0], "bytes": stand.kept[1]},
        "watcher": _of_watcher(place.watcher),
        "page": place.page or None,
        "switched_off": list(place.off),
        "background": [of_outcome(outcome) for outcome in place.background],
        "commits": of_commits(stand.commits),
        "jobs": [
            {
                "job": job.name,
                "last": run_told(stand.last[job.name]) if job.name in stand.last else None,
                "stages": [{"stage": name, **step_told(step)} for name, step in steps[job.name].items()]
                if job.name in steps
                else [{"stage": name} for name in job.stages],
            }
            for job in jobs
        ],
    }
