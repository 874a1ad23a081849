"""Which program a name stands for, by content: an upgrade must not leave old proofs standing."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from gofigure.digest.content import NotAFileError, digest_path
from gofigure.digest.stamp import stamp_of
from gofigure.errors import GofigureError
from gofigure.model import Command, Stage
from gofigure.process.capture import capture
from gofigure.process.spawn import CannotStart, which
from gofigure.store.contents import Contents
from gofigure.targets import tells_version, tools_of

_PATIENCE = 20.0  # seconds for `TOOL --version`


class Looked(NamedTuple):
    """One program as it was looked up."""

    name: str
    path: str  # the PATH in which it was looked for
    place: str  # where it was found; "": nowhere
    identity: str
    says_anew: bool = False  # what it is must be asked every time


class Tools:
    """Looks each program up once per run, and reads it only when its stat has moved since the last run."""

    def __init__(self, contents: Contents, root: str, env: Mapping[str, str]) -> None:
        self._contents = contents
        self._root = root
        self._env = env
        self._known: dict[tuple[str, str, str, bool], Looked] = {}

    @property
    def looked_up(self) -> tuple[Looked, ...]:
        """Everything that was looked up so far."""
        return tuple(self._known.values())

    def of(
        self, stage: Stage, commands: Iterable[Command], path: str, without: frozenset[str] = frozenset()
    ) -> dict[str, str]:
        """What the programs are that a stage names or its target stands for; they may differ from folder to folder.

        `without`: those that are content, and not of this machine.
        """
        asked = {**dict.fromkeys(stage.tools, True), **dict.fromkeys(tools_of(stage), tells_version(stage))}
        return {
            name: ", ".join(
                dict.fromkeys(
                    self.identity(name, path=path, folder=command.cwd, ask_version=ask_version) for command in commands
                )
            )
            for name, ask_version in asked.items()
            if name not in without
        }

    def identity(self, name: str, *, path: str, folder: str, ask_version: bool) -> str:
        """Such as `Python 3.11.7 (1f2e3d4c5b6a7988)`: the version line, if asked for, and the file's digest.

        `path`: the PATH of the stage; `folder`: where it runs, as seen from the root. Only a tool that the
        configuration names under `tools`, or that a target stands for, is run with `--version`: any other word
        might deploy something.
        """
        looked = self._known.get((name, path, folder, ask_version))
        if looked is None:
            looked = self._look(name, path, os.path.join(self._root, folder), ask_version=ask_version)
            self._known[name, path, folder, ask_version] = looked
        return looked.identity

    def _look(self, name: str, path: str, folder: str, *, ask_version: bool) -> Looked:
        nowhere = Looked(name, path, "", "not found")
        try:
            place = os.fsdecode(which(name, path, folder))
        except CannotStart:
            return nowhere
        try:
            digest, version = self._look_at(place, folder, ask_version=ask_version)
        except (OSError, NotAFileError):
            return nowhere
        says_anew = version == _ASK
        if says_anew:
            version = self._version(place, folder)
        return Looked(name, path, place, f"{version} ({digest.hex()[:16]})".lstrip(), says_anew)

    def _look_at(self, place: str, folder: str, *, ask_version: bool) -> tuple[bytes, str]:
        """The digest of what it is, and what it says of itself, or _ASK."""
        real = os.path.realpath(place)
        stamp = stamp_of(os.stat(real))
        # The name it was called by counts: one binary can be many tools (busybox, python of a venv).
        row = os.fsencode(f"{place}\0{real}\0{ask_version}")
        known = self._contents.tool(row, stamp)
        if known is None:
            version = "" if not ask_version else _ASK if _changes_unseen(place, real) else self._version(place, folder)
            known = (digest_path(os.fsencode(real), link=False).digest, version)
            self._contents.save_tool(row, stamp, *known)
        return known

    def _version(self, place: str, folder: str) -> str:
        try:
            said = capture(
                [place, _ASKED.get(os.path.basename(place), "--version")], env=self._env, cwd=folder, timeout=_PATIENCE
            )
        except GofigureError:
            return ""
        lines = (said.out or said.err).decode("utf-8", "replace").splitlines()
        return lines[0].strip() if lines and said.code == 0 else ""


_ASK = "?"  # kept in place of a version that must be asked for every time
_ASKED = {"go": "version"}  # those that do not understand `--version`
# Start another release of themselves where a file of the folder, or the user's settings, say so.
_CHOOSERS = frozenset(["cargo", "go", "rustc"])


def _changes_unseen(place: str, real: str) -> bool:
    """Whether this program may start another one tomorrow without changing itself."""
    name, behind = os.path.basename(place), os.path.basename(real)
    # `node` may be a link to volta, as `rustfmt` is to rustup; `python3`, a link to python3.11, is itself.
    return name in _CHOOSERS or not behind.startswith(name) or _is_shim(real)


def _is_shim(path: str) -> bool:
    """Whether this is a script such as the shims of pyenv and asdf, or of corepack.

    A Python script that pip has made, or one of Node's, is written anew with its package.
    """
    with open(path, "rb") as file:
        first = file.read(256).partition(b"\n")[0]
    written_anew = b"python" in first or (b"node" in first and "corepack" not in path)
    return first.startswith(b"#!") and not written_anew
