"""File watchers beside one another: how each is told to run one stage after a save, with its own defaults.

A new one is a function that starts it, and a line in WATCHERS; it raises `NotHere` where its tool is not installed.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from bench.live import Ended, Live
from bench.managers import NotHere
from support.repo import Repo

FLOOR = "raw inotify"
GOFIGURE = "gofigure"
AT_ONCE = "gofigure, settle 0"

Begin: TypeAlias = Callable[[Live, Repo], float]


def _tool(name: str) -> str:
    """Beside this Python, or on the PATH."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        raise NotHere(f"{name} is not installed")
    return found


def floor(live: Live, repo: Repo) -> float:
    script = Path(__file__).with_name("inotify_floor.py")
    return live.begin([sys.executable, str(script), str(live.stage), str(live.root)], repo.env)


def gofigure(*options: str) -> Begin:
    def begin(live: Live, repo: Repo) -> float:
        return live.begin([*repo.command, "watch", "--json", "--no-notify", *options], repo.env)

    return begin


def is_ready(live: Live) -> bool:
    """Whether gofigure has said that it has looked at everything once."""
    whole, _, _ = live.said.rpartition(b"\n")
    return any(json.loads(line).get("ready") for line in whole.splitlines() if line.startswith(b"{"))


def watchexec(live: Live, repo: Repo) -> float:
    return live.begin([_tool("watchexec"), "--", str(live.stage)], repo.env)


def watchman(live: Live, repo: Repo) -> float:
    folder = live.stage.parent
    where = [_tool("watchman"), f"--sockname={folder}/socket"]
    files = [f"--logfile={folder}/log", f"--pidfile={folder}/pid", "--no-save-state"]
    begun = live.begin([*where, *files, "--foreground"], repo.env)
    while not (folder / "socket").exists():
        live.rest(0.02)
    for command in (
        ["watch", str(live.root)],
        ["trigger", str(live.root), {"name": "stage", "command": [str(live.stage)], "stdin": "/dev/null"}],
    ):
        said = subprocess.run(
            [*where, "--no-spawn", "--json-command"],
            input=json.dumps(command).encode(),
            env=dict(repo.env),
            capture_output=True,
            check=False,
        )
        if said.returncode or b'"error"' in said.stdout:
            raise Ended(f"watchman {command[0]}: {(said.stdout + said.stderr).decode(errors='replace').strip()}")
    return begun


def entr(live: Live, repo: Repo) -> float:
    return live.begin([_tool("entr"), "-n", str(live.stage)], repo.env, stdin=repo.git("ls-files"))


def watchfiles(live: Live, repo: Repo) -> float:
    return live.begin([_tool("watchfiles"), str(live.stage), str(live.root)], repo.env)


def watchmedo(*options: str) -> Begin:
    def begin(live: Live, repo: Repo) -> float:
        argv = [_tool("watchmedo"), "shell-command", "--recursive", *options, f"--command={live.stage}"]
        return live.begin([*argv, str(live.root)], repo.env)

    return begin


# The first is what the others are held against.
WATCHERS: Mapping[str, Begin] = {
    FLOOR: floor,
    GOFIGURE: gofigure(),
    AT_ONCE: gofigure("--settle", "0"),
    "watchexec": watchexec,
    "watchman, trigger": watchman,
    "entr": entr,
    "watchfiles": watchfiles,
    "watchmedo": watchmedo(),
    "watchmedo --drop": watchmedo("--drop"),
}


def versions() -> str:
    """One line, of those that are here."""
    found = []
    for name in ("watchexec", "watchman", "entr", "watchfiles", "watchmedo"):
        with contextlib.suppress(NotHere):
            said = subprocess.run([_tool(name), "--version"], capture_output=True, text=True, check=False)
            numbers = [word for word in (said.stdout + said.stderr).split() if word.strip("v")[:1].isdigit()]
            found.append(f"{name} {numbers[0].strip('v') if numbers else ''}".strip())
    return ", ".join(found)


@contextlib.contextmanager
def at_work(first: Repo, made: Path, names: Sequence[str]) -> Iterator[list[tuple[Live, Repo]]]:
    """Those that can be had, each awake, in a copy of `first` below `made`; why the others cannot is told."""
    found: list[tuple[Live, Repo]] = []
    with contextlib.ExitStack() as stack:
        for number, name in enumerate(names):
            live, repo = stand(first, made / str(number), name)
            stack.callback(live.close)
            try:
                WATCHERS[name](live, repo)
                live.wake()
            except (NotHere, Ended) as missing:
                print(f"{name}: left out: {missing}", flush=True)
                live.stop()
                continue
            found.append((live, repo))
        yield found


def stand(first: Repo, folder: Path, name: str) -> tuple[Live, Repo]:
    """A copy of `first` in `folder`, and in it a watcher that has not begun.

    Only gofigure looks at what its files are, and gets files of its own. Its configuration is on no branch, and stays.
    """
    ours = name in {GOFIGURE, AT_ONCE}
    root = folder / "root"
    folder.mkdir(parents=True)
    subprocess.run(["cp", "-a" if ours else "-al", first.root, root], check=True)
    repo, live = first.at(root), Live(name, root, folder)
    repo.git("status")  # the index knows the copies
    if ours:
        repo.config(f'[jobs.saved]\non = ["change"]\nstages = ["stage"]\n[stages.stage]\nrun = "{live.stage}"\n')
        assert repo.gofigure("allow", "--yes").returncode == 0, "gofigure allow failed"
    else:
        live.own()
    return live, repo
