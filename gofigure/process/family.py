"""Who belongs to a run: by parentage, by process group, by a mark in the environment."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from gofigure.process.spawn import apart

_SET_CHILD_SUBREAPER = 36
_EXITING = 4  # PF_EXITING of the Linux kernel
_LINUX = sys.platform == "linux"


class Process(NamedTuple):
    """One line of the process table; `start` tells a process from a later one with its pid."""

    pid: int
    parent: int
    group: int
    session: int
    start: bytes
    dead: bool  # a zombie: it runs no more, and waits to be reaped
    leaving: bool  # or about to be one: its files are closed, no signal changes anything


Table = Mapping[int, Process]


def become_subreaper() -> None:
    """Orphans among our descendants become our children, not init's (Linux; elsewhere nothing happens)."""
    if not _LINUX:
        return
    import ctypes

    try:
        ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    except (OSError, AttributeError):
        return


def table() -> dict[int, Process]:
    """All processes that we may see."""
    return _from_proc() if _LINUX else _from_ps()


def one(pid: int) -> Process | None:
    """The process of that pid, if there is one."""
    return _stat(str(pid)) if _LINUX else _from_ps().get(pid)


def descendants(pid: int, known: Table | None = None) -> set[int]:
    """Children of `pid`, their children, and so on; zombies are passed through, not named."""
    known = table() if known is None else known
    children: dict[int, list[Process]] = {}
    for process in known.values():
        children.setdefault(process.parent, []).append(process)
    found: set[int] = set()
    waiting = [pid]
    while waiting:
        for child in children.get(waiting.pop(), ()):
            if child.pid not in found:
                found.add(child.pid)
                waiting.append(child.pid)
    return {pid for pid in found if not known[pid].dead}


def in_group(pgid: int, known: Table | None = None) -> set[int]:
    """The living members of a process group."""
    known = table() if known is None else known
    return {process.pid for process in known.values() if process.group == pgid and not process.dead}


def marked(marker: bytes, known: Table | None = None) -> set[int]:
    """Living processes that were started with `marker`, a NAME=value, in their environment (Linux)."""
    if not _LINUX:
        return set()
    known = table() if known is None else known
    wanted = b"\0" + marker + b"\0"
    return {pid for pid in known if wanted in b"\0" + _read(f"/proc/{pid}/environ") and not known[pid].dead}


def spared(known: Table) -> set[int]:
    """Who is never signalled: init, this process, all above it, the leaders of its group and session."""
    found = {0, 1, os.getpgrp(), os.getsid(0)}
    pid = os.getpid()
    while pid > 1 and pid in known:
        found.add(pid)
        pid = known[pid].parent
    return found | {os.getpid()}


