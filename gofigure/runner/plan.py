"""What becomes of each stage of a job, as values: made by the planner, and carried out by `execute`.

Annotations are not postponed here: NamedTuple compiles each postponed one at import
(docs/decisions/0003-import-cost.md).
"""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from gofigure.digest.frame import digest_value
from gofigure.model import Command, Job, Place, Snapshot, Stage, StageResult
from gofigure.runner.graph import Graph
from gofigure.runner.key import Facts, manifest_of
from gofigure.runner.made import artifact_of
from gofigure.runner.outputs import Maker
from gofigure.snapshot.select import Selector, as_bytes, covers
from gofigure.store.proofs import Proof
from gofigure.workspace.leads_back import Back

_CONTEXT = "gofigure 2026-11 job"

# What becomes of a stage; the planner decides, all others only read it.
#   run              it is started, unless another one fails first
#   reuse            whatever it would do has passed on this content
#   leave out        the user's SKIP names it, it needs what only git hands over, or its own conditions say so
#   not checked out  it would read something else than the commit in question, and no private checkout can be had or
#                    is wanted: no pass and no failure of that
#   nothing to do    there is nothing in any of its locations, which is a failure
Fate = Literal["run", "reuse", "leave out", "not checked out", "nothing to do"]


class Content(NamedTuple):
    """What a run is about, and what stands in the folder that it runs in; mostly one and the same."""

    about: Snapshot
    here: Snapshot


class Read(NamedTuple):
    """Something that a stage reads."""

    selector: Selector
    digest: bytes  # of what is selected in the content that the run is about
    files: int  # how many these are; -1: a whole folder, not counted


class ContainerImage(NamedTuple):
    """What a stage's `image` stands for on the engine in use."""

    name: str  # as it is written in the configuration
    id: str = ""  # by which it is started; "": not known
    content: str = ""  # see images.Image: equal bytes are one image, whenever they were built
    why_unknown: str = ""  # the engine does not answer, or has not got it yet
    socket: bool = False  # the container gets the engine's socket

    @property
    def facts(self) -> Mapping[str, str]:
        """What of it decides a stage's result."""
        identity = f"{self.name} ({self.content})" if self.id else f"{self.name}: {self.why_unknown}"
        return {"image": identity, **({"docker_socket": "given"} if self.socket else {})}


class Step(NamedTuple):
    """One stage of a plan: what it is on this content, and then what becomes of it."""

    stage: Stage
    key: bytes
    commands: tuple[Command, ...]
    facts: Facts
    reads: tuple[Read, ...]  # of a per-file stage: its files, and what they all depend on
    differs: tuple[str, ...]  # what it reads that stands differently in the working tree
    missing: tuple[str, ...]  # locations in which there is nothing to do: each a failure
    handed: str  # why its result says nothing of content alone: it hangs on what git hands to the hook
    gets_arguments: bool  # it is started with git's own arguments and input
    makers: tuple[Maker, ...] = ()  # those of itself and of what it needs that have outputs
    outputs: bytes = b""  # the digest of what these make, as it stands in the content that the run is about
    asked: bytes = b""  # its key without what those have made that it needs: what it is before anything has run
    image: ContainerImage | None = None  # of the container that it runs in
    made: bytes = b""  # the digest of what it has made and others are keyed on; empty while that is not known
    in_the_dark: str = ""  # a stage that it needs, of which that is not known
    has_ended: bool = False  # in this run, having made it
    waits: bool = False  # what it needs is made in this run, so that it may become another one
    unprovable: str = ""  # why its passing will prove nothing
    fate: Fate = "run"
    reason: str = ""  # of its fate: why it will run, or what it is reused from
    proof: Proof | None = None  # what it is reused from, if that is one
    files: tuple[bytes, ...] | None = None  # a per-file stage: those to hand over
    file_keys: tuple[bytes, ...] = ()  # what passing proves, file by file
    narrowed: str = ""  # why there are files without a proof that are not handed over
    place: Place = "in place"
    why_there: str = ""  # why it runs in a private checkout
    leads_back: str = ""  # what in a private checkout leads it back to the working tree
    puts_back: int = 0  # how many of its outputs are to be put back, if it is reused; -1: those that are lacking then
    put_back: int = 0  # how many were

    @property
    def reused(self) -> bool:
        return self.fate == "reuse"

    @property
    def kept_reason(self) -> str:
        """The reason as it is written down: how long ago something was is true for a moment."""
        return f"proven in run {self.proof.run}" if self.reused and self.proof is not None else self.reason

    @property
    def is_to_run(self) -> bool:
        """Whether a run must come to a verdict on it."""
        return self.fate not in ("reuse", "leave out")

    @property
    def left_out(self) -> bool:
        return self.fate == "leave out"

    @property
    def astray(self) -> bool:
        """Whether it runs on something else than what it is asked about."""
        return bool(self.differs) and self.place == "in place"

    @property
    def feeds(self) -> bool:
        """Whether what it makes decides the keys of those that need it."""
        return self.stage.target in ("checkout", "docker") or self.keeps

    @property
    def keeps(self) -> bool:
        """Whether what it makes in its workspace is kept."""
        return bool(self.stage.outputs) and self.stage.checkout is None

    @property
    def artifact(self) -> bytes:
        """What its outputs are called, if it is reused; empty where none are known."""
        return artifact_of(self.proof.made) if self.proof is not None else b""

    @property
    def will_feed(self) -> bool:
        """Whether it makes that in this run, and has not yet."""
        return self.feeds and self.is_to_run and not self.has_ended

    @property
    def inputs(self) -> Read:
        """The files that it selects."""
        return self.reads[0]

    def manifest(self, tree: bytes, outputs: bytes) -> Mapping[str, object]:
        """What its key is made of, for people; and what had been made."""
        told = manifest_of(self.facts, [one.selector for one in self.reads], self.inputs.digest, tree)
        return {**told, "outputs": outputs.hex()} if self.makers else told


