"""What the supervisor costs over a bare loop: 1,000 children, two at once, run in turns."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import statistics
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

from gofigure.process.supervisor import Supervisor

PROGRAM = "/bin/true"
CHILDREN = 1000
AT_ONCE = 2
ROUNDS = 7


def floor(children: int) -> float:
    """The least that a loop of this kind can do: no logs, no deadlines, nobody else's processes."""
    begun = time.perf_counter()
    wake, wake_end = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(wake_end, False)
    old_fd = signal.set_wakeup_fd(wake_end)
    old = signal.signal(signal.SIGCHLD, lambda *_: None)
    poll = select.poll()
    poll.register(wake, select.POLLIN)
    pipes: dict[int, int] = {}
    started = ended = 0
    env = dict(os.environ)
    while ended < children:
        while started < children and len(pipes) < AT_ONCE:
            out, theirs = os.pipe()
            os.set_blocking(out, False)
            actions = [
                (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, theirs, 1),
                (os.POSIX_SPAWN_DUP2, theirs, 2),
            ]
            pid = os.posix_spawn(PROGRAM, [PROGRAM], env, file_actions=actions, setsid=True)
            os.close(theirs)
            pipes[pid] = out
            poll.register(out, select.POLLIN)
            started += 1
        for fd, _ in poll.poll():
            if fd != wake:
                if fd in pipes.values() and not os.read(fd, 65536):
                    poll.unregister(fd)
                continue
            os.read(wake, 4096)
            for pid, out in list(pipes.items()):
                if os.waitpid(pid, os.WNOHANG)[0]:
                    del pipes[pid]
                    ended += 1
                    with contextlib.suppress(KeyError):
                        poll.unregister(out)
                    os.close(out)
    signal.signal(signal.SIGCHLD, old)
    signal.set_wakeup_fd(old_fd)
    os.close(wake)
    os.close(wake_end)
    return (time.perf_counter() - begun) / children * 1000


def supervised(children: int) -> float:
    """The same through `Supervisor`."""
    env = dict(os.environ)
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        with Supervisor(("GOFIGURE_BENCH", "1")) as supervisor:
            started = running = 0
            while started < children or running:
                while started < children and running < AT_ONCE:
                    supervisor.start(started, [PROGRAM], env=env, log_path=f"{folder}/{started}")
                    started += 1
                    running += 1
                running -= len(supervisor.wait())
        return (time.perf_counter() - begun) / children * 1000


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    floor(100)
    supervised(100)
    bare, ours = [], []
    for _ in range(rounds):
        bare.append(floor(CHILDREN))
        ours.append(supervised(CHILDREN))
    ratios = [one / other for one, other in zip(ours, bare, strict=True)]
    for name, figures in (("floor, ms", bare), ("supervisor, ms", ours), ("ratio", ratios)):
        print(f"{name:16} median {statistics.median(figures):.3f}  best {min(figures):.3f}  worst {max(figures):.3f}")


if __name__ == "__main__":
    main()
