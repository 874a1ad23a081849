"""A working tree, tools that write into it, a user, and an engine, in simulated time: what `no_loops` is tried on.

The tree is a dict, a run takes its seconds and lets its tools write in the middle, and the engine does nothing but
ask `decide` at each look and tell `after` of each run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from gofigure.runner.no_loops import Chain, Decision, Ran, Role, Seen, after, decide, role_of

Tree = dict[bytes, str]
Tool = Callable[[Tree], None]
SETTLE = 0.1


def binary(tree: Tree) -> None:
    """A build: its output is untracked, and another one for other sources."""
    tree[b"app"] = f"built from {tree[b'a.py']} {tree[b'b.py']}"


def generator(tree: Tree) -> None:
    """The same with a file that is committed."""
    tree[b"dist/app"] = f"built from {tree[b'a.py']} {tree[b'b.py']}"


def stamp(tree: Tree) -> None:
    """A generator that never writes the same twice."""
    tree[b"version"] += "."


def formatter(tree: Tree) -> None:
    tree[b"a.py"] = tree[b"a.py"].strip()


def flip(tree: Tree) -> None:
    """A formatter without a fixpoint."""
    tree[b"a.py"] = tree[b"a.py"].removesuffix(";") if tree[b"a.py"].endswith(";") else tree[b"a.py"] + ";"


@dataclass
class Job:
    tools: tuple[Tool, ...] = ()
    seconds: float = 1.0
    reads: Callable[[bytes], bool] = lambda _path: True
    outputs: tuple[bytes, ...] = ()
    chain: Chain = field(default_factory=Chain)
    runs: list[tuple[Tree, bool]] = field(default_factory=list)  # what each began on, and whether it proved that
    roles: dict[bytes, Role] = field(default_factory=dict)  # of what changed under the newest
    said: list[Decision] = field(default_factory=list)

    def digest(self, tree: Tree) -> bytes:
        return repr(sorted(one for one in tree.items() if self.reads(one[0]) and one[0] not in self.outputs)).encode()


@dataclass
class World:
    """`todo`: what the user does, and when: writes or removes a path, or asks for a run (no path)."""

    jobs: tuple[Job, ...]
    todo: list[tuple[float, bytes, str | None]] = field(default_factory=list)
    tree: Tree = field(
        default_factory=lambda: {b"a.py": "a", b"b.py": "b", b"dist/app": "built from a b", b"version": "1"}
    )
    now: float = 0.0
    changed_at: float = 0.0  # when something changed last, as far as the engine can see
    written: dict[bytes, tuple[Role, str | None]] = field(default_factory=dict)  # by runs
    windows: list[tuple[Tree, Tree]] = field(default_factory=list)  # since the look before

    def __post_init__(self) -> None:
        self.tracked = set(self.tree)
        self.accounted = dict(self.tree)
        self.asked = 0

    def play(self) -> World:
        """Until nothing happens any more by itself. Fails where that does not end."""
        self.todo.sort(key=lambda one: one[0])
        for _ in range(2_000):
            self._user(self.now)
            pauses = [self.now - self.changed_at, *self._look()]
            waits = [one for one in pauses[1:] if one > pauses[0] + 1e-9]
            if self.asked:
                self.asked -= 1
                self._run(self.jobs[0], asked=True)
            elif len(waits) < len(pauses) - 1:
                self._run(next(job for job in self.jobs if self._is_due(job)), asked=False)
            elif self.todo and (not waits or self.todo[0][0] + SETTLE <= self.changed_at + min(waits)):
                self.now = max(self.now, self.todo[0][0]) + SETTLE
                self._user(self.now)
            elif waits:
                self.now = self.changed_at + min(waits)
            else:
                return self
        raise AssertionError("it never comes to an end")

    def edit(self, *paths: bytes, every: float = 100.0, count: int = 1) -> World:
        """The user writes something new into each path, and again, and waits for what comes of it."""
        for at in range(count):
            self.todo += [(self.now + at * every, path, f" edited {self.now} {at} ") for path in paths]
        return self.play()

    def _look(self) -> list[float]:
        """Ask for each job; the pauses of those that want to run."""
        explained = {(path, new.get(path)) for old, new in self.windows for path in _unlike(old, new)}
        outside = frozenset(
            path for path in _unlike(self.accounted, self.tree) if (path, self.tree.get(path)) not in explained
        )
        self.accounted, self.windows = dict(self.tree), []
        for job in self.jobs:
            decision = decide(job.chain, Seen(job.digest(self.tree), outside))
            job.chain = decision.chain
            job.said.append(decision)
        return [job.said[-1].pause for job in self.jobs if job.said[-1].act in ("run", "follow up")]

    def _is_due(self, job: Job) -> bool:
        last = job.said[-1]
        return last.act in ("run", "follow up") and last.pause <= self.now - self.changed_at + 1e-9

    def _run(self, job: Job, *, asked: bool) -> None:
        before, digest = dict(self.tree), job.digest(self.tree)
        if not asked and any(proved and job.digest(tree) == digest for tree, proved in job.runs):
            job.chain = after(job.chain, Ran(digest, digest))  # reused
            return
        self.now += job.seconds / 2
        self._user(self.now)
        for tool in job.tools:
            tool(self.tree)
        self.now += job.seconds / 2
        self._user(self.now)
        self.windows.append((before, dict(self.tree)))
        job.roles = {path: self._role(job, path, before) for path in _unlike(before, self.tree)}
        self.written |= {path: (role, self.tree.get(path)) for path, role in job.roles.items()}
        moved = job.digest(self.tree) != digest
        stale = frozenset(path for path, role in job.roles.items() if moved and role == "other" and job.reads(path))
        consumed = digest if stale else job.digest(self.tree)
        job.runs.append((before, not moved))
        job.chain = after(job.chain, Ran(digest, consumed, stale, job.seconds, asked))
        self.changed_at = self.now

    def _role(self, job: Job, path: bytes, before: Tree) -> Role:
        by_runs = path not in before or self.written.get(path) == ("born", before[path])
        return role_of(declared=path in job.outputs, tracked=path in self.tracked, by_runs=by_runs)

    def _user(self, until: float) -> None:
        """What the user has done by then."""
        while self.todo and self.todo[0][0] <= until:
            at, path, content = self.todo.pop(0)
            self.changed_at = max(self.changed_at, at)
            if not path:
                self.asked += 1
            elif content is None:
                self.tree.pop(path, None)
            else:
                self.tree[path] = content


def _unlike(old: Tree, new: Tree) -> Iterable[bytes]:
    return [path for path in sorted(old.keys() | new.keys()) if old.get(path) != new.get(path)]
