"""What the logs of runs are called: for those who write them, who look for them, and who take them away."""

from __future__ import annotations

import os
import re
import time
from typing import NamedTuple

# "~" cannot be in a stage's name, so no two stages share a log.
_NAME = re.compile(r"([^~]+)(?:~(\d+))?(?:~try(\d+))?\.log")
_FOLDER = re.compile(r"(\d{1,18})(?:-(\d{1,20}))?")
_CLOCK_NS = 2_000_000_000  # the coarsest clock among the file systems in use (FAT)


class LogFile(NamedTuple):
    """What one command of a stage printed in one attempt."""

    path: str
    attempt: int  # from 1
    command: int  # from 1


def runs_folder(state_dir: str) -> str:
    """Where each run has a folder for its logs."""
    return os.path.join(state_dir, "runs")


def make_folder(state_dir: str, run: int) -> str:
    """A new folder for a run's logs; in the system's place for temporary files where ours cannot be written."""
    runs = runs_folder(state_dir)
    folder = os.path.join(runs, str(run))
    try:
        os.makedirs(runs, mode=0o700, exist_ok=True)
        try:
            os.mkdir(folder, 0o700)
        except FileExistsError:  # a store that was begun anew counts from 1 again
            folder = f"{folder}-{time.time_ns()}"
            os.mkdir(folder, 0o700)
    except OSError:
        import tempfile

        folder = tempfile.mkdtemp(prefix="gofigure-")
    return folder


def folders(state_dir: str) -> list[tuple[int, str]]:
    """(run, folder) of each folder that `make_folder` has made here; of no link and nothing else."""
    found: list[tuple[int, str]] = []
    try:
        with os.scandir(runs_folder(state_dir)) as entries:
            for entry in entries:
                name = _FOLDER.fullmatch(entry.name)
                if name and entry.is_dir(follow_symlinks=False):
                    found.append((int(name[1]), entry.path))
    except OSError:
        return []
    return found


def folder_of(state_dir: str, run: int, started_ns: int) -> str | None:
    """The folder of a run that has not said yet where its logs are; None: it has none.

    `started_ns`: when it was recorded, which is before its folder is made. An older folder of the same number is
    from a store that is no more.
    """
    newest: tuple[int, str] | None = None
    for number, folder in folders(state_dir):
        if number == run:
            try:
                changed = os.stat(folder).st_mtime_ns
            except OSError:
                continue
            newest = max(newest or (0, ""), (changed, folder))
    return newest[1] if newest is not None and newest[0] + _CLOCK_NS >= started_ns else None


def stem_of(stage: str) -> str:
    """A stage's name as the beginning of a file's: nothing in it can leave the folder."""
    return "".join(char if char.isalnum() or char in "-_." else f"%{ord(char):02x}" for char in stage).lstrip(".")


def path_of(stem: str, *, command: int, commands: int, attempt: int) -> str:
    """The log of one command (from 1) of several, in one attempt (from 1). `stem`: with the folder."""
    step = f"~{command}" if commands > 1 else ""
    again = f"~try{attempt}" if attempt > 1 else ""
    return f"{stem}{step}{again}.log"


def logs_in(folder: str | None) -> dict[str, list[LogFile]]:
    """The logs in a run's folder by their stages' stems, each list in the order in which they were written."""
    found: dict[str, list[LogFile]] = {}
    try:
        names = os.listdir(folder) if folder is not None else []
    except OSError:
        return {}
    for name in names:
        match = _NAME.fullmatch(name)
        if match and folder is not None:
            log = LogFile(os.path.join(folder, name), int(match[3] or 1), int(match[2] or 1))
            found.setdefault(match[1], []).append(log)
    for logs in found.values():
        logs.sort(key=lambda log: (log.attempt, log.command))
    return found
