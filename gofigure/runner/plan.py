"""Decide, for each stage of a job, whether it must run, and say why."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import NamedTuple

from gofigure.model import Command, Config, Job, Snapshot, Stage
from gofigure.runner.environment import base_environment, declared
from gofigure.runner.graph import Graph, order
from gofigure.runner.key import Facts, facts_of, file_keys, platform, stage_key
from gofigure.runner.tools import Tools
from gofigure.runner.why import ago, first_difference
from gofigure.snapshot.select import Selecting, Selector, covers, show
from gofigure.store.proofs import Proof
from gofigure.store.store import Store
from gofigure.targets import commands_of, reads_whole_locations, tools_of

_NAMES_SHOWN = 3


class Content(NamedTuple):
    """What a run is about, and what stands in the folder that it runs in; mostly one and the same."""

    about: Snapshot
    here: Snapshot


class Step(NamedTuple):
    """One stage of a plan."""

    stage: Stage
    key: bytes
    reason: str  # why it will run, or what it is reused from
    reused: bool
    commands: tuple[Command, ...]
    facts: Facts
    selector: Selector
    inputs: bytes  # the input digest
    unprovable: str = ""  # why its passing will prove nothing
    differs: tuple[str, ...] = ()  # what it reads that stands differently in the folder it runs in
    files: tuple[bytes, ...] | None = None  # a per-file stage: those to hand over
    file_keys: tuple[bytes, ...] = ()  # what passing proves, file by file
    proof: Proof | None = None


class Plan(NamedTuple):
    job: Job
    content: Content
    graph: Graph
    steps: Mapping[str, Step]  # by stage, in dependency order

    @property
    def to_run(self) -> list[Step]:
        return [step for step in self.steps.values() if not step.reused]


class Planner:
    """Plans the jobs of one run: what is looked up for one stage is known for the next."""

    def __init__(self, config: Config, store: Store, environ: Mapping[str, str], root: str) -> None:
        self._config = config
        self._store = store
        self._environ = environ
        self._base_env = base_environment(environ)
        self._tools = Tools(store.contents, root, self._base_env)
        self._system = platform()
        self._ever_proven = store.proofs.stages()
        self.selecting = Selecting(store.contents)

    def plan(self, job: Job, content: Content, *, use_proofs: bool) -> Plan:
        graph = order(job, self._config)
        steps: dict[str, Step] = {}
        for stage in graph.stages:
            upstream = {name: steps[name].key for name in stage.needs}
            steps[stage.name] = self._step(stage, content, upstream, use_proofs=use_proofs)
        self.selecting.keep()
        return Plan(job, content, graph, steps)

    def environment(self, stage: Stage) -> dict[str, str]:
        """All of a stage's environment."""
        return {**self._base_env, **declared(stage, self._environ)}

    def _step(self, stage: Stage, content: Content, upstream: Mapping[str, bytes], *, use_proofs: bool) -> Step:
        commands = commands_of(stage)
        tools = {name: self._tools.identity(name, ask_version=True) for name in stage.tools}
        tools |= {name: self._tools.identity(name, ask_version=False) for name in tools_of(stage)}
        env = declared(stage, self._environ)
        facts = facts_of(stage, commands, env, tools, upstream, self._system)
        selector = selector_of(stage)
        inputs, count = self.selecting.select(content.about.tree, selector)
        step = Step(
            stage,
            stage_key(facts, inputs),
            reason="",
            reused=False,
            commands=commands,
            facts=facts,
            selector=selector,
            inputs=inputs,
            differs=self._differs(content, selector, inputs),
        )
        step = step._replace(unprovable=self._unprovable(step, content))
        if stage.files is not None and count == 0:
            return step._replace(reason="no file matches", reused=True, files=())
        must = self._must_run(step, content, use_proofs=use_proofs)
        return self._with_all_files(step, content, must) if must else self._by_proof(step, content)

    def _must_run(self, step: Step, content: Content, *, use_proofs: bool) -> str:
        """Why no proof would be enough; "" where one would."""
        if step.stage.type == "deploy":
            return "never reused (a deploy)"
        if not step.stage.cache:
            return "never reused (cache = false)"
        if not use_proofs:
            return "asked to (--no-cache)"
        blind = next((path for path in content.about.unprovable if covers(step.selector, path)), None)
        return f"{show(blind)} cannot be named by a digest" if blind is not None else ""

    def _by_proof(self, step: Step, content: Content) -> Step:
        proof = self._store.proofs.find(step.key)
        if proof is not None:
            return step._replace(reason=f"proven in run {proof.run}, {ago(proof.proven_ns)}", reused=True, proof=proof)
        if step.stage.files is not None:
            return self._per_file(step, content)
        return step._replace(reason=self._why(step, content))

    def _per_file(self, step: Step, content: Content) -> Step:
        files = self.selecting.files(content.about.tree, step.selector)
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
        files = self.selecting.files(content.about.tree, step.selector)
        return step._replace(
            reason=reason,
            files=tuple(path for path, _ in files),
            file_keys=tuple(file_keys(step.facts, files)),
        )

    def _differs(self, content: Content, selector: Selector, inputs: bytes) -> tuple[str, ...]:
        """The first files that a stage would read differently from what it is asked about."""
        about, here = content
        if about.tree == here.tree or self.selecting.select(here.tree, selector).digest == inputs:
            return ()
        return tuple(self.selecting.changed(about.tree, here.tree, selector, _NAMES_SHOWN))

    def _unprovable(self, step: Step, content: Content) -> str:
        if not step.stage.cache or step.stage.type == "deploy":
            return "its result is never reused"
        for path, why in {**content.about.unprovable, **content.here.unprovable}.items():
            if covers(step.selector, path):
                return f"{show(path)}: {why}"
        return f"it ran on other content: {', '.join(step.differs)}" if step.differs else ""

    def _why(self, step: Step, content: Content) -> str:
        """That it failed on this very content, or the first thing that differs from the nearest earlier proof."""
        last = self._store.ledger.last_of_stage(step.stage.name)
        if last is not None and last.key == step.key and last.state in ("failed", "timed out"):
            return f"{last.state} on this content in run {last.run}"
        if step.stage.name not in self._ever_proven:
            return "no proof yet"
        return first_difference(
            manifest_of(step, content.about.tree),
            self._store.proofs.recent(step.stage.name, limit=10),
            lambda old: self._changed_inputs(old, content.about.tree, step.selector),
        )

    def _changed_inputs(self, old_tree: bytes, tree: bytes, selector: Selector) -> list[str]:
        if not self._store.contents.has_tree(old_tree):
            return []
        return self.selecting.changed(old_tree, tree, selector, _NAMES_SHOWN)


def selector_of(stage: Stage) -> Selector:
    """What a stage reads: the whole tree, if it names neither locations nor patterns."""
    source = None if reads_whole_locations(stage) else stage.source
    return Selector(stage.locations or ("",), stage.files or source, stage.inputs)


def manifest_of(step: Step, tree: bytes) -> Mapping[str, object]:
    """What a key is made of, for people: every fact, the input digest, and the tree to find the files by."""
    return {
        **step.facts._asdict(),
        "selector": list(step.selector),
        "inputs": step.inputs.hex(),
        "tree": tree.hex(),
    }


def proof_of(step: Step, tree: bytes, run: int, seconds: float) -> Proof:
    import json  # 10 ms that a proven run does not spend

    manifest = json.dumps(manifest_of(step, tree), separators=(",", ":"))
    return Proof(step.key, step.stage.name, run, time.time_ns(), seconds, manifest)
