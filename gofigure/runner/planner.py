"""Decide, for each stage of a job, what becomes of it, and say why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from gofigure.errors import SlowExpression
from gofigure.model import Config, Job, Stage, Trigger
from gofigure.runner.circumstances import Circumstances
from gofigure.runner.engine import Engine
from gofigure.runner.environment import base_environment, declared
from gofigure.runner.graph import order
from gofigure.runner.handed import Handed
from gofigure.runner.key import facts_of, handed_key, in_words, platform, stage_key
from gofigure.runner.locations import missing, said_of
from gofigure.runner.made import made_of
from gofigure.runner.outputs import changed_outputs, leaving_out, makers_of, standing
from gofigure.runner.places import moved, not_checked_out, placed
from gofigure.runner.plan import Content, Plan, Read, Shared, Step
from gofigure.runner.reading import Reading, other_configuration
from gofigure.runner.scripts import scripts_of
from gofigure.runner.skips import Skips
from gofigure.runner.standing_up import StandingUp
from gofigure.runner.tools import Tools
from gofigure.runner.unfed import leave_out_without_checkouts
from gofigure.runner.why import failed_here, first_difference, must_run, unprovable
from gofigure.snapshot.select import Selecting, covers
from gofigure.store.store import Store
from gofigure.targets import commands_of, source_of

if TYPE_CHECKING:
    from gofigure.git.repository import Repository
    from gofigure.runner.artifacts import Artifacts
    from gofigure.runner.per_file import Files

_NAMES_SHOWN = 3


class Planner:
    """Plans the jobs of one run: what is looked up for one stage is known for the next."""

    def __init__(
        self,
        config: Config,
        store: Store,
        environ: Mapping[str, str],
        root: str,
        trigger: Trigger,
        circumstances: Circumstances,
        repository: Repository | None = None,
        state_dir: str = "",
    ) -> None:
        """`state_dir`: where what stages make is kept; "": nowhere."""
        self._repository = repository
        self._config = config
        self._store = store
        self._environ = environ
        self._root = root
        self._base_env = base_environment(environ)
        self.tools = Tools(store.contents, root, self._base_env)
        self._system = platform()
        self._handed = Handed(config, trigger)
        self._skips = Skips(config, environ)
        self.circumstances = circumstances
        self._ever_proven: set[str] = set()
        self._ever_failed: frozenset[str] = frozenset()
        self.selecting = Selecting(store.contents)
        is_kept = state_dir and any(stage.outputs for stage in config.stages.values())
        self.artifacts = _artifacts(state_dir, store) if is_kept else None
        self._standing_up = StandingUp(store, self.selecting, self.artifacts, root, repository, trigger)
        self.reading = Reading(root, repository, store.contents.load_tree, self.selecting)
        self._engine = Engine(environ)

    def plan(
        self,
        job: Job,
        content: Content,
        *,
        use_proofs: bool,
        lenient: bool = False,
        apart: Mapping[str, str] = {},
    ) -> Plan:
        """What becomes of each stage. `apart`: see places.placed."""
        # Asked anew for each plan: the run that was waited for may have been the first of all.
        self._ever_proven = self._store.proofs.stages()
        self._ever_failed = self._store.ledger.ever_failed()
        self.circumstances.forget()
        graph = order(job, self._config)
        steps: dict[str, Step] = {}
        for stage in graph.stages:
            try:
                step = self._looked_at(stage, content, steps)
                steps[stage.name] = self._knowing_its_own(self._by_content(step, content, use_proofs=use_proofs))
            except SlowExpression as error:
                raise error.within(f"stages.{stage.name}.{'source' if stage.files is None else 'files'}") from None
        steps = placed(steps, content, apart)
        leave_out_without_checkouts(steps, lambda step: self._by_circumstance(step, job, content).left_out)
        for stage in reversed(graph.stages):  # whatever needs a stage comes before it
            step = self._by_circumstance(steps[stage.name], job, content)
            step = steps[stage.name] = self._standing_up.reused(step, content, apart)
            if step.is_to_run or (step.waits and step.reused):
                self._standing_up.stand_up(stage, steps, content, None)
        self._standing_up.stand_up_late(steps, content)
        shared = self._share(steps, content)
        self.selecting.keep()
        return Plan(job, content, graph, steps, lenient, shared)

    def renewed(self, plan: Plan, stage: str, made: str, *, use_proofs: bool) -> Plan:
        """The plan with what follows from what a stage has made now, where that is not what it was planned with.

        An image has names besides: one that was built anew may be the same again, and its names were another's before.
        """
        digest, before = made_of(made), plan.steps[stage]
        renames = before.stage.target == "docker" and before.is_to_run
        is_other = before.feeds and (before.made != digest or renames)
        if before.stage.target == "checkout":
            self._standing_up.checked_out(stage, made)
        elif not is_other:
            return plan
        self._engine.forget()
        content, steps = plan.content, dict(plan.steps)
        steps[stage] = before._replace(made=digest, has_ended=True)
        touched = {stage}
        for name, step in plan.steps.items():
            if touched.isdisjoint(step.stage.needs):
                continue
            touched.add(name)
            if not is_other:
                needed = (steps[need] for need in step.stage.needs)
                steps[name] = step._replace(waits=any(one.waits or one.will_feed for one in needed))
            elif step.is_to_run or step.reused:
                new = self._by_content(self._looked_at(step.stage, content, steps), content, use_proofs=use_proofs)
                new = moved(new, content, step.place, step.why_there, step.leads_back)
                steps[name] = self._standing_up.reused(self._by_circumstance(new, plan.job, content), content)
        touched.remove(stage)
        for name in reversed([name for name in steps if name in touched]):
            if steps[name].is_to_run or (steps[name].waits and steps[name].reused):
                self._standing_up.stand_up(steps[name].stage, steps, content, touched)
        self.selecting.keep()
        return plan._replace(steps=steps)

    def _knowing_its_own(self, step: Step) -> Step:
        """With what it made the last time, if others are keyed on that: it is taken to do so again."""
        if not step.feeds:
            return step
        made = step.proof.made if step.proof is not None else self._store.ledger.last_made(step.key, self._root)
        return step._replace(made=made_of(made))

    def shared(self, steps: Iterable[Step], content: Content) -> Shared:
        """What the steps get from the working tree in a private checkout."""
        if self._repository is None or self._repository.is_bare:
            return Shared()
        from gofigure.runner.sharing import shared_by

        contents = self._store.contents
        return shared_by(steps, content.about.tree, self._repository, self._environ, self.selecting, contents)

    def _share(self, steps: dict[str, Step], content: Content) -> Shared:
        """What the steps that run in a private checkout share; those that it leads back are told so."""
        private = [step for step in steps.values() if step.place == "private" and (step.fate == "run" or step.waits)]
        if not private:
            return Shared()
        from gofigure.runner.sharing import leads_back

        shared = self.shared(private, content)
        for step in private:
            steps[step.stage.name] = moved(step, content, "private", step.why_there, leads_back(step, shared))
        return shared

    @property
    def stages(self) -> Iterable[str]:
        """The names of all there are."""
        return self._config.stages

    @property
    def knows_fixers(self) -> bool:
        return any(stage.fix for stage in self._config.stages.values())

    def unproven(self, job: Job, content: Content) -> str:
        """The first stage of a job that has no proof on a content and could make the job fail; "" if all have one.

        Whatever stands in the working tree, and whatever SKIP says.
        """
        self._ever_proven = self._store.proofs.stages()
        steps: dict[str, Step] = {}
        for stage in order(job, self._config).stages:
            step = self._looked_at(stage, content, steps)
            if step.feeds:
                step = self._knowing_its_own(step._replace(proof=self._store.proofs.find(step.key, step.outputs)))
            steps[stage.name] = step
            if not stage.allow_failure and not self._is_proven(step, content):
                return stage.name
        self.selecting.keep()
        return ""

    def _is_proven(self, step: Step, content: Content) -> bool:
        if step.missing:
            return False
        if step.stage.files is not None and step.inputs.files == 0:
            return True
        if step.stage.name not in self._ever_proven or must_run(step, content, use_proofs=True):
            return False
        if self._store.proofs.find(step.key, step.outputs) is not None:
            return True
        if step.stage.files is None:
            return False
        from gofigure.runner import per_file

        return not per_file.without_proof(self._files(step, content), self._store.proofs, step.outputs).paths

    @property
    def base_path(self) -> str:
        """The PATH of a stage that has none of its own."""
        return self._base_env["PATH"]

    def environment(self, stage: Stage) -> dict[str, str]:
        """All of a stage's environment."""
        return {**self._base_env, **declared(stage, self._environ)}

    def configuration_differs(self, content: Content) -> bool:
        """Whether the configuration that was read is another one than that of the content in question."""
        about, here = content.about.tree, content.here.tree
        return other_configuration(self._config.files, about, here, self._store.contents.load_tree)

    def _looked_at(self, stage: Stage, content: Content, steps: Mapping[str, Step]) -> Step:
        """What a stage is on this content; its fate is still to be decided. `steps`: those of what it needs."""
        tree = content.about.tree
        needed = {name: steps[name] for name in stage.needs}
        if (asks := self.reading.asks_git(stage)) and not stage.fix:
            stage = stage._replace(workspace="in-place")  # another checkout has no branch, and nothing staged
        by_git = (name for name, step in needed.items() if step.handed and step.stage.target != "pre-commit")
        commands = commands_of(stage)
        env = declared(stage, self._environ)
        makers = makers_of(stage, (step.makers for step in needed.values()))
        selectors = self.reading.selectors(stage, content.about)
        scripts, besides = scripts_of(stage, commands, tree, selectors, makers, self.selecting)
        selectors = leaving_out(selectors + besides, stage, makers)
        image, path = self._engine.image_of(stage), env.get("PATH", self._base_env["PATH"])
        tools = image.facts if image is not None else self.tools.of(stage, commands, path, scripts)
        reads = tuple(Read(selector, *self.selecting.select(tree, selector)) for selector in selectors)
        if makers and reads[0].files == 0:
            reads = (self._counted(reads[0], stage, tree), *reads[1:])
        shared = b"".join(read.digest for read in reads[1:])
        before = {name: step.asked for name, step in needed.items()}
        asked = facts_of(stage, commands, env, tools, before, self._system, shared)
        upstream = {name: step.key + step.made for name, step in needed.items()}
        facts = asked._replace(upstream=in_words(upstream))
        key = stage_key(facts, reads[0].digest)
        gets_arguments = self._handed.gets(stage)
        step = Step(
            stage,
            key=handed_key(key, self._handed.hook) if gets_arguments else key,
            commands=commands,
            facts=facts,
            reads=reads,
            differs=self._differs(content, reads),
            missing=missing(stage, tree, self.selecting),
            handed=asks or self._handed.hangs_on_it(stage, by_git),
            gets_arguments=gets_arguments,
            makers=makers,
            outputs=standing(makers, tree, self.selecting),
            asked=key if before == upstream else stage_key(asked, reads[0].digest),
            in_the_dark=next((name for name, step in needed.items() if step.feeds and not step.made), ""),
            image=image,
            waits=any(step.waits or step.will_feed for step in needed.values()),
        )
        return step._replace(unprovable=unprovable(step, content))

    def _counted(self, read: Read, stage: Stage, tree: bytes) -> Read:
        """What a stage reads and others make is something to read, too, though its key does not hold it."""
        without = tuple(globs for globs in (stage.ignore, stage.outputs) if globs)
        of_others = read.selector._replace(without=without)
        return read._replace(files=self.selecting.select(tree, of_others).files)

    def _by_content(self, step: Step, content: Content, *, use_proofs: bool) -> Step:
        """The step with its fate, as far as content and proofs decide it."""
        if step.missing:
            everywhere = len(step.missing) >= len(step.commands)  # one command may be for all locations
            reason = said_of(step.missing, source_of(step.stage))
            return step._replace(fate="nothing to do" if everywhere else "run", reason=reason)
        if step.stage.files is not None and step.inputs.files == 0:
            return step._replace(fate="reuse", reason="no file matches", files=())
        must = must_run(step, content, use_proofs=use_proofs)
        if not must and step.stage.files is not None and self.circumstances.all_files:
            must = "asked to (--all-files)"
        if must:
            return self._with_all_files(step, content, must)
        proof = self._store.proofs.find(step.key, step.outputs) if self._ever_proven else None
        if proof is not None:
            return self._engine.reusing(step, proof, content.about.commit)
        if step.stage.files is not None:
            return self._file_by_file(step, content)
        return step._replace(reason=self._why(step, content))

    def _by_circumstance(self, step: Step, job: Job, content: Content) -> Step:
        """The step as it is, or with what keeps it from running."""
        if step.reused or step.left_out:
            return step
        why_not = (
            self._skips.reason(step.stage.name, job)
            or self._handed.is_missing(step.stage)
            or self.circumstances.against(step.stage, job, content)
        )
        if why_not:
            return step._replace(fate="leave out", reason=why_not)
        if step.astray and content.about.kind == "commit":
            return not_checked_out(step)
        return step

    def _with_all_files(self, step: Step, content: Content, reason: str) -> Step:
        if step.stage.files is None:
            return step._replace(reason=reason)
        files = self._files(step, content)
        return self._handing_over(step, files, content, lambda _files: reason)

    def _file_by_file(self, step: Step, content: Content) -> Step:
        from gofigure.runner import per_file

        files = self._files(step, content)
        left = per_file.without_proof(files, self._store.proofs, step.outputs)
        if not left.paths:
            return step._replace(fate="reuse", reason=f"all {len(files.paths)} files proven", files=())
        why = self._why(step, content) if len(left.paths) == len(files.paths) else ""
        return self._handing_over(step, left, content, lambda some: per_file.reason(some, files, why))

    def _handing_over(self, step: Step, left: Files, content: Content, reason: Callable[[Files], str]) -> Step:
        """The step with its files; where only those are asked for that have changed since a commit, with these."""
        since = self.circumstances.since
        words = f"has changed since {since[:10]}" if since else "is part of this commit"
        mends = step.stage.fix and content.about.kind == "index"  # what this commit does not touch is not its business
        some = self._changed_among(left, step, content, mends=mends) if since or mends else left
        narrowed = f"only what {words}" if len(some.paths) < len(left.paths) else ""
        if narrowed and not some.paths:
            return step._replace(fate="reuse", reason=f"none of its files {words}", files=(), narrowed=narrowed)
        return step._replace(reason=reason(some), files=some.paths, file_keys=some.keys, narrowed=narrowed)

    def _changed_among(self, files: Files, step: Step, content: Content, *, mends: bool) -> Files:
        """All of them, too, where something has changed that the result of every file depends on.

        But not for fixers: a new setting of a formatter must not bring all files into the commit.
        """
        from gofigure.runner import per_file

        changed = self.circumstances.changed(content)
        if changed is None:
            return files
        if not mends and any(covers(read.selector, path) for read in step.reads[1:] for path in changed):
            return files
        return per_file.among(files, changed)

    def _files(self, step: Step, content: Content) -> Files:
        from gofigure.runner.per_file import every  # not needed where the stage as a whole is proven

        return every(self.selecting.files(content.about.tree, step.inputs.selector), step.facts)

    def _why(self, step: Step, content: Content) -> str:
        """Why there is no proof of it."""
        name, tree = step.stage.name, content.about.tree
        may_be_flaky = name in self._ever_failed or step.stage.retries > 0
        if may_be_flaky and (names := self._store.cases.flaky_on(step.key)):
            from gofigure.runner.cases import flaky

            return flaky(names)
        last = self._store.ledger.last_of_stage(name, self._root) if name in self._ever_failed else None
        return failed_here(last, step.key) or first_difference(
            step.manifest(tree, step.outputs),
            self._store.proofs.recent(name) if name in self._ever_proven else (),
            lambda old: self._changed(old, tree, step.reads),
            lambda old: self._made_otherwise(old, tree, step),
        )

    def _differs(self, content: Content, reads: tuple[Read, ...]) -> tuple[str, ...]:
        """The first files that a stage would read differently from what it is asked about."""
        about, here = content
        same = (self.selecting.select(here.tree, one.selector).digest == one.digest for one in reads)
        if about.tree == here.tree or all(same):
            return ()
        return tuple(self._changed(about.tree, here.tree, reads)) or ("what its links lead to",)

    def _made_otherwise(self, old: bytes, new: bytes, step: Step) -> list[str]:
        if not self._store.contents.has_tree(old):
            return []
        return changed_outputs(step.makers, old, new, self.selecting, _NAMES_SHOWN)

    def _changed(self, old: bytes, new: bytes, reads: tuple[Read, ...]) -> list[str]:
        if not self._store.contents.has_tree(old):
            return []
        words = [self.selecting.changed(old, new, one.selector, _NAMES_SHOWN) for one in reads]
        return [word for some in words for word in some][:_NAMES_SHOWN]


def _artifacts(state_dir: str, store: Store) -> Artifacts:
    from gofigure.runner.artifacts import Artifacts

    return Artifacts(state_dir, store.contents.load_tree)
