"""Every key that the older JSON files may hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gofigure.config import checks
from gofigure.config.checkout_keys import CHECKOUT_KEYS
from gofigure.config.kinds import Key, Kind
from gofigure.config.schema import TYPES
from gofigure.model import HOOKS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PATH = Kind('a path below the root, without ".." or a leading "/"', checks.relative)
_TEXT = Kind("a text that is not empty", checks.text)
_FLAG = Kind("true or false", checks.flag)
_TYPE = Kind("a type of job", checks.choice, choices=TYPES)
_HOOK = Kind("a git hook", checks.choice, choices=HOOKS)
_HASH = Kind('"file_hash"', checks.choice, choices=("file_hash",))

_CHECKOUT: Mapping[str, Key] = {key.name: key for key in CHECKOUT_KEYS}
_JOB = (
    Key("job", "jobType", _TYPE, None, "What its stages are for, where neither their names nor their targets say so."),
    Key("job", "jobStages", Kind("a list of paths", checks.items, item=PATH), (), "The files of its stages."),
    Key("job", "strictDependency", _FLAG, False, "In the order of the list, and stop at the first failure."),
    Key("job", "automated", _FLAG, False, "Whether it starts by itself: gofigure watch, and its hooks."),
    Key("job", "hooks", Kind("a list of git hooks", checks.items, item=_HOOK), (), "The git hooks that start it."),
    Key("job", "watchFunction", _HASH, "file_hash", "What tells a change: the content."),
)
_STAGE = (
    Key("stage", "stage", _TEXT, None, "The stage's name."),
    Key("stage", "target", Kind("the name of a target", checks.choice), "shell", "What runs the stage."),
    Key("stage", "source", Kind("a regular expression", checks.pattern), None, "As in TOML."),
    Key("stage", "locations", Kind("a list of paths", checks.items, item=PATH), (), "As in TOML."),
    Key("stage", "context", _TEXT, None, "As in TOML: the kubectl context of a deploy that has no line of its own."),
    Key("stage", "namespace", Kind("a namespace", checks.namespace), None, "As in TOML: its namespace."),
    Key("stage", "url", _CHECKOUT["url"].kind, None, "As in TOML: the repository of a checkout."),
    Key("stage", "ref", _CHECKOUT["ref"].kind, None, "As in TOML: what of it to check out."),
    Key("stage", "checkout", _TEXT, None, "As in TOML: the checkout stage in whose folder this one runs."),
    Key("stage", "stageExecution", _TEXT, "default", '"default": what the target does; or a shell line instead.'),
)
JOB_KEYS: Mapping[str, Key] = {key.name: key for key in _JOB}


def stage_keys(targets: Sequence[str]) -> Mapping[str, Key]:
    keys = {key.name: key for key in _STAGE}
    keys["target"] = keys["target"]._replace(kind=keys["target"].kind._replace(choices=tuple(targets)))
    return keys
