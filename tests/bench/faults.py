"""`make bench-faults`: what becomes of a person's work when a commit goes wrong, beside the peers, in one run.

    python tests/bench/faults.py [--trials N] [--write] [--only WORDS]

Each trial is a new repository with a staged edit and an unstaged one above it. `--write` puts the table into
docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from bench import page  # noqa: E402
from bench.managers import Manager, install, managers  # noqa: E402
from support.install import install_wheel  # noqa: E402
from support.repo import Repo, clean_environment  # noqa: E402
from support.rig import alive, bearers  # noqa: E402

from gofigure.process import family  # noqa: E402

GRACE = 2.0  # seconds after which whoever is left counts as an orphan
PATIENCE = 60.0
BACKGROUND = 4
HEAD = "## Faults\n\nHow to repeat: `make bench-faults`."
STAGED, UNSTAGED = "staged\n", "unstaged: not to be lost\n"
NESTED = "cd $(mktemp -d) && git init -q && echo x > inner && git add inner && git commit -q -m nested"
ODD = [b"\xff", b"new\nline", b"-rf", b"$(touch canary)", b"`touch canary`", b'"quoted"', b"it's", b"\x1b[2J", b"a b"]
SHELLS = {"sh", "dash", "bash"}


class Trial(NamedTuple):
    """One repository, with a manager's hook in it."""

    manager: Manager
    repo: Repo
    folder: Path


class Fault(NamedTuple):
    """A row of the table: its hook, and what came of one trial, in words, or in seconds."""

    name: str
    hook: str
    run: Callable[[Trial], str | float]
    names: bool = False


def _hold(folder: Path) -> str:
    return f"echo $$ > {folder}/here.new; mv {folder}/here.new {folder}/here; sleep 60; :"


