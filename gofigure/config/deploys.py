"""What a stage that deploys must say: the cluster, the namespace, and that it may delete."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gofigure.config.kinds import Wrong, quote
from gofigure.model import YES_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from gofigure.model import Stage

# By these it is told which clusters are one's own, and whether one has said yes.
NOT_SET = ("HOME", "XDG_CONFIG_HOME", YES_VARIABLE)
EVERYBODYS = re.compile(r"default|kube-.*")
_REQUIRED = (("context", "a kubectl context, such as minikube"), ("namespace", "a namespace, such as dev"))


def with_terminal(stage: Stage) -> Stage:
    """The stage as one that gets the terminal, if its context is protected: the name of that must be typed."""
    from gofigure.recipes.kubernetes.names import is_protected

    protected = stage.setting("protected") or is_protected(stage.setting("context") or "")
    return stage._replace(interactive=True) if protected else stage


def deploy_rules(stage: Stage, wrong_keys: Collection[str]) -> Iterator[Wrong]:
    """What is wrong with a stage of the target `kubernetes` as a whole. `wrong_keys`: those told already."""
    for key, expected in _REQUIRED:
        if stage.setting(key) is None and key not in wrong_keys:
            yield Wrong((key,), f"found none, expected {expected}: a deploy says where it goes")
    if stage.run is not None:
        yield Wrong(
            ("run",), "found with the target 'kubernetes', expected none: it applies manifests and runs no line"
        )
    kind = stage.setting("manifests", "files")
    if stage.source is not None and kind != "files":
        yield Wrong(
            ("source",), f'found with manifests = "{kind}", expected none: that says itself which files it takes'
        )
    for name in NOT_SET:
        if name in dict(stage.env):
            message = "found with the target 'kubernetes', expected none: it is yours, and tells what you allow"
            yield Wrong(("env", name), message)
    if stage.setting("reset") == "all":
        yield from _reset_all(stage)


def _reset_all(stage: Stage) -> Iterator[Wrong]:
    if not stage.setting("allow_delete_all"):
        message = 'found "all", expected allow_delete_all = true beside it: it deletes what others have deployed, too'
        yield Wrong(("reset",), message)
    namespace = stage.setting("namespace") or ""
    if EVERYBODYS.fullmatch(namespace):
        message = f'found {quote(namespace)} with reset = "all", expected a namespace of your own'
        yield Wrong(("namespace",), message)
