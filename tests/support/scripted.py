"""A watcher with an engine that does what a test says: it shows the states that it is handed, and nothing runs."""

from __future__ import annotations

import json
import os
import select
import sys
from collections.abc import Mapping
from pathlib import Path

from gofigure.watch.state import Command, State, to_json
from support.rig import PATIENCE

# The command, with the engine replaced: one line in, one state shown; each command is told.
_PROGRAM = """
import os, select, sys
from gofigure.cli import watch_now
from gofigure.cli.guard import leave
from gofigure.cli.main import _main
from gofigure.errors import GofigureError
from gofigure.events import StageFinished, StageStarted
from gofigure.model import StageResult
from gofigure.watch.commands import to_line
from gofigure.watch.state import from_json

def watch(project, environ, inside, options, show, observe, commands):
    states = os.open(os.environ["STATES"], os.O_RDWR | os.O_NONBLOCK)
    asked = os.open(os.environ["ASKED"], os.O_RDWR)
    os.write(asked, f"engine {os.getpid()}\\n".encode())
    state, said = None, b""
    while True:
        ready = select.select([states, *commands.filenos()], [], [], 0.3)[0]
        if not ready and state is not None:
            show(state)
        for fd in ready:
            if fd != states:
                for command in commands.read(fd):
                    os.write(asked, to_line(command))
                    if command.kind == "quit":
                        return state
                continue
            *lines, said = (said + os.read(states, 65536)).split(b"\\n")
            for line in lines:
                if line == b"end":
                    return state
                if line == b"ask":
                    observe(StageStarted(1, "ask", "no proof yet", True))
                    print("what?", flush=True)
                    continue
                if line == b"asked":
                    print(b"said %b" % os.read(0, 100), flush=True)
                    observe(StageFinished(1, StageResult("ask", "passed", "")))
                    continue
                if line == b"error":
                    raise GofigureError("the folder has gone", hint="go elsewhere")
                state = from_json(line.decode())._replace(pid=os.getpid())
                show(state)

watch_now.watch = watch
sys.argv[0] = "gofigure"
leave(_main)
"""


class Engine:
    """What tells the engine, whichever process has it, what to show, and hears what it is asked."""

    def __init__(self, folder: Path) -> None:
        self._paths = {"STATES": folder / "states", "ASKED": folder / "asked"}
        for path in self._paths.values():
            os.mkfifo(path)
        self._states, self._asked = (os.open(path, os.O_RDWR | os.O_CLOEXEC) for path in self._paths.values())

    @property
    def program(self) -> list[str]:
        """To be followed by "watch" and its arguments."""
        return [sys.executable, "-c", _PROGRAM]

    @property
    def env(self) -> Mapping[str, str]:
        return {name: str(path) for name, path in self._paths.items()}

    def show(self, state: State) -> None:
        self.say(to_json(state))

    def say(self, line: str) -> None:
        os.write(self._states, f"{line}\n".encode())

    def began(self) -> int:
        """Wait until a process is the engine; its pid."""
        return int(self._line().removeprefix("engine "))

    def asked(self) -> Command:
        """The next command that it got."""
        return Command(**json.loads(self._line()))

    def _line(self) -> str:
        said = b""
        while not said.endswith(b"\n"):
            ready, _, _ = select.select([self._asked], [], [], PATIENCE)
            assert ready, f"it was asked nothing (more): {said!r}"
            said += os.read(self._asked, 1)
        return said.decode().strip()

    def close(self) -> None:
        os.close(self._states)
        os.close(self._asked)
