"""Whether the page's folder is still there."""

from __future__ import annotations

import errno
import os

from gofigure.errors import RootGone

_GONE = (errno.ENOENT, errno.ENOTDIR, errno.ESTALE)


def refuse_gone(root: str) -> None:
    """Raise RootGone where nothing is at that path; all else that is asked would fail in words of its own."""
    try:
        os.stat(os.path.join(root, "."))
    except OSError as error:
        if error.errno in _GONE:
            raise RootGone(
                f"{root} is gone: it was deleted or moved",
                hint="once it is back, this page goes on; in the folder where it is now: gofigure ui",
            ) from None