def group_lives(pgid: int) -> bool:
    """Whether anyone is in the group, dead or alive."""
    try:
        os.killpg(pgid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def of_group(pgid: int) -> Callable[[Table], set[int]]:
    """A question to ask of process tables: who is in this group, and alive?"""

    def find(known: Table) -> set[int]:
        # The session as well: a stranger that got the number would hardly be a session leader too.
        members = [known[pid] for pid in in_group(pgid, known)]
        return {one.pid for one in members if one.session == pgid and not one.leaving}

    return find


class Family:
    """A question to ask of process tables over some time: who are these, and all that they started?

    A number counts only as long as its first bearer lives: after that it may be a stranger's.
    """

    def __init__(
        self,
        pids: Iterable[int] = (),
        groups: Iterable[int] = (),
        markers: Iterable[bytes] = (),
        *,
        adopted: bool = False,
        kept: Iterable[int] = (),
    ) -> None:
        self._starts: dict[int, bytes] = dict.fromkeys(pids, b"")
        self._groups = set(groups) - {0, 1, os.getpgrp(), os.getsid(0)}  # not who happens to be beside us
        self._markers = tuple(markers)
        self._adopted = adopted  # and all of our own descendants that are not in our session
        self._kept = set(kept)  # but not these

    def __call__(self, known: Table) -> set[int]:
        roots = self._named(known) | self._grouped(known)
        for marker in self._markers:
            roots |= marked(marker, known)
        if self._adopted:
            session = os.getsid(0)
            roots |= {pid for pid in descendants(os.getpid(), known) if known[pid].session != session}
        roots -= spared(known)
        return roots.union(*(descendants(pid, known) for pid in roots)) - self._kept

    def _named(self, known: Table) -> set[int]:
        for pid, start in list(self._starts.items()):
            process = known.get(pid)
            if process is None or start not in (b"", process.start):
                del self._starts[pid]
            else:
                self._starts[pid] = process.start
        return set(self._starts)

    def _grouped(self, known: Table) -> set[int]:
        numbers = {number for process in known.values() for number in (process.group, process.session)}
        self._groups &= numbers
        return {pid for pid, process in known.items() if {process.group, process.session} & self._groups}


def reap_orphans(*, thorough: bool = False) -> None:
    """Reap what we adopted as a subreaper, and nothing that anyone here started and will wait for.

    The system shows one ended child at a time. Where that is a helper whose end nobody has asked for yet, those
    behind it are seen only by a thorough look, at the price of reading the process table.
    """
    try:
        while _LINUX and (ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)) is not None:
            if not _adopted(ended.si_pid):
                break
            os.waitpid(ended.si_pid, os.WNOHANG)
        else:
            return
        if thorough:
            us = os.getpid()
            for process in table().values():
                if process.parent == us and process.dead and _adopted(process.pid):
                    os.waitpid(process.pid, os.WNOHANG)
    except OSError:  # no children at all, or gone meanwhile
        return


def _adopted(pid: int) -> bool:
    """Whether this child of ours was started by another: ours are in our session, or known by number."""
    return pid not in apart and os.getsid(pid) != os.getsid(0)


def _from_proc() -> dict[int, Process]:
    found = (_stat(name) for name in os.listdir("/proc") if name.isdigit())
    return {process.pid: process for process in found if process is not None}


def _stat(pid: str) -> Process | None:
    text = _read(f"/proc/{pid}/stat")
    # the name, in brackets, may itself hold brackets and spaces
    fields = text[text.rfind(b")") + 2 :].split()
    if len(fields) < 20:
        return None
    state, parent, group, session = fields[:4]
    dead = state in b"ZXx"
    leaving = dead or bool(int(fields[6]) & _EXITING)
    return Process(int(pid), int(parent), int(group), int(session), fields[19], dead, leaving)


def _read(path: str) -> bytes:
    """A whole file of /proc; empty where it went away or is not ours to see."""
    try:
        fd = os.open(path, os.O_RDONLY)
    except OSError:
        return b""
    try:
        data = b""
        while more := os.read(fd, 65536):
            data += more
    except OSError:
        return b""
    finally:
        os.close(fd)
    return data


def _from_ps() -> dict[int, Process]:
    from gofigure.process.capture import capture

    listing = capture(["/bin/ps", "-axo", "pid=,ppid=,pgid=,sess=,stat=,lstart="], env={"LC_ALL": "C"}).out
    return parse_ps(listing)


def parse_ps(listing: bytes, session_of: Callable[[int], int] = os.getsid) -> dict[int, Process]:
    """What `ps` says; the session is asked of the system, for some print an address there."""
    found = {}
    for line in listing.splitlines():
        fields = line.split(None, 5)
        if len(fields) < 6 or not fields[0].isdigit():
            continue
        pid, parent, group = map(int, fields[:3])
        try:
            session = session_of(pid)
        except OSError:
            session = -1
        dead = fields[4].startswith(b"Z")
        leaving = dead or b"E" in fields[4]
        found[pid] = Process(pid, parent, group, session, fields[5].strip(), dead, leaving)
    return found
