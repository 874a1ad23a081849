"""The frozen values that the whole program speaks in.

They are NamedTuples, not dataclasses: a dataclass costs 0.7 ms each to define at import, a NamedTuple 0.15,
and the shortest command has 50 ms in all. Nor are annotations postponed here: NamedTuple compiles each postponed
one at import (docs/decisions/0003-import-cost.md).
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

StageType = Literal["checkout", "build", "test", "deploy"]
Verdict = Literal["passed", "reused", "failed", "timed out", "interrupted", "skipped"]
SnapshotKind = Literal["index", "commit", "working tree", "folder"]
Place = Literal["in place", "private"]  # the user's working tree, or a checkout of our own
Workspace = Literal["auto", "in-place", "private"]  # what a stage asks for

# In the order in which a commit, and then what is done with it, meets them.
HOOKS = (
    "pre-commit", "pre-merge-commit", "prepare-commit-msg", "commit-msg", "post-commit",
    "pre-rebase", "post-checkout", "post-merge", "post-rewrite", "pre-push",
)  # fmt: skip
HANDS_NOTHING = ("pre-commit", "pre-merge-commit", "post-commit")  # hooks without arguments and input (githooks)


class Stage(NamedTuple):
    """A node of a job: what to run, on which inputs. Paths are relative to the configuration's folder."""

    name: str
    type: StageType = "test"
    target: str = "shell"
    run: str | None = None
    locations: tuple[str, ...] = ()
    source: str | None = None  # regular expression, searched in the path below a location
    inputs: tuple[str, ...] = ()  # globs
    files: str | None = None  # regular expression: a per-file stage
    needs: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()  # sorted by name
    pass_env: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()  # names; the values are no part of any of these
    tools: tuple[str, ...] = ()
    timeout: float | None = None  # seconds
    retries: int = 0
    allow_failure: bool = False
    cache: bool = True
    enabled: bool = True
    interactive: bool = False  # it gets the terminal
    workspace: Workspace = "auto"
    share: tuple[str, ...] | None = None  # what is linked into a private checkout; None: what is found by itself


class Job(NamedTuple):
    """A named set of stages with its triggers."""

    name: str
    stages: tuple[str, ...]
    on: tuple[str, ...] = ()
    strict_dependency: bool = False
    enabled: bool = True


class Config(NamedTuple):
    """One checked configuration: every name in it resolves, every graph in it is acyclic."""

    path: str
    jobs: Mapping[str, Job]
    stages: Mapping[str, Stage]
    local: tuple[str, ...] = ()  # the personal files that were laid over it
    disabled: tuple[str, ...] = ()  # jobs and stages that are written down and take no part


class Trigger(NamedTuple):
    """What asked for a run."""

    kind: str  # "manual" or the name of a git hook
    args: tuple[str, ...] = ()  # git's own arguments to the hook; a file's path made absolute
    stdin: bytes = b""
    index_file: str | None = None  # the GIT_INDEX_FILE that git handed over
    inside: tuple[str, ...] = ()  # the runs, of any repository, that this process was started inside of


class Snapshot(NamedTuple):
    """The exact content that a run is about."""

    kind: SnapshotKind
    tree: bytes  # blake3 tree digest, 32 bytes
    oid: str | None = None  # git's tree id, where there is one
    commit: str | None = None
    branch: str = ""  # of the working tree; "" on a detached HEAD
    unprovable: Mapping[bytes, str] = {}  # path -> why nothing that reads it can be proven
    notes: tuple[str, ...] = ()  # things left out, in words


class Command(NamedTuple):
    """A plain request to execute: what a target makes and an executor runs."""

    argv: tuple[str, ...]
    cwd: str = ""  # relative to the workspace
    takes_files: bool = False  # file names are appended to argv


class Part(NamedTuple):
    """How one location of a stage with several ended, or one in which there was nothing to do."""

    location: str  # relative to the configuration's folder; "" is that folder
    verdict: Verdict
    seconds: float = 0.0  # of its last attempt
    exit_code: int | None = None
    log: str | None = None  # path of its log, where it printed anything
    reason: str = ""  # why it did not run


class StageResult(NamedTuple):
    """How one stage of a run ended."""

    stage: str
    verdict: Verdict
    reason: str  # why it ran, was reused, or was not reached
    seconds: float = 0.0
    exit_code: int | None = None  # negative: the signal that ended it
    log: str | None = None  # path of its log, where it printed anything
    excerpt: tuple[str, ...] = ()  # the first lines that matter of a failure
    proven: bool = False  # a proof was written
    note: str = ""  # why it passed and yet was not proven
    allowed: bool = False  # it failed, and may
    key: bytes = b""
    parts: tuple[Part, ...] = ()  # of a stage with several locations: each one's
    place: Place | None = None  # where it was executed
    why_there: str = ""  # why in a private checkout

    @property
    def blocks(self) -> bool:
        """Whether this result makes the run fail."""
        return self.verdict not in ("passed", "reused") and not self.allowed


class RunResult(NamedTuple):
    """One execution of a job."""

    run: int  # its number in the store; 0 where nothing was recorded
    job: str
    verdict: Verdict
    stages: tuple[StageResult, ...]
    seconds: float = 0.0
