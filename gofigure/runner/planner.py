"""Decide, for each stage of a job, what becomes of it, and say why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from gofigure.errors import SlowExpression
from gofigure.model import Config, Job, Trigger
from gofigure.runner.circumstances import Circumstances
from gofigure.runner.graph import order
from gofigure.runner.handing_over import HandingOver
from gofigure.runner.keying import Keying
from gofigure.runner.locations import said_of
from gofigure.runner.made import made_of
from gofigure.runner.places import moved, not_checked_out, placed
from gofigure.runner.plan import Content, Plan, Shared, Step
from gofigure.runner.reading import other_configuration
from gofigure.runner.skips import Skips
from gofigure.runner.standing_up import StandingUp
from gofigure.runner.unfed import leave_out_without_checkouts
from gofigure.runner.why import failed_here, first_difference, must_run
from gofigure.store.store import Store
from gofigure.targets import source_of

if TYPE_CHECKING:
    from gofigure.git.repository import Repository
    from gofigure.runner.artifacts import Artifacts


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
        self._skips = Skips(config, environ)
        self.circumstances = circumstances
        self._ever_proven: set[str] = set()
        self._ever_failed: frozenset[str] = frozenset()
        self.keying = Keying(config, store.contents, environ, root, trigger, repository)
        self.selecting = self.keying.selecting
        self._handing_over = HandingOver(store, self.selecting, circumstances)
        is_kept = state_dir and any(stage.outputs for stage in config.stages.values())
        self.artifacts = _artifacts(state_dir, store) if is_kept else None
        self._standing_up = StandingUp(store, self.selecting, self.artifacts, root, repository, trigger)

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
                step = self.keying.of(stage, content, steps)
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
        self.keying.engine.forget()
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
                new = self._by_content(self.keying.of(step.stage, content, steps), content, use_proofs=use_proofs)
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
            step = self.keying.of(stage, content, steps)
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
        return self._handing_over.all_proven(step, content)

    def configuration_differs(self, content: Content) -> bool:
        """Whether the configuration that was read is another one than that of the content in question."""
        about, here = content.about.tree, content.here.tree
        return other_configuration(self._config.files, about, here, self._store.contents.load_tree)

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
            return self._handing_over.all_files(step, content, must)
        proof = self._store.proofs.find(step.key, step.outputs) if self._ever_proven else None
        if proof is not None:
            return self.keying.engine.reusing(step, proof, content.about.commit)
        if step.stage.files is not None:
            return self._handing_over.file_by_file(step, content, lambda: self._why(step, content))
        return step._replace(reason=self._why(step, content))

    def _by_circumstance(self, step: Step, job: Job, content: Content) -> Step:
        """The step as it is, or with what keeps it from running."""
        if step.reused or step.left_out:
            return step
        why_not = (
            self._skips.reason(step.stage.name, job)
            or self.keying.handed.is_missing(step.stage)
            or self.circumstances.against(step.stage, job, content)
        )
        if why_not:
            return step._replace(fate="leave out", reason=why_not)
        if step.astray and content.about.kind == "commit":
            return not_checked_out(step)
        return step

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
            lambda old: self.keying.changed(old, tree, step.reads),
            lambda old: self.keying.made_otherwise(old, tree, step),
        )


def _artifacts(state_dir: str, store: Store) -> Artifacts:
    from gofigure.runner.artifacts import Artifacts

    return Artifacts(state_dir, store.contents.load_tree)
