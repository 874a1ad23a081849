"""Which program a name stands for, by content: an upgrade must not leave old proofs standing."""

from __future__ import annotations

import os
from collections.abc import Mapping

from gofigure.digest.content import NotAFileError, digest_path
from gofigure.digest.stamp import stamp_of
from gofigure.errors import GofigureError
from gofigure.process.capture import capture
from gofigure.process.spawn import CannotStart, which
from gofigure.store.contents import Contents

_PATIENCE = 20.0  # seconds for `TOOL --version`


class Tools:
    """Looks each program up once per run, and reads it only when its stat has moved since the last run."""

    def __init__(self, contents: Contents, root: str, env: Mapping[str, str]) -> None:
        self._contents = contents
        self._root = root
        self._env = env
        self._known: dict[tuple[str, bool], str] = {}

    def identity(self, name: str, *, ask_version: bool) -> str:
        """Such as `Python 3.11.7 (1f2e3d4c5b6a7988)`: the version line, if asked for, and the file's digest.

        Only a tool that the configuration names under `tools` is run with `--version`: any other word might
        deploy something.
        """
        identity = self._known.get((name, ask_version))
        if identity is None:
            identity = self._known[name, ask_version] = self._look(name, ask_version=ask_version)
        return identity

    def _look(self, name: str, *, ask_version: bool) -> str:
        try:
            path = os.fsdecode(which(name, self._env.get("PATH", ""), self._root))
        except CannotStart:
            return "not found"
        real = os.path.realpath(path)
        try:
            stamp = stamp_of(os.stat(real))
            # The name it was called by counts: one binary can be many tools (busybox, python of a venv).
            place = os.fsencode(f"{path}\0{real}\0{ask_version}")
            known = self._contents.tool(place, stamp)
            if known is None:
                digest = digest_path(os.fsencode(real), link=False).digest
                known = (digest, self._version(path) if ask_version else "")
                self._contents.save_tool(place, stamp, *known)
        except (OSError, NotAFileError):
            return "not found"
        digest, version = known
        return f"{version} ({digest.hex()[:16]})".lstrip()

    def _version(self, path: str) -> str:
        try:
            said = capture([path, "--version"], env=self._env, cwd=self._root, timeout=_PATIENCE)
        except GofigureError:
            return ""
        lines = (said.out or said.err).decode("utf-8", "replace").splitlines()
        return lines[0].strip() if lines and said.code == 0 else ""
