"""Every key that `.gofigure.toml` may hold, as one table of data."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, get_args

from gofigure.config import checks, image_checks
from gofigure.config.kinds import Key, Kind
from gofigure.config.target_keys import TARGET_KEYS
from gofigure.model import CHANGE, HOOKS, OPERATIONS, OnBusy, StageType, Workspace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TYPES: tuple[str, ...] = get_args(StageType)

_FLAG = Kind("true or false", checks.flag)
_TEXT = Kind("a text that is not empty", checks.text)
_PATTERN = Kind("a regular expression", checks.pattern)
_PATH = Kind('a path below this file\'s folder, without ".." or a leading "/"', checks.relative)
_GLOB = Kind('a glob below this file\'s folder, without ".." or a leading "/"', checks.relative)
_FROM_TOP = "below this file's folder, or with // in front below the repository's root, without \"..\""
_READ = Kind(f"a glob {_FROM_TOP}", checks.from_top)
_SHARED = Kind(f"a path {_FROM_TOP}", checks.from_top)
_VARIABLE = Kind("the name of an environment variable", checks.env_name)
_ANY_TEXT = Kind("a text", checks.raw_text)
_TRIGGER = Kind(f'a git hook or "{CHANGE}"', checks.choice, choices=(*HOOKS, CHANGE))
_STAGE = Kind("the name of a stage", checks.text)
_STAGES = Kind("a list of names of stages", checks.items, item=_STAGE)
_RETRIES = Kind(f"a whole number from 0 to {checks.MAX_RETRIES}", checks.retries)
_MOMENT = Kind("a number of seconds from 0 to 60", checks.moment)
_SECONDS = Kind('a number of seconds above 0, or a text like "90s", "10m" or "1h30m", up to 7 days', checks.seconds)

_BRANCHES = Kind("a list of globs", checks.items, item=_TEXT)
_OPERATION = Kind(
    'what git can be in the middle of, or "!" and that',
    checks.choice,
    choices=(*OPERATIONS, *(f"!{name}" for name in OPERATIONS)),
)
_DURING = Kind("a list of what git can be in the middle of", checks.items, item=_OPERATION)
_CHANGED = Kind("a list of globs", checks.items, item=_READ)
_WHILE = "runs only while git is in the middle of one of these, or of none that has a `!` before it."
_SINCE = "runs only where such a path has changed: since HEAD, or since what is already pushed."

KEYS: tuple[Key, ...] = (
    Key("", "version", Kind("the number 1", checks.version), 1, "The version of this file's format."),
    Key("", "jobs", Kind("a table of jobs", checks.table), (), "The jobs, by name."),
    Key("", "stages", Kind("a table of stages", checks.table), (), "The stages, by name."),
    Key("", "settle", _MOMENT, 0.1, "How long nothing may have changed before gofigure watch looks."),
    Key(
        "jobs.*",
        "on",
        Kind(f'a list of git hooks and "{CHANGE}"', checks.items, item=_TRIGGER),
        (),
        "The git hooks that start this job, and `change`: gofigure watch starts it. With none it runs only by hand.",
    ),
    Key("jobs.*", "stages", _STAGES, (), "The stages that this job runs; at least one."),
    Key(
        "jobs.*",
        "strict_dependency",
        _FLAG,
        False,
        "Run the stages in the order of the list and stop at the first failure; "
        "this is order only, where `needs` is order and data.",
    ),
    Key(
        "jobs.*",
        "keep_going",
        _FLAG,
        False,
        "Whether a failure holds back only what depends on it, so that one commit shows all that is wrong; "
        "without, nothing new is started after it.",
    ),
    Key(
        "jobs.*",
        "background",
        _FLAG,
        False,
        "Whether git goes on while this job runs; for jobs whose hooks all come after the fact.",
    ),
    Key(
        "jobs.*",
        "each_commit",
        _FLAG,
        False,
        "Whether a push is about each new commit; without, about the last one of each ref.",
    ),
    Key(
        "jobs.*",
        "on_busy",
        Kind("what a change means for a run under way", checks.choice, choices=get_args(OnBusy)),
        "queue",
        "What a change means for a run of this job that gofigure watch has under way: queue (run again afterwards), "
        "restart (cancel it, but no deploy, and begin anew), or ignore (nothing).",
    ),
    Key("jobs.*", "enabled", _FLAG, True, "Whether this job takes part; false is as if it were not written."),
    Key("jobs.*", "required", _FLAG, False, "Whether SKIP, GOFIGURE_ONLY and GOFIGURE=0 leave nothing of it out."),
    Key("jobs.*", "branches", _BRANCHES, (), "Globs of branches: on any other, what is not proven is left out."),
    Key("jobs.*", "during", _DURING, (), f"What is not proven {_WHILE}"),
    Key("jobs.*", "changed", _CHANGED, (), f"Globs from this file's folder: what is not proven {_SINCE}"),
    Key(
        "stages.*",
        "type",
        Kind("a type of stage", checks.choice, choices=TYPES),
        "test",
        "What the stage is for.",
    ),
    # The targets that exist are the caller's to know: see `tables`.
    Key("stages.*", "target", Kind("the name of a target", checks.choice), "shell", "What runs the stage."),
    Key(
        "stages.*",
        "run",
        _TEXT,
        None,
        "The shell line to run; a shell stage must have one. Changed files, or else what git hands to the hook, "
        'arrive in it as "$@".',
    ),
    Key(
        "stages.*",
        "locations",
        Kind("a list of paths", checks.items, item=_PATH),
        (),
        "The folders that the stage reads and runs in, below this file's folder; none is that folder itself.",
    ),
    Key(
        "stages.*",
        "source",
        _PATTERN,
        None,
        "A regular expression, searched in the paths below the locations: the files that the stage reads, "
        "or, for a target that runs tests, those that a location must hold.",
    ),
    Key(
        "stages.*",
        "inputs",
        Kind("a list of globs", checks.items, item=_READ),
        (),
        "Globs that choose what the stage reads; beside `files`: what the result of every file depends on. In a "
        "folder's file, those with // in front name what is read besides, from the root.",
    ),
    Key(
        "stages.*",
        "outputs",
        Kind("a list of globs", checks.items, item=_GLOB),
        (),
        "Globs from this file's folder of what the stage makes: not part of what it, or a stage that needs it, reads; "
        "a proof holds for the outputs that the run left. They are kept, and those that git ignores are put back when "
        "it is reused.",
    ),
    Key(
        "stages.*",
        "ignore",
        Kind("a list of globs", checks.items, item=_GLOB),
        (),
        "Globs of what the stage does not read, though its locations or inputs hold it.",
    ),
    Key(
        "stages.*",
        "files",
        _PATTERN,
        None,
        "A regular expression that makes this a per-file stage: it gets the matching files without a proof, "
        "links and submodules left out.",
    ),
    Key(
        "stages.*",
        "needs",
        _STAGES,
        (),
        "The stages that must pass first and whose results this one builds on: order and data. Another folder's are "
        "FOLDER:NAME, the root's //:NAME.",
    ),
    Key(
        "stages.*",
        "env",
        Kind("a table of texts", checks.pairs, item=_ANY_TEXT),
        (),
        "Environment variables to set.",
    ),
    Key(
        "stages.*",
        "pass_env",
        Kind("a list of names of environment variables", checks.items, item=_VARIABLE),
        (),
        "Environment variables to pass on from the user's shell.",
    ),
    Key(
        "stages.*",
        "secrets",
        Kind("a list of names of environment variables", checks.items, item=_VARIABLE),
        (),
        "Environment variables whose values are hidden in all output and stored nowhere; each comes from the user's "
        "environment, a file or the keyring, and only its name is part of the stage's key.",
    ),
    Key(
        "stages.*",
        "tools",
        Kind("a list of programs", checks.items, item=_TEXT),
        (),
        "Programs the stage depends on: when one of them changes, the stage runs again.",
    ),
    Key("stages.*", "timeout", _SECONDS, None, "How long one attempt may take."),
    Key("stages.*", "retries", _RETRIES, 0, "How many more times a failing stage is tried."),
    Key("stages.*", "allow_failure", _FLAG, False, "Whether the job passes even where this stage fails."),
    Key("stages.*", "cache", _FLAG, True, "Whether a proof of an earlier run may stand in for running."),
    Key("stages.*", "enabled", _FLAG, True, "Whether this stage takes part; false leaves it out of every job."),
    Key(
        "stages.*",
        "interactive",
        _FLAG,
        False,
        "Whether the stage talks with the user: it gets the terminal, runs alone, and is never reused.",
    ),
    Key(
        "stages.*",
        "required",
        _FLAG,
        False,
        "Whether SKIP, GOFIGURE_ONLY and GOFIGURE=0 cannot leave it out, nor what it needs.",
    ),
    Key("stages.*", "branches", _BRANCHES, (), "Globs of branches: on any other it is left out, unless proven."),
    Key("stages.*", "during", _DURING, (), f"If it is not proven, it {_WHILE}"),
    Key("stages.*", "changed", _CHANGED, (), f"Globs from this file's folder: if it is not proven, it {_SINCE}"),
    Key(
        "stages.*",
        "workspace",
        Kind("a kind of workspace", checks.choice, choices=get_args(Workspace)),
        "auto",
        "Where the stage runs: in-place (the working tree), private (a checkout of what is being checked), or auto: "
        "in place where what it reads is the same there, else private.",
    ),
    Key(
        "stages.*",
        "fix",
        _FLAG,
        False,
        "Whether the stage may change the files it reads: what it changes goes into the commit and into the working "
        "tree. Without, a stage that changes tracked files fails.",
    ),
    Key(
        "stages.*",
        "share",
        Kind("a list of paths", checks.items, item=_SHARED),
        None,
        "What git ignores and a private checkout gets by links; when it is left out: node_modules, .venv, target and "
        "their like, where they are.",
    ),
    Key(
        "stages.*",
        "checkout",
        _STAGE,
        None,
        "A stage with the target checkout: this one runs in the folder that it has checked out, and reads that.",
    ),
    Key(
        "stages.*",
        "image",
        Kind("the name of an image, such as python:3.12", image_checks.image),
        None,
        "An image: the stage runs in a container of it, with the project at the same path; programs of this machine "
        "are no part of it then.",
    ),
    *TARGET_KEYS,
)


class Tables(NamedTuple):
    """The keys by name, table by table."""

    top: Mapping[str, Key]
    job: Mapping[str, Key]
    stage: Mapping[str, Key]


def tables(targets: Sequence[str]) -> Tables:
    """The table made ready for looking up, with the targets that exist."""
    by_table: dict[str, dict[str, Key]] = {"": {}, "jobs.*": {}, "stages.*": {}}
    for key in KEYS:
        by_table[key.table][key.name] = key
    stage = by_table["stages.*"]
    target = stage["target"]
    stage["target"] = target._replace(kind=target.kind._replace(choices=tuple(targets)))
    return Tables(by_table[""], by_table["jobs.*"], stage)
