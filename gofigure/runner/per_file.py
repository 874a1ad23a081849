"""Per-file stages: which of their files are without a proof, and what passing proves of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from gofigure.digest.tree import Entry
from gofigure.runner.key import Facts, file_keys
from gofigure.runner.why import NO_PROOF
from gofigure.snapshot.select import show
from gofigure.store.proofs import Proofs

_NAMES_SHOWN = 3


class Files(NamedTuple):
    """Files to hand over, and the key of each."""

    paths: tuple[bytes, ...]
    keys: tuple[bytes, ...]


def every(found: Sequence[tuple[bytes, Entry]], facts: Facts) -> Files:
    return Files(tuple(path for path, _ in found), tuple(file_keys(facts, found)))


def without_proof(files: Files, proofs: Proofs, outputs: bytes) -> Files:
    """Those without a proof beside what stages have made: see plan.Step.outputs."""
    missing = proofs.unproven_files(files.keys, outputs)
    left = [(path, key) for path, key in zip(*files, strict=True) if key in missing]
    return Files(tuple(path for path, _ in left), tuple(key for _, key in left))


def among(files: Files, paths: frozenset[bytes]) -> Files:
    some = [(path, key) for path, key in zip(*files, strict=True) if path in paths]
    return Files(tuple(path for path, _ in some), tuple(key for _, key in some))


def reason(left: Files, files: Files, why: str) -> str:
    """Why those that are left must be handed over. `why`: what they all have in common, if that is known."""
    names = ", ".join(show(path) for path in left.paths[:_NAMES_SHOWN])
    more = f" and {len(left.paths) - _NAMES_SHOWN} more" if len(left.paths) > _NAMES_SHOWN else ""
    counted = f"{len(left.paths)} of {len(files.paths)} files without a proof: {names}{more}"
    return f"{why}; {counted}" if why and why != NO_PROOF else counted
