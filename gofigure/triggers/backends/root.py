"""Whether the watched folder is still the one that it was."""

from __future__ import annotations

import errno
import os

from gofigure.errors import RootGone

_GONE = (errno.ENOENT, errno.ENOTDIR, errno.ESTALE)


class Root:
    """A folder, known by device and inode; a path alone may lead to another one later on."""

    def __init__(self, path: str, *, has_inodes: bool = True) -> None:
        """`has_inodes`: false where a folder may get another number while it stands there (FUSE)."""
        self.path = path
        self._has_inodes = has_inodes
        self._known = self._identity()
        self.check()

    def check(self) -> None:
        """Raise RootGone if it was deleted or moved; where that cannot be told now, it was not."""
        here = self._identity()
        if here == () or (here and self._known and here != self._known):
            raise RootGone(
                f"{self.path} was deleted or moved: nothing is left to watch",
                hint="in the folder where it is now: gofigure watch",
            )

    def _identity(self) -> tuple[int, ...] | None:
        """() where nothing is there; None where that cannot be told."""
        try:
            info = os.stat(self.path)
        except OSError as error:
            return () if error.errno in _GONE else None
        return (info.st_dev, info.st_ino) if self._has_inodes else (info.st_dev,)
