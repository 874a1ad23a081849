"""The HEAD of each submodule: a commit there is another content here, and no file of the working tree tells of it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection
from collections.abc import Set as AbstractSet

from gofigure.triggers.backends.kernel import NAMES, Kernel
from gofigure.triggers.backends.watches import is_below

_PREFIX = b"gitdir: "


class Heads:
    """A watch on each submodule's git directory; paths are relative to the top.

    Where none can be had, nothing is said: the next look without a reason sees it.
    """

    def __init__(self, top: bytes, kernel: Kernel) -> None:
        self._top = top
        self._kernel = kernel
        self._modules: dict[int, bytes] = {}

    def watch(self, module: bytes) -> None:
        with contextlib.suppress(OSError):
            number = self._kernel.add_watch(_git_dir(os.path.join(self._top, module)), NAMES)
            self._modules[number] = module

    def moved(self, number: int, name: bytes) -> bytes | None:
        """The submodule whose HEAD an event is about; None if it is about something else.

        Whatever moves a HEAD, or the branch that it leads to, makes a lock of this name, and in the end removes it.
        """
        return self._modules.get(number) if name in (b"HEAD", b"HEAD.lock") else None

    def ended(self, number: int) -> None:
        """The kernel has taken a watch away."""
        self._modules.pop(number, None)

    def drop_below(self, tops: AbstractSet[bytes]) -> None:
        self.keep_only([module for module in self._modules.values() if not is_below(module, tops)])

    def keep_only(self, modules: Collection[bytes]) -> None:
        for number in [number for number, module in self._modules.items() if module not in modules]:
            del self._modules[number]
            with contextlib.suppress(OSError):  # it is gone already, and its watch with it
                self._kernel.rm_watch(number)


def _git_dir(folder: bytes) -> bytes:
    """The git directory that a submodule's `.git` is or leads to (gitrepository-layout). Raises OSError."""
    place = os.path.join(folder, b".git")
    if os.path.isdir(place):
        return place
    fd = os.open(place, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # whatever it is, nobody waits for it
    try:
        said = os.read(fd, 4096)
    finally:
        os.close(fd)
    return os.path.join(folder, said.removeprefix(_PREFIX).rstrip(b"\n"))
