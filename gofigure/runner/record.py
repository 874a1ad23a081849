"""Write down what a run did, and what that proves.

A pass proves a key only if what the stage read is still what it was when the run began. So a
proof waits for a look at the working tree that was begun after the stage had ended. One look serves all the
stages that ended before it, which is what keeps a thousand short stages cheap. Only a stage that makes something is
looked after at once: what it made is part of what it proves, and what those that wait for it begin with.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gofigure.errors import GofigureError
from gofigure.model import FAILED, STOPPED, Case, Place, RunResult, Snapshot, StageResult, Verdict
from gofigure.runner.changes import Changed, changed, judge
from gofigure.runner.outputs import changed_outputs, standing
from gofigure.runner.plan import Plan, Step
from gofigure.runner.why import never_reused
from gofigure.snapshot.select import Selecting, show
from gofigure.store.proofs import FileProof, Proof
from gofigure.store.store import Store

if TYPE_CHECKING:
    from gofigure.store.windows import Window

# Looking costs as much as `git status`; at most a tenth of the time is spent on it.
_LOOK_EVERY = 1.0
_SHARE = 10
_WRITE_EVERY = 0.1
_MANY = 1_000_000  # files


class _Passed(NamedTuple):
    step: Step
    result: StageResult


class _Proven(NamedTuple):
    stages: Sequence[Proof]
    files: Sequence[FileProof]


_NOTHING = _Proven((), ())


def _lasting(step: Step, result: StageResult) -> StageResult:
    """What is true of it for good, and of this content."""
    if step.reused:
        result = result._replace(reason=step.kept_reason)
    return result._replace(key=b"") if step.astray else result  # what that did, it did on other content


class Recorder:
    """Collects what happens in one run and writes it in few transactions, each sound by itself."""

    def __init__(
        self,
        store: Store,
        run: int,
        plan: Plan,
        selecting: Selecting,
        look: Callable[[Place], Snapshot],
        hide: Callable[[str], str] = str,
        said_of: Callable[[Step, Iterable[bytes]], tuple[str, ...]] = lambda _step, _files: (),
        tell: Callable[[StageResult], None] = lambda _result: None,
        account: Callable[[Snapshot, Collection[str], Verdict], Window | None] = lambda _here, _executed, _verdict: (
            None
        ),
        write: Callable[..., None] | None = None,
    ) -> None:
        """`said_of`: the changes a stage has made, to be shown; `tell`: told of results that are not what they were.

        `account`: what has changed in the working tree, by what stands there when the run has ended and which of its
        stages were executed there. `write`: in place of Store.record.
        """
        self.run = run
        self.hide = hide  # what a text goes through before it is stored
        self._store = store
        self._plan = plan
        self._selecting = selecting
        self._look = look
        self._said_of = said_of
        self._tell = tell
        self._account = account
        self._write = write or store.record
        self._executed: dict[str, None] = {}  # stages, in the working tree
        self._after: Snapshot | None = None  # what stood there when the last of them had ended
        self._started: list[str] = []
        self._finished: dict[str, StageResult] = {}
        self._passed: list[_Passed] = []
        self._refuted: list[bytes] = []  # keys on which something has failed now, whatever was proven
        self._results: dict[str, StageResult] = {}
        self._astray: set[str] = set()  # stages that passed on something else than this plan's content
        self._before: dict[Place, bytes] = {"in place": plan.content.here.tree, "private": plan.content.about.tree}
        self._seen = dict(self._before)  # what the last look has found
        self._began: dict[str, bytes] = {}  # what had been seen when a stage was started
        self._cases: dict[str, tuple[Case, ...]] = {}  # by stage: those that are still to be written
        self._kept_cases = 0
        self._next_write = time.monotonic() + _WRITE_EVERY  # what ends before that is written once
        self._next_look = time.monotonic() + _LOOK_EVERY

    def started(self, stage: str) -> None:
        self._started.append(stage)
        self._began[stage] = self._seen[self._plan.steps[stage].place]

    def finished(self, step: Step, result: StageResult) -> None:
        """A stage came to its verdict."""
        result = _lasting(step, result)
        if result.cases:
            result = self._with_room(result)
        self._keep(result)
        if result.place == "in place":
            self._executed[result.stage] = None
            self._after = None
        if step.narrowed:
            self._astray.add(result.stage)
        if result.verdict == "passed" and not step.unprovable:
            self._passed.append(_Passed(step, result))
            if self._plan.mends and step.stage.fix:
                self._flush(self._prove())
        elif result.verdict == "passed" and not never_reused(step):
            self._astray.add(result.stage)
        elif result.verdict in FAILED and not step.astray:
            self._refuted += [step.key, *step.file_keys]
        if result.verdict == "passed" and step.stage.outputs:
            self._flush(self._prove(step.place))

    def goes_on_with(self, plan: Plan) -> None:
        """What a stage has made gives those that follow other keys."""
        self._plan = plan

    def result_of(self, stage: str) -> StageResult:
        """What is known of a stage that has ended."""
        return self._results[stage]

    def patience(self) -> float | None:
        """Seconds until `write` has something to do; None: nothing is waiting."""
        if self._passed:
            return max(0.0, self._next_look - time.monotonic())
        if self._started or self._finished:
            return max(0.0, self._next_write - time.monotonic())
        return None

    def write(self) -> None:
        """Write what is due."""
        now = time.monotonic()
        if self._passed and now >= self._next_look:
            self._flush(self._prove())
        elif (self._started or self._finished) and now >= self._next_write:
            self._flush()

    def write_all(self) -> None:
        """Write and prove all there is, now: what comes next may take as long as a person does."""
        self._flush(self._prove())

    def close(self, verdict_of: Callable[[tuple[StageResult, ...]], RunResult]) -> RunResult:
        """Prove what is still waiting, write how the run ended, and return it as it was written."""
        proven = self._prove()
        self._judge_failures()
        result = verdict_of(tuple(self._results[stage] for stage in self._plan.steps))
        window = self._window(result)
        if window is not None:
            names = {one.path: self.hide(show(one.path)) for one in window.paths}
            stale = tuple(names[one.path] for one in window.paths if one.role == "stale")
            result = result._replace(stale=stale if window.consumed else ())
            kept = [one for one in window.paths if names[one.path] == show(one.path)]  # no secret is a name there
            window = window._replace(paths=kept)
        self._flush(proven, result, window)
        return result

    def _window(self, result: RunResult) -> Window | None:
        """What has changed in the working tree under the stages that were executed there."""
        if not self._executed or result.verdict == "interrupted":  # what was done by then, somebody else does again
            return None
        try:
            here = self._after or self._look("in place")
            return self._account(here, self._executed, result.verdict)
        except GofigureError:  # a stage may have left nothing that can be looked at: it has its verdict all the same
            return None

    def _prove(self, *also: Place) -> _Proven:
        """What those that have passed prove, by a look that begins now. `also`: places to look at in any case."""
        places = {*also, *(passed.step.place for passed in self._passed)}
        if not places:
            return _NOTHING
        began = time.monotonic()
        here = {place: self._look(place) for place in places}
        self._seen |= {place: snapshot.tree for place, snapshot in here.items()}
        self._after = here.get("in place", self._after)
        proofs: list[Proof] = []
        file_proofs: list[FileProof] = []
        found = {
            step.stage.name: changed(
                step, self._before[step.place], self._began[step.stage.name], here[step.place], self._selecting
            )
            for step, _ in self._passed
        }
        judged = judge(self._plan, found)
        for step, passed in self._passed:
            change = found[passed.stage]
            why_not = self.hide(self._led_astray(step) or change.words)
            if passed.stage in judged.guilty:
                self._condemn(step, passed, change)
                continue
            if self._plan.mends and step.stage.fix and (touched := self._touched(step, here[step.place])) is not None:
                self._astray.add(passed.stage)
                did = f"mended {change.names}" if change.files else "another fixer has changed what it reads"
                self._keep(passed._replace(note=_joined(passed.note, self.hide(did)), key=b"", disturbed=True))
                made = standing(step.makers, here[step.place].tree, self._selecting)
                file_proofs += [FileProof(key, self.run, made) for key in _good(step, touched)]
                continue
            if why_not:
                self._astray.add(passed.stage)
                told = passed._replace(note=_joined(passed.note, f"not proven: {why_not}"), key=b"")
                self._keep(told._replace(disturbed=passed.stage in judged.disturbed))
                continue
            made = standing(step.makers, here[step.place].tree, self._selecting)
            # Files that are proven, and so were not handed over, are that beside the outputs of the content.
            is_whole = not step.narrowed and (made == step.outputs or not _has_proven_files(step))
            if self._keep_pass(step, passed, made, here[step.place], is_whole=is_whole):
                tree = here[step.place].tree if step.makers else self._plan.content.about.tree
                proofs.append(_proof_of(step, tree, made, self.run, passed))
            file_proofs += [FileProof(key, self.run, made) for key in step.file_keys]
        if self._plan.mends:  # the next fixer begins with what this one has left
            self._before |= {place: snapshot.tree for place, snapshot in here.items()}
        self._passed = []
        self._next_look = time.monotonic() + max(_LOOK_EVERY, _SHARE * (time.monotonic() - began))
        return _Proven(proofs, file_proofs)

    def _with_room(self, result: StageResult) -> StageResult:
        """The result with as many of its tests as a run may keep."""
        from gofigure.runner.cases import within
        from gofigure.store.cases import MOST

        kept = within(result.cases, max(0, MOST - self._kept_cases))
        self._kept_cases += len(kept)
        self._cases[result.stage] = kept
        if result.counts is None or len(kept) == len(result.cases):
            return result
        left_out = result.counts.left_out + len(result.cases) - len(kept)
        return result._replace(cases=kept, counts=result.counts._replace(left_out=left_out))

    def _unsteady(self, step: Step, passed: StageResult) -> str:
        """Which of its tests have also failed on this very content, now or before; "" mostly."""
        from gofigure.runner.cases import both_ways, flaky

        cases = self._store.cases
        known = cases.flaky_on(step.key)
        return flaky([*known, *both_ways(passed.cases), *cases.contradicted(step.key, passed.cases)])

    def _judge_failures(self) -> None:
        """Say of the tests of what has failed which key that is about, where nothing has changed under it.

        A test that has failed on half of a change has not failed on what there was before.
        """
        failed = [
            (self._plan.steps[name], result)
            for name, result in self._results.items()
            if result.verdict == "failed"
            and result.counts is not None
            and result.key
            and (result.exit_code or 0) > 0
            and not self._plan.steps[name].unprovable
        ]
        if not failed or any(result.verdict in STOPPED for result in self._results.values()):
            return
        try:
            here = {place: self._after if place == "in place" else None for place in self._before}
            for step, result in failed:
                place = step.place
                now = here[place] = here[place] or self._look(place)
                if not changed(step, self._before[place], self._began[result.stage], now, self._selecting).words:
                    self._keep(result._replace(judged=step.key))
            self._after = here["in place"]
        except GofigureError:  # a stage may have left nothing that can be looked at
            return

    def _keep_pass(self, step: Step, passed: StageResult, made: bytes, here: Snapshot, *, is_whole: bool) -> bool:
        """Keep the result of a stage that has passed on what it was asked about; whether that proves all of it."""
        about = step.key if passed.counts is not None and is_whole else b""
        if otherwise := self._made_otherwise(step, made, here, is_whole=is_whole):
            self._keep(passed._replace(note=_joined(passed.note, self.hide(f"not proven: {otherwise}")), key=b""))
        elif step.narrowed:
            self._keep(passed._replace(note=_joined(passed.note, step.narrowed)))
        elif about and (unsteady := self._unsteady(step, passed)):
            self._astray.add(passed.stage)
            self._keep(passed._replace(judged=about, note=_joined(passed.note, f"not proven: {unsteady}")))
            return False
        else:
            self._keep(passed._replace(proven=True, judged=about))
        return is_whole

    def _condemn(self, step: Step, passed: StageResult, change: Changed) -> None:
        """A stage that has changed tracked files has not passed, whatever it says."""
        self._astray.add(passed.stage)
        self._refuted += [step.key, *step.file_keys]
        mend = " (it mends in a commit, and by gofigure run)" if step.stage.fix else " (fix = true takes that over)"
        self._amend(
            passed._replace(
                verdict="failed",
                exit_code=None,
                note=_joined(passed.note, self.hide(f"it changed {change.names}{mend}")),
                excerpt=tuple(map(self.hide, self._said_of(step, change.files))),
                allowed=step.stage.allow_failure,
            )
        )

    def _made_otherwise(self, step: Step, made: bytes, here: Snapshot, *, is_whole: bool) -> str:
        """What it proves, but not of what the run is about, which has other outputs; "" mostly.

        In the working tree, the outputs that it has made there are what stands there now. `is_whole`: whether that
        proves all of the stage.
        """
        about = self._plan.content.about
        is_there = step.place == "in place" and about.kind in ("working tree", "folder")
        if made == step.outputs or (is_there and (is_whole or step.narrowed)):
            return ""
        words = changed_outputs(step.makers, about.tree, here.tree, self._selecting, 1)
        return f"other outputs were checked: {words[0] if words else 'what their links lead to changed'}"

    def _touched(self, step: Step, here: Snapshot) -> frozenset[bytes] | None:
        """What a fixer reads and it, or one before it in this run, has changed, if only for a while; None: nothing.

        Empty where what the result of all of its files depends on has changed.
        """
        stood = (self._plan.content.about.tree, self._before[step.place], here.tree)
        for read in step.reads[1:]:
            if any(self._selecting.select(tree, read.selector).digest != read.digest for tree in stood):
                return frozenset()
        files: set[bytes] = set()
        for old, new in itertools.pairwise(stood):
            files.update(self._selecting.altered(old, new, step.inputs.selector, _MANY))
        return frozenset(files) or None

    def _amend(self, result: StageResult) -> None:
        self._keep(result)
        self._tell(result)

    def _keep(self, result: StageResult) -> None:
        self._results[result.stage] = self._finished[result.stage] = result

    def _flush(self, proven: _Proven = _NOTHING, result: RunResult | None = None, window: Window | None = None) -> None:
        self._write(
            self.run,
            started=self._started,
            finished=self._finished.values(),
            proofs=proven.stages,
            file_proofs=proven.files,
            refuted=self._refuted,
            result=result,
            window=window,
            cases=self._cases,
        )
        self._cases = {}
        self._started, self._finished, self._refuted = [], {}, []
        self._next_write = time.monotonic() + _WRITE_EVERY

    def _led_astray(self, step: Step) -> str:
        """What it needs and what was not made from this content: its own result then is not about it either."""
        name = next((name for name in step.stage.needs if name in self._astray), None)
        return "" if name is None else f"it needs {name}, which was not proven"


def _good(step: Step, touched: frozenset[bytes]) -> list[bytes]:
    """The keys of the files that a fixer was handed and found good."""
    if not touched:
        return []
    return [key for path, key in zip(step.files or (), step.file_keys, strict=False) if path not in touched]


def _has_proven_files(step: Step) -> bool:
    """Whether a per-file stage is handed less than all of its files."""
    return step.files is not None and len(step.files) != step.inputs.files


def _joined(*notes: str) -> str:
    return "; ".join(note for note in notes if note)


def _proof_of(step: Step, tree: bytes, outputs: bytes, run: int, passed: StageResult) -> Proof:
    from json import dumps  # 10 ms, best spent while stages are under way

    manifest = dumps(step.manifest(tree, outputs))
    return Proof(step.key, step.stage.name, run, time.time_ns(), passed.seconds, manifest, outputs, passed.made)
