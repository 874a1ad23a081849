"""A file of the user's that was not there before."""

from __future__ import annotations

import contextlib
import os

from gofigure.errors import GofigureError


def create(file: str, text: str, *, hint: str) -> None:
    """Create the file, whole or not at all. Raises FileExistsError where anything of that name is there."""
    try:
        fd = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
    except FileExistsError:
        raise
    except OSError as error:
        raise _unwritable(file, error, hint) from None
    try:
        with open(fd, "wb") as stream:
            stream.write(text.encode())
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(file)
        raise _unwritable(file, error, hint) from None


def _unwritable(file: str, error: OSError, hint: str) -> GofigureError:
    return GofigureError(f"{file} cannot be written: {error.strerror}", hint=hint)
