"""The key of a stage: the digest of all that decides its result, and the manifest that spells it out."""

import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gofigure.digest.content import digest_bytes
from gofigure.digest.frame import Plain, digest_value
from gofigure.digest.tree import Entry
from gofigure.model import Command, Stage
from gofigure.snapshot.select import Selector

_CONTEXT = "gofigure 2026-11 key"
_FILE_CONTEXT = "gofigure 2026-11 file key"
_HANDED_CONTEXT = "gofigure 2026-11 handed key"
_SCHEMA = 1  # raised when the meaning of a key changes: every older proof then stops counting


# Stands for a secret's value, which is no part of a key. No variable can really have it.
_HIDDEN = "\0secret"


class Facts(NamedTuple):
    """What decides a stage's result, besides the content that it reads."""

    stage: str
    command: Sequence[Plain]  # what will really be executed, and where
    type: str
    env: Mapping[str, str]  # declared variables; values of passed ones are digested, they may be secret; see _HIDDEN
    tools: Mapping[str, str]  # name -> version and content digest
    platform: str
    upstream: Mapping[str, str]  # needed stage -> its key
    shared: str  # of a per-file stage: the digest of what every file's result depends on besides


def platform() -> str:
    system = os.uname()
    return f"{system.sysname.lower()}-{system.machine}"


def facts_of(
    stage: Stage,
    commands: Sequence[Command],
    env: Mapping[str, str],
    tools: Mapping[str, str],
    upstream: Mapping[str, bytes],
    system: str,
    shared: bytes = b"",
) -> Facts:
    written = dict(stage.env)
    return Facts(
        stage.name,
        [[*command.argv, "in", command.cwd] for command in commands],
        stage.type,
        {
            name: value if name in written else "digest " + digest_bytes(os.fsencode(value)).hex()[:16]
            for name, value in sorted(env.items())
        }
        | dict.fromkeys(sorted(stage.secrets), _HIDDEN),
        dict(sorted(tools.items())),
        system,
        in_words(upstream),
        shared.hex(),
    )


def in_words(upstream: Mapping[str, bytes]) -> Mapping[str, str]:
    """Needed stage -> its key, with the digest of what it has made if that decides anything."""
    return {name: key.hex() for name, key in sorted(upstream.items())}


def stage_key(facts: Facts, inputs: bytes) -> bytes:
    """The key of a stage on an input digest. The stage's own name is no part of it: renaming proves nothing new."""
    return digest_value(_CONTEXT, [_SCHEMA, *facts[1:], inputs])


def handed_key(key: bytes, hook: str) -> bytes:
    """The key of a stage that read what git handed to a hook: nothing without that is to be taken for it."""
    return digest_value(_HANDED_CONTEXT, [key, hook])


def manifest_of(facts: Facts, selectors: Sequence[Selector], inputs: bytes, tree: bytes) -> Mapping[str, object]:
    """What a key is made of, for people: every fact, the input digest, and the tree to find the files by."""
    return {
        **facts._asdict(),
        "selector": [list(selector) for selector in selectors],
        "inputs": inputs.hex(),
        "tree": tree.hex(),
    }


def file_keys(facts: Facts, files: Sequence[tuple[bytes, Entry]]) -> list[bytes]:
    """One key per file of a per-file stage."""
    common = digest_value(_CONTEXT, [_SCHEMA, *facts[1:], "per file"])
    return [digest_value(_FILE_CONTEXT, [common, path, kind, digest]) for path, (kind, digest) in files]
