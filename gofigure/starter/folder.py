"""Look at a folder: names and small files only, within bounds, following no link."""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Iterator, Mapping

from gofigure.errors import GofigureError
from gofigure.process.capture import capture
from gofigure.process.spawn import which
from gofigure.starter.facts import Place

_DEPTH = 8
_ENTRIES = 20_000
_BYTES = 1 << 20  # a bigger file is nobody's settings
_PATIENCE = 10.0  # seconds for `PROGRAM --version`
# What tools have made or fetched. Hidden folders are passed over as well.
_NOT_OURS = frozenset(("node_modules", "target", "vendor", "venv", "env", "build", "dist", "__pycache__"))
_VERSION = {"go": "version"}
# A look must not fetch anything.
_STAY_HERE = {"COREPACK_ENABLE_NETWORK": "0", "RUSTUP_AUTO_INSTALL": "0"}


def look(root: str, environ: Mapping[str, str], *, in_git: bool) -> Place:
    """What is in a folder. Nothing in it is run, and no other program with the folder as its own."""
    found: list[str] = []
    words: list[str] = []
    for path in _walk(root, words):
        try:
            path.encode()
        except UnicodeEncodeError:
            if "names that are not UTF-8 are passed over" not in words:
                words.append("names that are not UTF-8 are passed over")
            continue
        found.append(path)
    programs = _Programs(root, environ)
    return Place(
        tuple(sorted(found)),
        lambda path: _read(os.path.join(root, path)),
        lambda path: os.path.lexists(os.path.join(root, path)),
        programs.run,
        programs.has_module,
        in_git,
        "; ".join(words),
    )


def _walk(root: str, words: list[str]) -> Iterator[str]:
    """Paths of regular files, those near the root first."""
    waiting = deque([("", 0)])
    seen = 0
    while waiting:
        folder, depth = waiting.popleft()
        entries = _entries(os.path.join(root, folder))
        if folder and any(entry.name == ".git" for entry in entries):
            continue  # another repository's
        for entry in entries:
            seen += 1
            if seen > _ENTRIES:
                words.append(f"only the first {_ENTRIES:,} names were looked at")
                return
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.is_file(follow_symlinks=False):
                yield path
            elif entry.is_dir(follow_symlinks=False) and depth < _DEPTH and _ours(entry.name):
                waiting.append((path, depth + 1))


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: os.fsencode(entry.name))
    except OSError:  # not ours to read, or gone
        return []


def _ours(name: str) -> bool:
    return name not in _NOT_OURS and not name.startswith(".")


def _read(path: str) -> str:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError):
        return ""
    try:
        info = os.fstat(fd)
        if not stat.S_ISREG(info.st_mode) or info.st_size > _BYTES:
            return ""
        return os.read(fd, _BYTES).decode("utf-8", "replace")
    except OSError:
        return ""
    finally:
        os.close(fd)


class _Programs:
    """Which programs can be started here: not only found, since a shim may have nothing behind it.

    They are asked in "/": in the project's folder some would read, or even run, what the project names there.
    """

    def __init__(self, root: str, environ: Mapping[str, str]) -> None:
        self._root = os.path.realpath(root)
        self._env = {**environ, **_STAY_HERE}
        self._known: dict[tuple[str, ...], bool] = {}

    def run(self, name: str) -> bool:
        """Whether a program, or an executable file of the project's, can be started; the latter is not tried."""
        if "/" in name:
            path = os.path.join(self._root, name)
            return os.path.isfile(path) and os.access(path, os.X_OK)
        place = self._find(name)
        return place is not None and (self._is_inside(place) or self._succeeds(place, _VERSION.get(name, "--version")))

    def has_module(self, module: str) -> bool:
        place = self._find("python3")
        return place is not None and not self._is_inside(place) and self._succeeds(place, "-c", f"import {module}")

    def _find(self, name: str) -> str | None:
        try:
            return which(name, self._env.get("PATH", os.defpath), self._root)
        except GofigureError:
            return None

    def _is_inside(self, place: str) -> bool:
        folder = os.path.realpath(os.path.dirname(place))
        return f"{folder}/".startswith(f"{self._root}/")

    def _succeeds(self, *argv: str) -> bool:
        if argv not in self._known:
            try:
                self._known[argv] = capture(argv, env=self._env, cwd="/", timeout=_PATIENCE).code == 0
            except GofigureError:
                self._known[argv] = False
        return self._known[argv]
