"""`pre-commit`: the hooks of an existing .pre-commit-config.yaml, by prek or pre-commit, whichever is installed.

`run` holds a hook's id and further arguments; without it, all hooks run. It is always told of files, with `files` by
name and else all of them: so it stashes nothing, and runs on what is checked out (docs/decisions/0050-import.md).
"""

from __future__ import annotations

from gofigure.model import Command, Stage

TELLS_VERSION = True
READS_WHOLE_LOCATIONS = True
ROOTS: tuple[str, ...] = ()
MANIFESTS: tuple[str, ...] = ()
ENVIRONMENT: tuple[tuple[str, str], ...] = ()
# Where the environments of its hooks are: which ones, and so what they do, its configuration says by `rev`.
PASSES = ("PRE_COMMIT_HOME", "PREK_HOME")

PROGRAMS = ("prek", "pre-commit")
# What the result of every file depends on, with `files`.
_NAMES = (".pre-commit-config.yaml", ".pre-commit-config.yml", "prek.toml")
SETTINGS = (".pre-commit-config.y*ml", "prek.toml")

_LINE = (
    f"for program in {' '.join(PROGRAMS)}; do"
    ' if command -v "$program" >/dev/null 2>&1; then exec "$program" run "$@"; fi; done;'
    ' echo "neither prek nor pre-commit can be started: pipx install pre-commit" >&2; exit 127'
)

# Hooks that ask git for the branch, or for what is staged, beside what they are handed.
_ASKING = (
    "no-commit-to-branch check-added-large-files check-merge-conflict check-case-conflict destroyed-symlinks"
    " forbid-submodules forbid-new-submodules gitleaks gitleaks-docker gitleaks-system check-branch-name"
)
_ASKS = (
    rf"(?:^|[\s:\"',\[{{]|/)(?:{'|'.join(_ASKING.split())})(?=$|[\s\"',\]}}])"
    r"|(?<!\S)--(?:staged|cached)(?!\S)"
    r"|\bgit\s+(?:branch|symbolic-ref|rev-parse\s+--abbrev-ref|status|log|rev-list|describe)\b"
)


def elsewhere(run: str) -> str:
    """The configuration that a line of further arguments names; "" if none."""
    import re

    found = re.search(r"(?<!\S)(?:-c|--config)(?:=|\s+|(?<=-c))(\"[^\"]*\"|'[^']*'|\S+)", run)
    return found[1].strip("\"'").removeprefix("./") if found else ""


def settings(run: str) -> tuple[str, ...]:
    """Globs of what the result of every file depends on; those below come first where no other is named."""
    named = elsewhere(run)
    return (named,) if named else SETTINGS


def hook_in(run: str) -> bool:
    """Whether a line of further arguments names a hook: else all of them run."""
    words = run.split()
    return any(
        not word.startswith("-") and before not in ("-c", "--config", "--hook-stage", "--stage", "--color")
        for before, word in zip(("", *words), words, strict=False)
    )


def places_of(stage: Stage) -> tuple[str, ...]:
    """Where its configuration may stand, from the root."""
    names = (elsewhere(stage.run or ""),) if elsewhere(stage.run or "") else _NAMES
    return tuple(f"{folder}/{name}" if folder else name for folder in stage.locations or ("",) for name in names)


def asks_git(text: str) -> bool:
    """Whether some command line or configuration is about the branch or the index, and so about more than files."""
    import re

    return re.search(_ASKS, text, re.MULTILINE) is not None


def commands(stage: Stage) -> tuple[Command, ...]:
    import shlex

    argv = ("/bin/sh", "-c", _LINE, "sh", *shlex.split(stage.run or ""))
    if stage.files is not None:
        return (Command((*argv, "--files"), takes_files=True),)
    return tuple(Command((*argv, "--all-files"), cwd) for cwd in stage.locations or ("",))


def source(stage: Stage) -> str | None:
    """Its configuration, in the location itself, unless `run` says where else."""
    return stage.source or (None if elsewhere(stage.run or "") else r"^(\.pre-commit-config\.ya?ml|prek\.toml)$")


def tools(_stage: Stage) -> tuple[str, ...]:
    return PROGRAMS
