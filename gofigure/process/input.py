"""Bytes as the input of a program."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from gofigure.process.spawn import CannotStart


@contextlib.contextmanager
def as_input(data: bytes | None) -> Iterator[int | None]:
    """A descriptor to start a program with, at the first byte of `data`; None for None. Raises CannotStart.

    A file without a name: a pipe could fill up before its reader starts, and then nobody would read or write.
    """
    if data is None:
        yield None
        return
    import tempfile

    with contextlib.ExitStack() as stack:
        try:
            file = stack.enter_context(tempfile.TemporaryFile(buffering=0))
            file.write(data)
            file.seek(0)
        except OSError as error:
            raise CannotStart(f"there is no room for the input of a program: {error.strerror}") from error
        yield file.fileno()
