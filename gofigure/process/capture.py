"""Short helper programs such as git: started first, finished later; and one to talk with."""

from __future__ import annotations

import os
import select
import time
from typing import TYPE_CHECKING, NamedTuple

from gofigure.errors import GofigureError
from gofigure.process.pipes import CHUNK, READABLE, ExitWatch, Pipes, drain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gofigure.process.spawn import Arg

_PATIENCE = 2.0  # seconds that a co-process has to end once its input is closed


class Captured(NamedTuple):
    """What a helper said; a negative code is a signal."""

    code: int
    out: bytes
    err: bytes


class HelperFailed(GofigureError):  # noqa: N818 - reads as the sentence that it carries
    """A helper took too long, or ended in the middle of a talk."""


class HelperStopped(HelperFailed):
    """A helper was ended, as somebody wanted it no more."""


def start(
    argv: Sequence[Arg],
    *,
    env: Mapping[str, str],
    cwd: Arg | None = None,
    input: bytes = b"",  # noqa: A002 - subprocess's own word for it
) -> Running:
    """Start a helper; its `finish` (or `kill`) must follow."""
    return Running(argv, env=env, cwd=cwd, data=input)


def capture(
    argv: Sequence[Arg],
    *,
    env: Mapping[str, str],
    cwd: Arg | None = None,
    input: bytes = b"",  # noqa: A002
    timeout: float | None = None,
    stop: int = -1,
) -> Captured:
    """Run a helper to its end; `stop`: a descriptor that says, once it is readable, that nobody wants it any more."""
    return start(argv, env=env, cwd=cwd, input=input).finish(timeout, stop)


class Running:
    """A helper in flight. It is in our session: Ctrl-C reaches it as it reaches us."""

    def __init__(self, argv: Sequence[Arg], *, env: Mapping[str, str], cwd: Arg | None, data: bytes) -> None:
        self._name = os.fsdecode(argv[0]) if argv else ""
        self._data = memoryview(data)
        self._pipes = Pipes()
        self.pid = self._pipes.start(argv, env=env, cwd=cwd, wants_input=bool(data))
        self._exit = ExitWatch(self.pid)

    @property
    def fd(self) -> int:
        """Readable when it has ended; -1: it has to be asked."""
        return self._exit.fd

    def ended(self) -> bool:
        """Whether it has ended already, as far as it could without being listened to."""
        return self._exit.ended()

    def finish(self, timeout: float | None = None, stop: int = -1) -> Captured:
        """Wait for its end; its own background children that keep a pipe open are not waited for."""
        out: list[bytes] = []
        err: list[bytes] = []
        takers = {self._pipes.out: out, self._pipes.err: err}
        try:
            self._pump(takers, None if timeout is None else time.monotonic() + timeout, timeout, stop)
            for fd, held in takers.items():
                drain(fd, held.append)
        finally:
            self.kill()
        return Captured(self._exit.code or 0, b"".join(out), b"".join(err))

    def kill(self) -> None:
        """End it if it has not ended, reap it, close all."""
        self._pipes.close()
        self._exit.kill()
        self._exit.close()

    def _pump(self, takers: dict[int, list[bytes]], deadline: float | None, timeout: float | None, stop: int) -> None:
        poll = self._poll()
        if stop >= 0:
            poll.register(stop, READABLE)
        while not self._exit.ended():
            if deadline is not None and time.monotonic() >= deadline:
                raise HelperFailed(f"{self._name} took longer than {timeout:g} s, and was ended")
            for fd, _ in poll.poll(self._exit.milliseconds(deadline)):
                if fd == stop:
                    raise HelperStopped(f"{self._name} was ended, as nobody waits for it")
                if fd == self._pipes.inp:
                    self._feed(poll)
                elif fd in takers:
                    data = os.read(fd, CHUNK)
                    takers[fd].append(data)
                    if not data:
                        poll.unregister(fd)

    def _poll(self) -> select.poll:
        poll = select.poll()
        poll.register(self._pipes.out, READABLE)
        poll.register(self._pipes.err, READABLE)
        if self._pipes.inp >= 0:
            poll.register(self._pipes.inp, select.POLLOUT)
        if self._exit.fd >= 0:
            poll.register(self._exit.fd, select.POLLIN)
        return poll

    def _feed(self, poll: select.poll) -> None:
        try:
            self._data = self._data[os.write(self._pipes.inp, self._data) :]
        except BlockingIOError:
            return
        except BrokenPipeError:  # it reads no further; that is its right
            self._data = self._data[:0]
        if not self._data:
            poll.unregister(self._pipes.inp)
            self._pipes.close_input()


