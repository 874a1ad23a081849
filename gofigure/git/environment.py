"""Git's variables: taken out of the process once, at the door.

Git tells a hook where the repository and the index are through GIT_*; a stage that inherits them and runs git in
another folder damages this repository (pre-commit#300, lefthook#1265, prek#2505).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping
from typing import NamedTuple

# `git rev-parse --local-env-vars`, and the two that git sets for hooks besides.
LOCAL_VARIABLES = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CONFIG",
    "GIT_CONFIG_PARAMETERS",
    "GIT_CONFIG_COUNT",
    "GIT_OBJECT_DIRECTORY",
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_REPLACE_REF_BASE",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_COMMON_DIR",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_EXEC_PATH",
    "GIT_QUARANTINE_PATH",
)

# Where git keeps what a push brings until the hooks have agreed to it (git-receive-pack, "Quarantine Environment").
_QUARANTINE = ("GIT_QUARANTINE_PATH", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES")

# Git refuses these beside GIT_LITERAL_PATHSPECS.
_PATHSPECS = ("GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS")


class GitVariables(NamedTuple):
    """What git handed over, as data."""

    git_dir: str | None = None
    work_tree: str | None = None
    index_file: str | None = None
    quarantine: Mapping[str, str] = {}  # for our own git calls only: what a stage writes must not go there


def take(environ: MutableMapping[str, str]) -> GitVariables:
    """Remove every repository-pointing variable from `environ` and return those that mean something to us.

    Called once, on os.environ, before anything is opened or spawned. Git may give the index relative to the
    current folder.
    """
    taken = {name: environ.pop(name, None) for name in LOCAL_VARIABLES}
    index_file = taken["GIT_INDEX_FILE"]
    return GitVariables(
        taken["GIT_DIR"],
        taken["GIT_WORK_TREE"],
        os.path.abspath(index_file) if index_file else None,
        {name: value for name in _QUARANTINE if (value := taken[name])} if taken["GIT_QUARANTINE_PATH"] else {},
    )


def for_git(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of our own git calls: the user's, less repository pointers, never asking questions."""
    env = {name: value for name, value in environ.items() if name not in LOCAL_VARIABLES + _PATHSPECS}
    env.update(
        LC_ALL="C",
        GIT_OPTIONAL_LOCKS="0",
        GIT_TERMINAL_PROMPT="0",
        GIT_NO_LAZY_FETCH="1",  # a partial clone must not go to the network for a digest
        GIT_ALLOW_PROTOCOL="none",  # nor with git before 2.45, which would run core.sshCommand for it
        GIT_NO_REPLACE_OBJECTS="1",  # they are neither committed nor pushed
        GIT_LITERAL_PATHSPECS="1",
    )
    return env
