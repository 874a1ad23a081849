"""Split a list of file names so that each command line fits the system's limit."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

_POINTER = 8  # each string also costs a pointer (execve(2), "Limits on size of arguments and environment")
_SLACK = 4096
_MOST = 1 << 20  # no system is helped by longer ones, and a smaller one is reported sooner


def argument_space(env: Mapping[str, str]) -> int:
    """Bytes that the arguments of one command may take."""
    limit = os.sysconf("SC_ARG_MAX")
    taken = sum(len(os.fsencode(f"{name}={value}")) + 1 + _POINTER for name, value in env.items())
    return max(_SLACK, min(limit - taken - _SLACK, _MOST))


def split(files: Sequence[bytes], fixed: Sequence[str], space: int) -> list[tuple[bytes, ...]]:
    """Consecutive runs of `files`, each short enough beside the `fixed` words; never an empty one."""
    room = space - sum(len(os.fsencode(word)) + 1 + _POINTER for word in fixed)
    batches: list[tuple[bytes, ...]] = []
    batch: list[bytes] = []
    used = 0
    for file in files:
        size = len(file) + 1 + _POINTER
        if batch and used + size > room:
            batches.append(tuple(batch))
            batch, used = [], 0
        batch.append(file)
        used += size
    if batch:
        batches.append(tuple(batch))
    return batches


def as_argument(file: bytes) -> bytes:
    """A name that no program takes for an option."""
    return b"./" + file if file.startswith(b"-") else file