class Talker:
    """A co-process such as `git cat-file --batch`: write requests, read answers, in any amounts."""

    def __init__(self, argv: Sequence[Arg], *, env: Mapping[str, str], cwd: Arg | None = None) -> None:
        self._name = os.fsdecode(argv[0]) if argv else ""
        self._pipes = Pipes()
        self.pid = self._pipes.start(argv, env=env, cwd=cwd, wants_input=True)
        self._exit = ExitWatch(self.pid)
        self._unsent = bytearray()
        self._got = bytearray()
        self._complaint = b""
        self._poll = select.poll()
        self._poll.register(self._pipes.out, READABLE)
        self._poll.register(self._pipes.err, READABLE)

    def __enter__(self) -> Talker:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._send()
                self._pipes.close_input()
                self._await_end()
        finally:
            self._pipes.close()
            self._exit.kill()
            self._exit.close()

    def write(self, data: bytes) -> None:
        """Send a request: now, or at the latest when an answer is read."""
        self._unsent += data
        if len(self._unsent) >= CHUNK:
            self._send()

    def read_line(self) -> bytes:
        """The next line of the answer, with its end."""
        looked = 0
        while (end := self._got.find(b"\n", looked)) < 0:
            looked = len(self._got)
            self._receive()
        return self._take(end + 1)

    def read_exactly(self, size: int) -> bytes:
        """The next `size` bytes of the answer."""
        while len(self._got) < size:
            self._receive()
        return self._take(size)

    def _take(self, size: int) -> bytes:
        data = bytes(memoryview(self._got)[:size])
        del self._got[:size]  # moves a pointer, not the rest
        return data

    def _receive(self) -> None:
        self._send()
        before = len(self._got)
        while len(self._got) == before:
            self._turn(None)

    def _send(self) -> None:
        """Hand over all requests, reading meanwhile: the other side may wait for that."""
        while self._unsent:
            try:
                del self._unsent[: os.write(self._pipes.inp, self._unsent)]
            except BlockingIOError:
                self._poll.register(self._pipes.inp, select.POLLOUT)
                self._turn(None)
                self._poll.unregister(self._pipes.inp)
            except BrokenPipeError:
                raise self._ended() from None

    def _turn(self, milliseconds: float | None) -> None:
        """Wait for something, and read what is there."""
        for fd, _ in self._poll.poll(milliseconds):
            if fd == self._pipes.out:
                data = os.read(fd, CHUNK)
                if not data:
                    raise self._ended()
                self._got += data
            elif fd == self._pipes.err and drain(fd, self._hear):
                self._poll.unregister(fd)

    def _ended(self) -> HelperFailed:
        self._await_end()
        said = self._complaint.decode(errors="replace").strip()
        how = "does not answer" if self._exit.code is None else f"ended early (exit code {self._exit.code})"
        return HelperFailed(f"{self._name} {how}" + (f": {said}" if said else ""))

    def _await_end(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        if self._exit.fd >= 0:
            self._poll.register(self._exit.fd, select.POLLIN)
        while not self._exit.ended() and time.monotonic() < deadline:
            for fd, _ in self._poll.poll(self._exit.milliseconds(deadline)):
                if fd != self._exit.fd and drain(fd, self._hear if fd == self._pipes.err else len):
                    self._poll.unregister(fd)
        if self._pipes.err >= 0:
            drain(self._pipes.err, self._hear)

    def _hear(self, data: bytes) -> None:
        self._complaint = (self._complaint + data)[-CHUNK:]
