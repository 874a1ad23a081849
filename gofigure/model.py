"""The frozen values that the whole program speaks in.

They are NamedTuples, not dataclasses: a dataclass costs 0.7 ms each to define at import, a NamedTuple 0.15,
and the shortest command has 50 ms in all. Nor are annotations postponed here: NamedTuple compiles each postponed
one at import (docs/decisions/0003-import-cost.md).
"""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

StageType = Literal["checkout", "build", "test", "deploy"]
Verdict = Literal["passed", "reused", "failed", "timed out", "interrupted", "superseded", "skipped"]
FAILED = ("failed", "timed out")  # verdicts of what has come to a bad end
STOPPED = ("interrupted", "superseded")  # verdicts of what was not let come to its end
SnapshotKind = Literal["index", "commit", "working tree", "folder"]
Place = Literal["in place", "private"]  # the user's working tree, or a checkout of our own
Workspace = Literal["auto", "in-place", "private"]  # what a stage asks for
Setting = str | float | bool | tuple[str, ...] | tuple[tuple[str, str], ...] | None
OnBusy = Literal["queue", "restart", "ignore"]  # what a change means for a run of the job that is under way

# In the order in which a commit, and then what is done with it, meets them; those that are missing are no triggers
# for checks (docs/decisions/0017).
HOOKS = (
    "pre-commit", "pre-merge-commit", "prepare-commit-msg", "commit-msg", "post-commit",
    "applypatch-msg", "pre-applypatch", "post-applypatch",
    "pre-rebase", "post-checkout", "post-merge", "post-rewrite", "pre-auto-gc",
    "sendemail-validate", "pre-push",
    "pre-receive", "update", "push-to-checkout", "post-receive", "post-update",
)  # fmt: skip
# Hooks without arguments and input (githooks).
HANDS_NOTHING = (
    "pre-commit", "pre-merge-commit", "post-commit", "pre-applypatch", "post-applypatch", "pre-auto-gc",
)  # fmt: skip
# Where a push arrives: these are about commits that nobody has checked out.
ABOUT_A_MESSAGE = ("prepare-commit-msg", "commit-msg", "applypatch-msg")
RECEIVING = ("pre-receive", "update", "push-to-checkout", "post-receive", "post-update")
PUSHES = ("pre-push", *RECEIVING)  # hooks that are about commits that are pushed
READ_AGAIN_BY_GIT = ("pre-commit", "pre-merge-commit")  # the index, when these hooks are done
# What git hands over, by name, to stages that ask for it (docs/decisions/0017).
HANDED_VARIABLES = (
    "GOFIGURE_HOOK", "GOFIGURE_MESSAGE_FILE", "GOFIGURE_MESSAGE_SOURCE", "GOFIGURE_REMOTE_NAME", "GOFIGURE_REMOTE_URL",
    "GOFIGURE_REFS", "GOFIGURE_FROM_REF", "GOFIGURE_TO_REF", "GOFIGURE_CHECKOUT_TYPE", "GOFIGURE_SQUASH",
    "GOFIGURE_REWRITE", "GOFIGURE_UPSTREAM", "GOFIGURE_BRANCH",
)  # fmt: skip
# Triggers that are no hooks: `gofigure watch` has seen a change; a person has asked, in a terminal or on the page.
CHANGE = "change"
MANUAL = "manual"
PAGE = "page"  # has fewer rights than a terminal: a page can be reached by more than who sits there
BY_A_PERSON = (MANUAL, PAGE)
# Set for what the page starts. It only ever takes rights away, so whoever sets it wins nothing.
PAGE_VARIABLE = "GOFIGURE_FROM_PAGE"
# After these git goes on whatever comes of them: their jobs may run in the background.
MAY_WAIT = ("post-commit", "post-checkout", "post-merge", "post-rewrite")

YES_VARIABLE = "GOFIGURE_YES"  # "1" for what `gofigure run --yes` starts; or the name of the one list that is meant

# In place of a program: what one of our own recipes does (gofigure/recipes), in a process like any other.
RECIPE = "gofigure recipe"

CONFIG_NAME = ".gofigure.toml"  # of the configuration, at the root and in folders that have one of their own
OLDER_JOB = ("gofigure-", ".json")  # around the name of a job: its file, see is_older_job

OPERATIONS = ("merge", "rebase", "cherry-pick", "revert", "am", "bisect")  # what git can be in the middle of


class Stage(NamedTuple):
    """A node of a job: what to run, on which inputs. Paths are from the root, but `inputs` from each location."""

    name: str
    type: StageType = "test"
    target: str = "shell"
    run: str | None = None
    locations: tuple[str, ...] = ()
    source: str | None = None  # regular expression, searched in the path below a location
    inputs: tuple[str, ...] = ()  # globs
    outputs: tuple[str, ...] = ()  # globs: what it makes, and so does not read
    ignore: tuple[str, ...] = ()  # globs: what it does not read either
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
    required: bool = False  # nothing in the environment can leave it out
    # Where it is left out as long as it is not proven (docs/decisions/0021).
    branches: tuple[str, ...] = ()  # globs
    during: tuple[str, ...] = ()  # OPERATIONS, or "!" and one of them
    changed: tuple[str, ...] = ()  # globs of paths
    workspace: Workspace = "auto"
    fix: bool = False  # it may change what it reads, and the changes are taken over
    share: tuple[str, ...] | None = None  # what is linked into a private checkout; None: what is found by itself
    checkout: str | None = None  # a stage of that target: this one runs in the folder that it has checked out
    image: str | None = None  # of the container that it runs in
    settings: tuple[tuple[str, Setting], ...] = ()  # of its target alone, sorted by name
    folder: str = ""  # whose file it is in; "" is the root's
    besides: tuple[str, ...] = ()  # globs from the root: what a folder's stage reads besides

    def setting(self, name: str, default: Setting = None) -> Any:
        """What is written for a key of its target; the configuration has checked its kind."""
        return next((value for key, value in self.settings if key == name), default)


