"""Decide, for each stage of a job, whether it must run, and say why."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import NamedTuple

from gofigure.digest.tree import look_up
from gofigure.errors import SlowExpression
from gofigure.model import Command, Config, Job, Snapshot, Stage, Trigger
from gofigure.runner.environment import base_environment, declared
from gofigure.runner.graph import Graph, order
from gofigure.runner.handed import Handed
from gofigure.runner.key import Facts, facts_of, file_keys, handed_key, platform, stage_key
from gofigure.runner.locations import missing, said_of, widened
from gofigure.runner.tools import Tools
from gofigure.runner.why import ago, first_difference
from gofigure.snapshot.select import Selecting, Selector, covers, show
from gofigure.store.proofs import Proof
from gofigure.store.store import Store
from gofigure.targets import commands_of, reads_whole_locations, source_of, tells_version, tools_of

_NAMES_SHOWN = 3


class Content(NamedTuple):
    """What a run is about, and what stands in the folder that it runs in; mostly one and the same."""

    about: Snapshot
    here: Snapshot


class Read(NamedTuple):
    """Something that a stage reads."""

    selector: Selector
    digest: bytes  # of what is selected in the content that the run is about


class Step(NamedTuple):
    """One stage of a plan."""

    stage: Stage
    key: bytes
    reason: str  # why it will run, or what it is reused from
    reused: bool
    commands: tuple[Command, ...]
    facts: Facts
    reads: tuple[Read, ...]  # of a per-file stage: its files, and what they all depend on
    differs: tuple[str, ...] = ()  # what it reads that stands differently in the folder it runs in
    unprovable: str = ""  # why its passing will prove nothing
    files: tuple[bytes, ...] | None = None  # a per-file stage: those to hand over
    file_keys: tuple[bytes, ...] = ()  # what passing proves, file by file
    proof: Proof | None = None
    missing: tuple[str, ...] = ()  # locations in which there is nothing to do: each a failure
    handed: str = ""  # why its result says nothing of content alone: it hangs on what git hands to the hook
    gets_arguments: bool = False  # it is started with git's own arguments and input
    left_out: bool = False  # it neither runs nor is reused; `reason` says why

    @property
    def inputs(self) -> bytes:
        """The digest of the files that it selects."""
        return self.reads[0].digest


class Plan(NamedTuple):
    job: Job
    content: Content
    graph: Graph
    steps: Mapping[str, Step]  # by stage, in dependency order
    lenient: bool = False  # a stage that cannot run on this content does not fail the run

    @property
    def to_run(self) -> list[Step]:
        return [step for step in self.steps.values() if not (step.reused or step.left_out)]


class Planner:
    """Plans the jobs of one run: what is looked up for one stage is known for the next."""

    def __init__(self, config: Config, store: Store, environ: Mapping[str, str], root: str, trigger: Trigger) -> None:
        self._config = config
        self._store = store
        self._environ = environ
        self._root = root
        self._base_env = base_environment(environ)
        self._tools = Tools(store.contents, root, self._base_env)
        self._system = platform()
        self._handed = Handed(config, trigger)
        self._skipped = skipped(environ)
        self._ever_proven: set[str] = set()
        self._ever_run = False
        self.selecting = Selecting(store.contents)

    def plan(self, job: Job, content: Content, *, use_proofs: bool, lenient: bool = False) -> Plan:
        # Asked anew for each plan: the run that was waited for may have been the first of all.
        self._ever_proven = self._store.proofs.stages()
        self._ever_run = self._store.ledger.has_runs()
        graph = order(job, self._config)
        steps: dict[str, Step] = {}
        for stage in graph.stages:
            try:
                steps[stage.name] = self._step(stage, content, steps, use_proofs=use_proofs)
            except SlowExpression as error:
                raise error.within(f"stages.{stage.name}.{'source' if stage.files is None else 'files'}") from None
        for stage in reversed(graph.stages):
            step = steps[stage.name]
            why_not = "" if step.reused else self._why_left_out(job, stage)
            if why_not:
                steps[stage.name] = step._replace(left_out=True, reason=why_not)
            elif not step.reused:
                self._stand_up(stage, steps)
        self.selecting.keep()
        return Plan(job, content, graph, steps, lenient)

    def environment(self, stage: Stage) -> dict[str, str]:
        """All of a stage's environment."""
        return {**self._base_env, **declared(stage, self._environ)}

    def configuration_differs(self, content: Content) -> bool:
        """Whether the configuration that was read is another one than that of the content in question."""
        load = self._store.contents.load_tree
        name = os.fsencode(os.path.basename(self._config.path))
        return look_up(content.about.tree, name, load) != look_up(content.here.tree, name, load)

    def _stand_up(self, stage: Stage, steps: dict[str, Step]) -> None:
        """Run again what a stage to run needs, unless that was the last thing done here.

        A proof says that the needed stage passes on this content, not that what it left behind (a build, a
        checkout) is of this content.
        """
        for name in stage.needs:
            step = steps[name]
            if not step.reused or step.stage.files is not None:
                continue
            last = self._store.ledger.last_of_stage(name, self._root)
            if last is None or last.state != "passed" or last.key != step.key:
                reason = f"{stage.name} needs it, and what was last done here is of other content"
                steps[name] = step._replace(reused=False, proof=None, reason=reason)

    def _why_left_out(self, job: Job, stage: Stage) -> str:
        for name in (stage.name, job.name):
            if name in self._skipped:
                return f"SKIP={name}"
        return self._handed.is_missing(stage)

    def _step(self, stage: Stage, content: Content, steps: Mapping[str, Step], *, use_proofs: bool) -> Step:
        upstream = {name: steps[name].key for name in stage.needs}
        commands = commands_of(stage)
        env = declared(stage, self._environ)
        tools = self._tools_of(stage, commands, env.get("PATH", self._base_env["PATH"]))
        selectors = selectors_of(widened(stage, content.about.tree, self._store.contents.load_tree))
        selections = [self.selecting.select(content.about.tree, selector) for selector in selectors]
        shared = b"".join(selection.digest for selection in selections[1:])
        facts = facts_of(stage, commands, env, tools, upstream, self._system, shared)
        reads = tuple(Read(selector, found.digest) for selector, found in zip(selectors, selections, strict=True))
        step = Step(
            stage,
            stage_key(facts, selections[0].digest),
            reason="",
            reused=False,
            commands=commands,
            facts=facts,
            reads=reads,
            differs=self._differs(content, reads),
            handed=self._handed.hangs_on_it(stage, (name for name in stage.needs if steps[name].handed)),
            gets_arguments=self._handed.gets(stage),
        )
        if step.gets_arguments:
            step = step._replace(key=handed_key(step.key, self._handed.hook))
        empty = missing(stage, content.about.tree, self.selecting)
        if empty:
            return step._replace(reason=said_of(empty, source_of(stage)), missing=empty)
        nothing = selections[0].files == 0
        if stage.files is not None and nothing:
            return step._replace(reason="no file matches", reused=True, files=())
        step = step._replace(unprovable=self._unprovable(step, content, nothing=nothing))
        must = self._must_run(step, content, use_proofs=use_proofs, nothing=nothing)
        return self._with_all_files(step, content, must) if must else self._by_proof(step, content)

    def _tools_of(self, stage: Stage, commands: tuple[Command, ...], path: str) -> dict[str, str]:
        """What the programs are that a stage names or its target stands for; they may differ from folder to folder."""
        asked = {**dict.fromkeys(stage.tools, True), **dict.fromkeys(tools_of(stage), tells_version(stage))}
        return {
            name: ", ".join(
                dict.fromkeys(
                    self._tools.identity(name, path=path, folder=command.cwd, ask_version=ask_version)
                    for command in commands
                )
            )
            for name, ask_version in asked.items()
        }

    def _must_run(self, step: Step, content: Content, *, use_proofs: bool, nothing: bool) -> str:
        """Why no proof would be enough; "" where one would."""
        never = _never_reused(step)
        if never:
            return f"never reused ({never})"
        if not use_proofs:
            return "asked to (--no-cache)"
        if nothing:
            return "its inputs match no file"
        blind = next((path for path in content.about.unprovable if _reads(step, path)), None)
        return f"{show(blind)} cannot be named by a digest" if blind is not None else ""

    def _by_proof(self, step: Step, content: Content) -> Step:
        proof = self._store.proofs.find(step.key) if self._ever_proven else None
        if proof is not None:
            return step._replace(reason=f"proven in run {proof.run}, {ago(proof.proven_ns)}", reused=True, proof=proof)
        if step.stage.files is not None:
            return self._per_file(step, content)
        return step._replace(reason=self._why(step, content))

    def _per_file(self, step: Step, content: Content) -> Step:
        files = self.selecting.files(content.about.tree, step.reads[0].selector)
        keys = file_keys(step.facts, files)
        missing = self._store.proofs.unproven_files(keys)
        left = [(path, key) for (path, _), key in zip(files, keys, strict=True) if key in missing]
        if not left:
            return step._replace(reason=f"all {len(files)} files proven", reused=True, files=())
        names = ", ".join(show(path) for path, _ in left[:_NAMES_SHOWN])
        more = f" and {len(left) - _NAMES_SHOWN} more" if len(left) > _NAMES_SHOWN else ""
        why = self._why(step, content) if len(left) == len(files) else ""
        counted = f"{len(left)} of {len(files)} files without a proof: {names}{more}"
        return step._replace(
            reason=f"{why}; {counted}" if why and why != "no proof yet" else counted,
            files=tuple(path for path, _ in left),
            file_keys=tuple(key for _, key in left),
        )

    def _with_all_files(self, step: Step, content: Content, reason: str) -> Step:
        if step.stage.files is None:
            return step._replace(reason=reason)
        files = self.selecting.files(content.about.tree, step.reads[0].selector)
        return step._replace(
            reason=reason,
            files=tuple(path for path, _ in files),
            file_keys=tuple(file_keys(step.facts, files)),
        )

    def _differs(self, content: Content, reads: tuple[Read, ...]) -> tuple[str, ...]:
        """The first files that a stage would read differently from what it is asked about."""
        about, here = content
        same = (self.selecting.select(here.tree, one.selector).digest == one.digest for one in reads)
        if about.tree == here.tree or all(same):
            return ()
        return tuple(self._changed(about.tree, here.tree, reads)) or ("what its links lead to",)

    def _unprovable(self, step: Step, content: Content, *, nothing: bool) -> str:
        never = _never_reused(step)
        if never:
            return step.handed or "its result is never reused"
        if nothing:
            return "its inputs match no file"
        for path, why in {**content.about.unprovable, **content.here.unprovable}.items():
            if _reads(step, path):
                return f"{show(path)}: {why}"
        return f"it ran on other content: {', '.join(step.differs)}" if step.differs else ""

    def _why(self, step: Step, content: Content) -> str:
        """That it failed on this very content, or the first thing that differs from the nearest earlier proof."""
        last = self._store.ledger.last_of_stage(step.stage.name, self._root) if self._ever_run else None
        if last is not None and last.key == step.key and last.state in ("failed", "timed out"):
            return f"{last.state} on this content in run {last.run}"
        if step.stage.name not in self._ever_proven:
            return "no proof yet"
        return first_difference(
            manifest_of(step, content.about.tree),
            self._store.proofs.recent(step.stage.name),
            lambda old: self._changed(old, content.about.tree, step.reads),
        )

    def _changed(self, old: bytes, new: bytes, reads: tuple[Read, ...]) -> list[str]:
        if not self._store.contents.has_tree(old):
            return []
        words = [self.selecting.changed(old, new, one.selector, _NAMES_SHOWN) for one in reads]
        return [word for some in words for word in some][:_NAMES_SHOWN]