class Shared(NamedTuple):
    """What a private checkout gets from the working tree by links; paths from the root."""

    folders: tuple[bytes, ...] = ()
    refused: tuple[bytes, ...] = ()  # asked for, and no sharing: git does not ignore them, or they are content
    ways_back: tuple[Back, ...] = ()  # from them into the working tree


class Plan(NamedTuple):
    job: Job
    content: Content
    graph: Graph
    steps: Mapping[str, Step]  # by stage, in dependency order
    lenient: bool = False  # a stage that cannot run on this content does not fail the run
    shared: Shared = Shared()
    mends: bool = False  # only fixers are run, and what they change is taken over
    members: tuple[Any, ...] = ()  # of jobs that run side by side: the Plan of each

    @property
    def private(self) -> list[Step]:
        """Those that need a private checkout."""
        return [step for step in self.steps.values() if step.place == "private" and (step.is_to_run or step.waits)]

    @property
    def to_run(self) -> list[Step]:
        """Those that a run must come to a verdict on: neither reused nor left out."""
        return [step for step in self.steps.values() if step.is_to_run]

    @property
    def lacks(self) -> list[Step]:
        """Those that are reused in the working tree, and of whose outputs something is to be put back."""
        return [step for step in self.steps.values() if step.puts_back and step.reused and step.place == "in place"]

    def without_running(self, step: Step) -> StageResult | None:
        """The result of a step that has one already; None for one that is to be run, or fails."""
        name, reason, key = step.stage.name, step.reason, step.key
        if step.fate == "reuse":
            seconds = step.proof.seconds if step.proof else 0.0
            made = step.proof.made if step.proof else ""
            proven, note = not step.narrowed, files_put_back(step.put_back)
            return StageResult(name, "reused", reason, seconds, proven=proven, note=note, key=key, made=made)
        if step.fate == "leave out":
            return StageResult(name, "skipped", reason, allowed=True, key=key)
        if step.fate == "not checked out":
            return StageResult(name, "skipped", reason, allowed=self.lenient, key=key)
        return None


def files_put_back(number: int) -> str:
    return f"{number:,} file{'s' if number != 1 else ''} put back" if number else ""


def job_digest(plan: Plan) -> bytes:
    """What a job is on a content: of each stage its name, its key, what is made for it, and whether it is left out.

    The same for whoever asks, proven or not; only what is left out and proven elsewhere meanwhile is another one.
    """
    framed = [
        b"%s\0%s%d%d%d%s"
        % (as_bytes(name), step.asked, step.left_out, _is_blind(step, plan), len(step.outputs), step.outputs)
        for name, step in plan.steps.items()
    ]
    return digest_value(_CONTEXT, b"".join(framed))


def _is_blind(step: Step, plan: Plan) -> bool:
    """Whether it reads something that nobody can digest, such as a submodule with changes of its own."""
    unseen = plan.content.here.unprovable
    return bool(unseen) and any(covers(read.selector, path) for read in step.reads for path in unseen)


def consumes(plan: Plan) -> bytes:
    """The job's digest, where a verdict on this plan is one on what stands in the working tree; else b"".

    Not of fixers alone; nor of what hangs on what only git hands over.
    """
    if plan.mends or any(step.differs or step.gets_arguments for step in plan.steps.values()):
        return b""
    return job_digest(plan)
