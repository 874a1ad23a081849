"""End processes and all that they started: ask, insist, force; each step with its time."""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

from gofigure.process import family
from gofigure.process.pipes import pidfd

Steps = tuple[tuple[int, float], ...]
Find = Callable[[family.Table], set[int]]

STEPS: Steps = ((signal.SIGINT, 2.0), (signal.SIGTERM, 5.0), (signal.SIGKILL, 2.0))
_LOOK = 0.02  # seconds between looks at processes that no event tells about


def end_all(
    pids: Iterable[int] = (),
    *,
    groups: Iterable[int] = (),
    markers: Iterable[bytes] = (),
    steps: Steps = STEPS,
) -> set[int]:
    """End these processes, groups and bearers of a marker with all their descendants; who survived it.

    Nobody is reaped: that is for who started them.
    """
    ending = Ending(family.Family(pids, groups, markers), steps)
    poll = select.poll()
    if ending.fd >= 0:
        poll.register(ending.fd, select.POLLIN)
    try:
        while not ending.advance():
            poll.poll(max(0.0, ending.due - time.monotonic()) * 1000 + 1)
        return ending.survivors()
    finally:
        ending.close()


class Ending:
    """One ladder under way that never waits: call `advance` when `fd` is readable, and at `due`.

    `find` names, in a process table, all who must end. It is asked again at each step, and whenever all that
    were known are gone: who is being ended may start others.
    """

    def __init__(self, find: Find, steps: Steps = STEPS) -> None:
        self.over = False
        self.due = 0.0
        self.fd = -1
        self._find = find
        self._steps = list(steps)
        self._signal = 0
        self._until = 0.0
        self._members: dict[int, _Member] = {}
        self._epoll = select.epoll() if hasattr(os, "pidfd_open") else None
        if self._epoll is not None:
            self.fd = self._epoll.fileno()

    def advance(self) -> bool:
        """Go on as far as is possible now; True when it is over."""
        if self.over:
            return True
        self._forget_dead()
        now = time.monotonic()
        if now >= self._until and not self._steps:
            self.over = True
            return True
        if now >= self._until:
            self._signal, seconds = self._steps.pop(0)
            self._until = now + seconds
            known = family.table()
            self._send(self._find_new(known) | self._members.keys(), known)
        elif not self._members:
            self._look()
        if not self._members:
            self._look()  # who had just started another one when we looked is gone, and that one was not seen
        self.over = not self._members
        blind = any(member.fd < 0 for member in self._members.values())
        self.due = 0.0 if self.over else min(self._until, now + _LOOK) if blind else self._until
        return self.over

    def hurry(self) -> None:
        """Go straight to the last step."""
        if len(self._steps) > 1 or (self._steps and self._until):
            self._steps = self._steps[-1:]
            self._until = self.due = 0.0

    def survivors(self) -> set[int]:
        """Who is not dead, as far as is known."""
        return set(self._members)

    def close(self) -> None:
        """Let go, whatever still lives."""
        for member in self._members.values():
            member.close()
        if self._epoll is not None:
            self._epoll.close()
        self._epoll, self.fd, self.over = None, -1, True

    def _look(self) -> None:
        known = family.table()
        self._send(self._find_new(known), known)

    def _find_new(self, known: family.Table) -> set[int]:
        wanted = self._find(known) - family.spared(known)
        new = {pid for pid in wanted if pid not in self._members and not known[pid].dead}
        for pid in new:
            self._members[pid] = member = _Member(known[pid], pidfd(pid))
            if self._epoll is not None and member.fd >= 0:
                self._epoll.register(member.fd, select.EPOLLIN)
        return new

    def _send(self, pids: set[int], known: family.Table) -> None:
        """Whole groups at once where that hits nobody else: a group cannot outrun it by starting others."""
        spared = family.spared(known)
        living = [process for process in known.values() if not process.dead]
        mixed = {process.group for process in living if process.pid not in pids} | spared
        for group in {known[pid].group for pid in pids if pid in known} - mixed:
            _quietly(os.killpg, group, self._signal)
            pids = pids - {process.pid for process in living if process.group == group}
        for pid in pids:
            self._members[pid].send(self._signal)

    def _forget_dead(self) -> None:
        told = {fd for fd, _ in self._epoll.poll(0)} if self._epoll is not None and self._members else set()
        for pid, member in list(self._members.items()):
            if member.fd in told or (member.fd < 0 and not member.lives()):
                del self._members[pid]
                member.close()


class _Member(NamedTuple):
    """Someone to be ended; a pidfd, where there is one, can never mean a later process with that pid."""

    process: family.Process
    fd: int

    def lives(self) -> bool:
        now = family.one(self.process.pid)
        return now is not None and now.start == self.process.start and not now.dead

    def send(self, number: int) -> None:
        if self.fd >= 0:
            _quietly(signal.pidfd_send_signal, self.fd, number)
        elif self.lives():
            _quietly(os.kill, self.process.pid, number)

    def close(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)


def _quietly(send: Callable[[int, int], object], to: int, number: int) -> None:
    try:
        send(to, number)
    except OSError:  # gone meanwhile, or another user's
        return