def _start(trial: Trial, *args: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        ["git", "commit", "-q", "-m", "two", *args],
        cwd=trial.repo.root,
        env=dict(trial.repo.env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _until(true: Callable[[], object], seconds: float = PATIENCE) -> bool:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def _manager_of(hook: int, git: int) -> int:
    """The nearest process above the hook that is no shell."""
    known = family.table()
    pid = known[hook].parent
    while pid in known and pid != git:
        if os.path.basename(os.readlink(f"/proc/{pid}/exe")) not in SHELLS:
            return pid
        pid = known[pid].parent
    raise RuntimeError("the hook has no manager")


def _killed(number: int, *, group: bool) -> Callable[[Trial], str]:
    def run(trial: Trial) -> str:
        git = _start(trial)
        here = trial.folder / "here"
        if not _until(here.exists):
            raise RuntimeError(f"{trial.manager.name}: its hook never began")
        hook = int(here.read_text())
        os.killpg(git.pid, number) if group else os.kill(_manager_of(hook, git.pid), number)
        git.wait(PATIENCE)
        home = f"HOME={trial.repo.env['HOME']}".encode()
        _until(lambda: not bearers(home), GRACE)
        orphans = len(bearers(home))
        kept = (trial.repo.root / "file").read_text() == UNSTAGED
        return f"{'kept' if kept else 'gone'}, {'orphans' if orphans else '0 orphans'}"

    return run


def _nested(*args: str, linked: bool = False) -> Callable[[Trial], str]:
    def run(trial: Trial) -> str:
        repo = trial.repo
        if linked:
            repo = repo.at(trial.folder / "linked")
            trial.repo.git("worktree", "add", "-q", "-b", "other", str(repo.root))
            repo.write("file", STAGED)
            repo.git("add", "file")
        else:
            repo.write("file", STAGED)
        head = repo.git("rev-parse", "HEAD")
        done = repo.try_git("commit", "-q", "-m", "two", *args)
        if b"inner" in repo.git("ls-tree", "-r", "HEAD"):
            return "lands on the user's branch"
        if b"inner" in repo.git("ls-files"):
            return "the user's index altered"
        if done.returncode:
            return "commit fails"
        return "ok" if repo.git("rev-parse", "HEAD~1") == head else "history altered"

    return run


def _background(trial: Trial) -> float:
    trial.repo.write("file", STAGED)
    begun = time.monotonic()
    git = _start(trial)
    code = git.wait(PATIENCE)
    took = time.monotonic() - begun
    if code:
        raise RuntimeError(f"{trial.manager.name}: the commit failed")
    return took


def _odd_names(trial: Trial) -> str:
    for name in ODD:
        trial.repo.write(name, "x\n")
    trial.repo.git("add", "-A", "--", *[b"./" + name for name in ODD])
    done = trial.repo.try_git("commit", "-q", "-m", "two")
    if any(trial.folder.rglob("canary")):
        return "a name was run"
    if done.returncode:
        return "commit fails"
    handed = trial.folder / "handed"
    got = handed.read_bytes().split(b"\0") if handed.exists() else []
    return "ok" if {os.path.basename(name) for name in got} >= set(ODD) else "commits, names not as they are"


FAULTS = [
    Fault("SIGINT to the group", "HOLD", _killed(signal.SIGINT, group=True)),
    Fault("SIGTERM to the group", "HOLD", _killed(signal.SIGTERM, group=True)),
    Fault("SIGHUP to the group (terminal closed)", "HOLD", _killed(signal.SIGHUP, group=True)),
    Fault("SIGKILL to the group", "HOLD", _killed(signal.SIGKILL, group=True)),
    Fault("SIGTERM to the manager only", "HOLD", _killed(signal.SIGTERM, group=False)),
    Fault("SIGKILL to the manager only", "HOLD", _killed(signal.SIGKILL, group=False)),
    Fault("git in the hook, `commit`", NESTED, _nested()),
    Fault("git in the hook, `commit -a`", NESTED, _nested("-a")),
    Fault("git in the hook, linked worktree", NESTED, _nested(linked=True)),
    Fault(f"a background child of {BACKGROUND} s: the commit takes", f"sleep {BACKGROUND} &", _background),
    Fault(r"staged names `\xff`, newline, `-rf`, `$(…)`, quotes, ESC", "HANDED", _odd_names, names=True),
]


def _trial(manager: Manager, fault: Fault, folder: Path) -> str | float:
    """A new repository each time, and nobody left of it afterwards."""
    home = folder / "home"
    home.mkdir(parents=True)
    env = clean_environment(home)
    script = folder / "hook.sh"
    line = fault.hook.replace("HOLD", _hold(folder)).replace("HANDED", f"printf '%s\\0' \"$@\" >> {folder}/handed")
    script.write_text(f"#!/bin/sh\n{line}\n")
    script.chmod(0o755)
    repo = Repo.create(folder / "repo", env)
    manager.config(repo.root, str(script), fault.names)
    repo.write("file", "1\n")
    repo.write("other", "1\n")
    repo.git("add", "-A")
    repo.git("commit", "-q", "-m", "one")
    install(manager, repo.root, env)
    repo.write("file", STAGED)
    repo.git("add", "file")
    if not fault.names:
        repo.write("file", UNSTAGED)
    try:
        return fault.run(Trial(manager, repo, folder))
    finally:
        for pid in bearers(f"HOME={home}".encode()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        _until(lambda: not any(map(alive, bearers(f"HOME={home}".encode()))), GRACE)
        shutil.rmtree(folder, ignore_errors=True)


def _cell(outcomes: list[str | float]) -> str:
    seconds = [one for one in outcomes if isinstance(one, float)]
    if seconds:
        return f"{statistics.median(seconds):.1f} s (at most {max(seconds):.1f})"
    counted = Counter(map(str, outcomes)).most_common()
    return "; ".join(f"{words} {times}/{len(outcomes)}" for words, times in counted)


def table(folder: Path, found: list[Manager], trials: int, only: str) -> list[str]:
    """Markdown. Trials go in turn, so that a slow moment of the machine hits all of them."""
    lines = [
        "| fault | " + " | ".join(f"{one.name} {one.version}".strip() for one in found) + " |",
        "|---" * (len(found) + 1) + "|",
    ]
    for fault in [fault for fault in FAULTS if only in fault.name]:
        outcomes: Mapping[str, list[str | float]] = {one.name: [] for one in found}
        for number in range(trials):
            for one in found:
                outcomes[one.name].append(_trial(one, fault, folder / f"{one.name}-{number}"))
        lines.append(f"| {fault.name} | " + " | ".join(_cell(outcomes[one.name]) for one in found) + " |")
        print(lines[-1], flush=True)
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--only", default="")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="gofigure-faults-"))
    try:
        gofigure = install_wheel(folder / "venv") / "bin" / "gofigure"
        lines = table(folder, managers(folder, gofigure), options.trials, options.only)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    lines = [f"{options.trials} trials for each cell.", "", *lines]
    print("\n".join(lines))
    if options.write:
        page.write("faults", HEAD, lines)


if __name__ == "__main__":
    main()
