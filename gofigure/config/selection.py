"""Which jobs to run: those of a git hook, or those named on the command line."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from gofigure.config.names import TOP, folder_of, full, is_full, local, resolved
from gofigure.errors import GofigureError
from gofigure.model import Config, Job

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ALL_BELOW = "..."  # at the end of a folder's name: it and all folders below it


def jobs_for(config: Config, hook: str, *, background: bool | None = None) -> tuple[Job, ...]:
    """The jobs that a git hook starts, in the order of the file.

    `background`: only those for which git does not wait (True) or waits (False).
    """
    jobs = tuple(job for job in config.jobs.values() if hook in job.on)
    return jobs if background is None else tuple(job for job in jobs if job.background == background)


def choose(config: Config, words: Sequence[str], here: str = "") -> tuple[Job, ...]:
    """The jobs that words name; all stages among them become one job, in the place of the first.

    No words: every job, or those of the folder that somebody is in. A name that is both a job's and a stage's means
    the job. `here`: where somebody stands, from the root.
    """
    if not words:
        folder = nearest_folder(config, here)
        return tuple(job for job in config.jobs.values() if not folder or job.folder == folder)
    unique = tuple(dict.fromkeys(name for word in words for name in meant(config, word, here)))
    _refuse_unknown(config, unique)
    stages = [name for name in unique if name not in config.jobs]
    chosen: list[Job] = []
    for name in unique:
        if name in config.jobs:
            chosen.append(config.jobs[name])
        elif name == stages[0]:
            chosen.append(Job(name=_joined(stages), stages=_with_needs(config, stages)))
    return tuple(chosen)


def nearest_folder(config: Config, here: str) -> str:
    """The folder with a configuration that a place belongs to; "" is the root."""
    around = (folder for folder in config.folders if here == folder or here.startswith(f"{folder}/"))
    return max(around, key=len, default="")


def meant(config: Config, word: str, here: str = "") -> tuple[str, ...]:
    """The full names that a word on the command line stands for; a word that stands for nothing is left as it is.

    Raises GofigureError for a folder without a configuration.
    """
    if is_full(word):
        return (resolved(word, ""),)
    if not (word.startswith(".") or "/" in word):
        for name in (full(nearest_folder(config, here), word), word):
            if name in config.jobs or name in config.stages:
                return (name,)
        if word not in config.folders:
            return (word,)
    return tuple(job.name for job in _jobs_in(config, word, here))


def _jobs_in(config: Config, word: str, here: str) -> list[Job]:
    """Those of a folder, `services/api`; or of all below it too, `services/...`; as `./...` from where one is."""
    path, all_below = word.removesuffix(ALL_BELOW), word.endswith(ALL_BELOW)
    if path.startswith(TOP):
        path = path.removeprefix(TOP)
    elif path.startswith("."):
        path = posixpath.join(here, path)
    folder = posixpath.normpath(path or ".").removeprefix(".").strip("/")
    within = [job for job in config.jobs.values() if _is_in(job.folder, folder, all_below=all_below)]
    known = any(_is_in(other, folder, all_below=all_below) for other in config.folders)
    if not within and (folder or not config.jobs) and not known:
        raise _no_configuration(config, word, folder)
    return within


def _is_in(folder: str, asked: str, *, all_below: bool) -> bool:
    return folder == asked or (all_below and (not asked or folder.startswith(f"{asked}/")))


def _no_configuration(config: Config, word: str, folder: str) -> GofigureError:
    from gofigure.config.suggest import listed, nearest, single_quoted

    if any(other.startswith(f"{folder}/") for other in config.folders):
        return GofigureError(
            f"{single_quoted(word)} has no configuration of its own", hint=f"all below it: {folder}/{ALL_BELOW}"
        )
    near = nearest(folder, config.folders)
    meant = f"; did you mean {single_quoted(near)}?" if near else ""
    hint = f"folders with one: {listed(config.folders)}" if config.folders else "gofigure init writes one there"
    return GofigureError(f"{single_quoted(word)} is no folder with a configuration{meant}", hint=hint)


def _joined(stages: Sequence[str]) -> str:
    """What a job of some stages is called; those of one folder name it once."""
    folders = {folder_of(name) for name in stages}
    if len(folders) == 1:
        return full(folders.pop(), "+".join(map(local, stages)))
    return "+".join(stages)


def _with_needs(config: Config, names: Sequence[str]) -> tuple[str, ...]:
    """The stages and all that they need, needs first; without recursion, because chains may be long."""
    ordered: dict[str, None] = {}
    pending = list(reversed(names))
    while pending:
        missing = [name for name in config.stages[pending[-1]].needs if name not in ordered]
        if missing:
            pending.extend(reversed(missing))
        else:
            ordered[pending.pop()] = None
    return tuple(ordered)


def unknown(config: Config, names: Iterable[str]) -> list[str]:
    """A line for each name that is neither a job's, nor a stage's, nor a folder's."""
    known = {*config.jobs, *config.stages, *config.folders}
    strangers = [name for name in names if name not in known]
    if not strangers:
        return []
    from gofigure.config.suggest import nearest, single_quoted

    valid = (*config.jobs, *config.stages)
    lines = []
    for name in strangers:
        if name in config.disabled:
            lines.append(f"{single_quoted(name)} is disabled (enabled = false)")
            continue
        near = nearest(name, valid) or next((full for full in valid if local(full) == name), None)
        meant = f"; did you mean {single_quoted(near)}?" if near else ""
        lines.append(f"no job or stage is named {single_quoted(name)}{meant}")
    return lines


def _refuse_unknown(config: Config, names: Sequence[str]) -> None:
    lines = unknown(config, names)
    if not lines:
        return
    from gofigure.config.suggest import listed

    hint = f"jobs: {listed(tuple(config.jobs)) or 'none'}; stages: {listed(tuple(config.stages)) or 'none'}"
    raise GofigureError("\n".join(lines), hint=hint)
