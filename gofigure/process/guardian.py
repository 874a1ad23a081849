"""What ends a run's processes when whoever supervises them is killed: a shell that waits, and costs a millisecond."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

from gofigure.process.pipes import exit_code
from gofigure.process.spawn import CannotStart, spawn

if TYPE_CHECKING:
    from gofigure.process.ladder import Steps

# Ctrl-C is for the supervisor, and may be followed by a kill -9. A folder that somebody stands in cannot be unmounted.
_WAIT = "trap '' INT TERM HUP QUIT; cd /; read nothing; exec \"$@\""
_THEN = "import sys; sys.path.insert(0, sys.argv[1]); from gofigure.process.guardian import end; end(sys.argv[2])"
_PLACE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_STEPS: Steps = ((signal.SIGTERM, 1.0), (signal.SIGKILL, 2.0))
_IN_AN_EXEC = 0.1  # seconds in which a process may show no environment


class Guardian:
    """Holds the other end of a pipe that it never writes to: only the end of this process, of any kind, closes it.

    Where it cannot be started, and elsewhere than on Linux, what is left is ended by the next run, as ever.
    """

    def __init__(self, marker: str) -> None:
        """`marker`: the NAME=value that all processes of the run have in their environment."""
        self.pid = 0
        self._pipe = -1
        if sys.platform != "linux":
            return  # nobody's environment can be read
        theirs, self._pipe = os.pipe()
        python = [sys.executable, "-I", "-S", "-c", _THEN, _PLACE, marker]
        try:
            # No stream of ours: whoever reads our output would wait for its end.
            nothing = os.open(os.devnull, os.O_WRONLY)
            try:
                argv = ["/bin/sh", "-c", _WAIT, "sh", *python]
                self.pid = spawn(argv, env={}, stdin=theirs, stdout=nothing, stderr=nothing)
            finally:
                os.close(nothing)
        except CannotStart:
            self.dismiss()
        finally:
            os.close(theirs)

    def dismiss(self) -> None:
        """Everything has ended: it is not needed any more."""
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)  # before the pipe is closed; it is our child, so its number is its own
            exit_code(self.pid, 0)
            self.pid = 0
        if self._pipe >= 0:
            os.close(self._pipe)
            self._pipe = -1


def end(marker: str) -> None:
    """End all bearers of the marker, and what they started; a stage's whole session with it."""
    import time

    from gofigure.process import family
    from gofigure.process.ladder import end_all

    mark = os.fsencode(marker)
    for _ in range(2):
        known = family.table()
        leaders = [pid for pid in family.marked(mark, known) if known[pid].session == pid]
        end_all(groups=leaders, markers=[mark], steps=_STEPS)
        time.sleep(_IN_AN_EXEC)