def skipped(environ: Mapping[str, str]) -> frozenset[str]:
    """The stages and jobs that the user's SKIP leaves out: `SKIP=lint,unit git commit`."""
    return frozenset(name for word in environ.get("SKIP", "").split(",") if (name := word.strip()))


def _never_reused(step: Step) -> str:
    """What it is about a stage that keeps it from ever being proven; "" mostly."""
    if step.stage.type == "deploy":
        return "a deploy"
    if step.stage.interactive:
        return "it asks a person"
    return step.handed if step.stage.cache else "cache = false"


def _reads(step: Step, path: bytes) -> bool:
    return any(covers(one.selector, path) for one in step.reads)


def selectors_of(stage: Stage) -> tuple[Selector, ...]:
    """What a stage reads: the whole tree, if it names neither locations nor patterns.

    A per-file stage reads its files, and what its `inputs` name: that is what the result of every file depends
    on besides, such as the linter's configuration.
    """
    locations = stage.locations or ("",)
    if stage.files is not None:
        files = Selector(locations, stage.files)
        return (files, Selector(globs=stage.inputs)) if stage.inputs else (files,)
    source = None if reads_whole_locations(stage) else stage.source
    return (Selector(locations, source, stage.inputs),)


def manifest_of(step: Step, tree: bytes) -> Mapping[str, object]:
    """What a key is made of, for people: every fact, the input digest, and the tree to find the files by."""
    return {
        **step.facts._asdict(),
        "selector": [list(one.selector) for one in step.reads],
        "inputs": step.inputs.hex(),
        "tree": tree.hex(),
    }


def proof_of(step: Step, tree: bytes, run: int, seconds: float) -> Proof:
    return Proof(step.key, step.stage.name, run, time.time_ns(), seconds, _encode(manifest_of(step, tree)))


def _encode(manifest: Mapping[str, object]) -> str:
    from json import dumps  # 10 ms that a proven run does not spend

    return dumps(manifest)
