"""The older JSON files into TOML, behind what a TOML file says already."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from gofigure.config.layers import Layer, Layers, names_of
from gofigure.config.lines import scan
from gofigure.config.load import parse_layers
from gofigure.config.older import Older, read_older, same_names
from gofigure.config.older_files import read_older_files
from gofigure.config.reading import job_files
from gofigure.config.to_toml import to_toml
from gofigure.config.toml_file import decode, parse_toml, read
from gofigure.errors import ConfigError, GofigureError
from gofigure.model import is_older_job

if TYPE_CHECKING:
    from collections.abc import Sequence


class Imported(NamedTuple):
    """What a TOML file would say."""

    path: str
    before: bytes | None  # None: there is none yet
    after: bytes
    jobs: tuple[str, ...]
    stages: tuple[str, ...]
    replaced: tuple[str, ...]  # the files that say the same, from the root
    layers: Layers  # those that were read


def import_older(path: str, chosen: Sequence[str], *, targets: Sequence[str]) -> Imported:
    """What the TOML file at `path` would say with these files, or with all that there are, named from its folder.

    Raises GofigureError where there are none, ConfigError where they, or the TOML file, are not right, and for names
    that both have.
    """
    folder = os.path.dirname(path)
    all_jobs = job_files(folder)
    jobs = [name for name in chosen if is_older_job(os.path.basename(name))] if chosen else all_jobs
    if not chosen and not all_jobs:
        raise GofigureError(f"no gofigure-JOB.json in {folder}", hint="gofigure init writes a .gofigure.toml")
    before = read(path) if os.path.lexists(path) else None
    stages = [name for name in chosen if name not in jobs]
    layers = (Layer(path, before or b""), *read_older_files(folder, jobs, stages))
    others = [name for name in all_jobs if name not in jobs]
    rest = tuple(read_older_files(folder, others)) if others else ()
    _refuse_shared(layers, rest)
    older = read_older(layers, targets)
    _refuse(layers, older)
    imported = Imported(
        path,
        before,
        _joined(before or b"", to_toml(older.data, _notes(older, folder))),
        tuple(older.data["jobs"]),
        tuple(older.data["stages"]),
        tuple(name for name, layer in zip(names_of(layers), layers, strict=True) if _goes(layer, rest)),
        layers[1:],
    )
    _check(layers, imported, rest, targets)
    return imported


def _goes(layer: Layer, rest: Layers) -> bool:
    """Whether a file says nothing more than the TOML now: the rest, too, goes by `.fignore`."""
    return layer.kind in ("job", "stage") or (layer.kind == "ignore" and not rest)


def _refuse_shared(layers: Layers, rest: Layers) -> None:
    """Raise GofigureError for a stage that another job would go on reading from its file."""
    paths = {layer.path for layer in layers if layer.kind == "stage"}
    for layer in rest:
        if layer.path in paths:
            raise GofigureError(
                f"{layer.path} is also a stage of a job that is not to be imported",
                hint="import all of them at once: gofigure import",
            )


def _refuse(layers: Layers, older: Older) -> None:
    first, problems = layers[0], list(older.problems)
    text = decode(first.data, first.path)
    problems += same_names(older, parse_toml(text, first.path), first.path, scan(text))
    if problems:
        raise ConfigError(problems)


def _notes(older: Older, folder: str) -> dict[tuple[str, str], str]:
    return {name: f"from {os.path.relpath(path, folder or '.')}" for name, (path, _) in older.places.items()}


def _joined(before: bytes, tables: str) -> bytes:
    """All that was there, byte for byte, and then the tables, with the line ends that it has."""
    end = b"\r\n" if before.count(b"\r\n") * 2 > before.count(b"\n") else b"\n"
    gap = b"" if not before else end if before.endswith(b"\n") else 2 * end
    return before + gap + tables.encode().replace(b"\n", end)


def _check(layers: Layers, imported: Imported, rest: Layers, targets: Sequence[str]) -> None:
    """What does not load, or means something else, is not to be written."""
    before = parse_layers((*layers, *rest), targets=targets)
    try:
        after = parse_layers((Layer(imported.path, imported.after), *rest), targets=targets)
    except ConfigError as error:
        raise GofigureError(
            f"{imported.path} leaves no room for other tables: {error.problems[0].message}",
            hint="write its jobs and stages as tables, [jobs.NAME] and [stages.NAME]",
        ) from error
    if (after.jobs, after.stages) != (before.jobs, before.stages):
        raise AssertionError("what was imported means something else")
