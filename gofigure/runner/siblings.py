"""Jobs of several folders at once: one loop runs their stages side by side, and each job has a run of its own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from gofigure.model import STOPPED, Case, Job, RunResult, StageResult
from gofigure.runner.graph import Graph
from gofigure.runner.loop import verdict_of
from gofigure.runner.plan import Plan, Shared, Step
from gofigure.runner.words import shortened

if TYPE_CHECKING:
    from gofigure.store.proofs import FileProof, Proof
    from gofigure.store.store import Store
    from gofigure.store.windows import Window

_NAMED = 3


def that_fit(plans: Sequence[Plan]) -> list[Plan]:
    """The first of them, and those that can be run beside it: nothing is to become of a stage in two ways."""
    chosen: list[Plan] = []
    steps: dict[str, Step] = {}
    for plan in plans:
        both = [(steps[name], step) for name, step in plan.steps.items() if name in steps]
        strict = any(one.job.strict_dependency for one in (*chosen, plan))  # two orders may make a circle
        if both and (strict or any((one.fate, one.place) != (other.fate, other.place) for one, other in both)):
            continue
        chosen.append(plan)
        steps |= plan.steps
    return chosen


def beside_one_another(plans: Sequence[Plan]) -> Plan:
    """One plan of several that fit."""
    steps: dict[str, Step] = {}
    waits_for: dict[str, frozenset[str]] = {}
    for plan in plans:
        steps |= {name: step for name, step in plan.steps.items() if name not in steps}
        for name, before in plan.graph.waits_for.items():
            waits_for[name] = waits_for.get(name, frozenset()) | before
    label = shortened([plan.job.name for plan in plans], _NAMED)
    return Plan(
        Job(label, tuple(steps), keep_going=any(plan.job.keep_going for plan in plans)),
        plans[0].content,
        Graph(tuple(step.stage for step in steps.values()), waits_for),
        steps,
        plans[0].lenient,
        _shared(plans),
        members=tuple(plans),
    )


def _shared(plans: Sequence[Plan]) -> Shared:
    return Shared(
        tuple(dict.fromkeys(one for plan in plans for one in plan.shared.folders)),
        tuple(dict.fromkeys(one for plan in plans for one in plan.shared.refused)),
        tuple(dict.fromkeys(one for plan in plans for one in plan.shared.ways_back)),
    )


def results_of(result: RunResult, runs: Mapping[int, Plan]) -> tuple[RunResult, ...]:
    """What it comes to for each job. `runs`: its number -> its own plan."""
    return tuple(_of(result, number, plan) for number, plan in runs.items())


def _of(result: RunResult, number: int, plan: Plan) -> RunResult:
    stages = tuple(stage for stage in result.stages if stage.stage in plan.steps)
    verdict = result.verdict if result.verdict in STOPPED else verdict_of(stages)
    return result._replace(run=number, job=plan.job.name, verdict=verdict, stages=stages)


class Siblings:
    """Where several jobs are recorded that run at once."""

    def __init__(self, store: Store, runs: Mapping[int, Plan]) -> None:
        self._store = store
        self._runs = runs
        self._owners = {name: number for number in reversed(list(runs)) for name in runs[number].steps}

    def record(
        self,
        run: int,
        *,
        started: Iterable[str] = (),
        finished: Iterable[StageResult] = (),
        proofs: Iterable[Proof] = (),
        file_proofs: Iterable[FileProof] = (),
        refuted: Iterable[bytes] = (),
        result: RunResult | None = None,
        window: Window | None = None,
        cases: Mapping[str, Sequence[Case]] = {},
    ) -> None:
        """The same as Store.record, in one transaction. What one of two needed too is a part of both."""
        started, finished, proofs = list(started), list(finished), list(proofs)
        with self._store.together():
            for number, plan in self._runs.items():
                own, is_first = self._owned(number), number == run
                self._store.record(
                    number,
                    started=[stage for stage in started if stage in plan.steps],
                    finished=[_as_told(one, own) for one in finished if one.stage in plan.steps],
                    proofs=[proof._replace(run=number) for proof in proofs if proof.stage in own],
                    file_proofs=file_proofs if is_first else (),
                    refuted=refuted if is_first else (),
                    result=_of(result, number, plan) if result is not None else None,
                    window=window if is_first else None,
                    cases={stage: some for stage, some in cases.items() if stage in own},
                )

    def _owned(self, number: int) -> Collection[str]:
        """The stages that are written down for this job, and for another one only mentioned."""
        return {name for name, owner in self._owners.items() if owner == number}


def _as_told(result: StageResult, own: Collection[str]) -> StageResult:
    return result if result.stage in own else result._replace(judged=b"")