class Job(NamedTuple):
    """A named set of stages with its triggers."""

    name: str
    stages: tuple[str, ...]
    on: tuple[str, ...] = ()
    strict_dependency: bool = False
    keep_going: bool = False  # after a failure
    background: bool = False  # git does not wait for it
    enabled: bool = True
    required: bool = False  # as if each of its stages said so; the same with those below
    branches: tuple[str, ...] = ()
    during: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    each_commit: bool = False  # of a push: not only where its refs end
    on_busy: OnBusy = "queue"
    folder: str = ""  # whose file it is in; "" is the root's


class Config(NamedTuple):
    """One checked configuration: every name in it resolves, every graph in it is acyclic."""

    path: str  # the first of the files
    jobs: Mapping[str, Job]
    stages: Mapping[str, Stage]
    local: tuple[str, ...] = ()  # the personal files that were laid over it
    disabled: tuple[str, ...] = ()  # jobs and stages that are written down and take no part
    settle: float = 0.1  # seconds without a change after which the watcher looks
    files: tuple[str, ...] = ()  # all that are shared, from the root
    folders: tuple[str, ...] = ()  # those besides the root that have a file of their own


class Trigger(NamedTuple):
    """What asked for a run."""

    kind: str  # MANUAL, PAGE, CHANGE or the name of a git hook
    args: tuple[str, ...] = ()  # git's own arguments to the hook; a file's path made absolute
    stdin: bytes = b""
    index_file: str | None = None  # the GIT_INDEX_FILE that git handed over
    inside: tuple[str, ...] = ()  # the runs, of any repository, that this process was started inside of
    variables: Mapping[str, str] = {}  # the same by name, see HANDED_VARIABLES; each content may add to them


class Snapshot(NamedTuple):
    """The exact content that a run is about."""

    kind: SnapshotKind
    tree: bytes  # blake3 tree digest, 32 bytes
    oid: str | None = None  # git's tree id, where there is one
    commit: str | None = None
    branch: str = ""  # of the working tree; "" on a detached HEAD
    unprovable: Mapping[bytes, str] = {}  # path -> why nothing that reads it can be proven
    notes: tuple[str, ...] = ()  # things left out, in words
    variables: Mapping[str, str] = {}  # what git hands over with this very content
    on_the_way: bool = False  # a commit of a push at which no ref ends: only for jobs with each_commit
    new_folders: tuple[str, ...] = ()  # those with a configuration that git does not track


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


CaseVerdict = Literal["passed", "failed", "skipped"]


class Case(NamedTuple):
    """One test of a stage, as its tool has told of it."""

    suite: str  # the class, package, crate or file that it is in; "" where none is told
    name: str
    verdict: CaseVerdict
    seconds: float | None = None
    line: str = ""  # the first line of its failure, or why it was skipped
    location: str = ""  # of the stage
    attempt: int = 1  # of the stage, from 1; a test counts by its last

    @property
    def title(self) -> str:
        """All that tells it from others."""
        where = f"{self.location}: " if self.location else ""
        return f"{where}{self.suite}::{self.name}" if self.suite else f"{where}{self.name}"


class Counts(NamedTuple):
    """How many tests a stage had, by their last verdicts."""

    total: int
    passed: int
    failed: int
    skipped: int
    left_out: int = 0  # of the total: those that were too many to be kept


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
    disturbed: bool = False  # it passed, and what it read changed under it: nobody knows by whom; of a fixer: by fixers
    why_there: str = ""  # why in a private checkout
    made: str = ""  # JSON: what its recipes have handed back, see executor.base.TaskEnded
    cases: tuple[Case, ...] = ()  # its single tests, where these are known
    counts: Counts | None = None  # of them all
    failures: tuple[Case, ...] = ()  # the first of those that failed in the end
    judged: bytes = b""  # the key that the verdicts of its tests are about; empty where that is not certain

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
    mended: tuple[str, ...] = ()  # files that fixers have changed
    left_alone: tuple[str, ...] = ()  # those of them that stay as they are in the working tree
    stale: tuple[str, ...] = ()  # files that changed under it, and that its verdict is not about
    parts: tuple[Any, ...] = ()  # of jobs that ran side by side: the RunResult of each


def is_older_job(name: str) -> bool:
    """Whether a file at the root is a job in the older format: the same names as the hook script's gofigure-*.json."""
    before, after = OLDER_JOB
    return name.startswith(before) and name.endswith(after) and len(name) >= len(before + after)
