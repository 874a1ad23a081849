"""`checkout`: another repository's content, brought to a folder by our own recipe (recipes/checkout)."""

from __future__ import annotations

from gofigure.model import RECIPE, Command, Setting, Stage

TELLS_VERSION = True
READS_WHOLE_LOCATIONS = True
ROOTS: tuple[str, ...] = ()
MANIFESTS: tuple[str, ...] = ()
ENVIRONMENT: tuple[tuple[str, str], ...] = ()
# Where the user's keys are, how git is told to reach a server, and where it finds the user's settings.
PASSES = (
    "SSH_AUTH_SOCK", "GIT_SSH_COMMAND", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH",
    "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM",
)  # fmt: skip

# With what is not said: the newest content of the branch that the remote calls its own.
DEFAULTS: dict[str, Setting] = {
    "url": "",
    "ref": "HEAD",
    "dest": None,
    "depth": 1,
    "submodules": False,
    "lfs": False,
    "filter": None,
    "credentials": "none",
    "use_its_jobs": False,
}


def commands(stage: Stage) -> tuple[Command, ...]:
    import json

    spec = {name: stage.setting(name, default) for name, default in DEFAULTS.items()}
    return (Command((RECIPE, "checkout", json.dumps(spec, sort_keys=True))),)


def source(_stage: Stage) -> str | None:
    return None


def tools(_stage: Stage) -> tuple[str, ...]:
    """None: whichever git brings it, a commit is the same."""
    return ()
