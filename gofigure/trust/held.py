"""What came out of a browser: it waits for a yes, and so does what is made of it (docs/decisions/0042).

Written here means written by a person; whoever has stolen a page's cookie is none. So a text is kept here, outside of
the repository, before it is put into its place: a crash in between only asks once more. It is *open* until somebody
says yes to a text of that file. From then on the file's other texts are judged again, but never these very bytes, nor
lines that only they have brought.
"""

from __future__ import annotations

import contextlib
import os
from typing import NamedTuple

from gofigure.digest.content import BigFileError, NotAFileError, read_regular
from gofigure.digest.frame import digest_value
from gofigure.errors import GofigureError
from gofigure.trust.lines import Change, all_lines, has_in_common, lines_of
from gofigure.trust.record import Layer, Trust, approved_texts, last_used, make_private

_OPEN, _PAST = "open-", "past-"
_MOST_OPEN = 100
_KEPT = 200  # of those that are past


class _Held(NamedTuple):
    before: bytes  # what they took the place of
    data: bytes


def folder_of(trust: Trust) -> str:
    """Where they are kept: beside what is approved."""
    above, name = os.path.split(trust.approved)
    return os.path.join(os.path.dirname(above), "held", name)


def keep(trust: Trust, layer: Layer, before: bytes) -> None:
    """Have it on the disk, so that not even a power cut leaves the text without this. Raises GofigureError."""
    folder = folder_of(trust)
    entries = _entries(folder)
    if sum(entry.startswith(_OPEN) for entry in entries) >= _MOST_OPEN:
        raise GofigureError(f"{_MOST_OPEN} texts that were saved by the page wait for a yes", hint="gofigure allow")
    name = _OPEN + _name(layer)
    try:
        make_private(folder)
        own = os.path.join(folder, f"part-{os.getpid()}")
        fd = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with open(fd, "wb") as file:
            file.write(b"%d\n%b%b" % (len(before), before, layer.data))
            file.flush()
            os.fsync(fd)
        os.replace(own, os.path.join(folder, name))
        _sync(folder)
        _sync(os.path.dirname(folder))
    except OSError as error:
        raise GofigureError(f"{folder} cannot be written: {error.strerror}") from error


def why_held(trust: Trust, token: bytes, layer: Layer) -> str:
    """Why bytes that nobody has approved cannot pass for written here; "" if no text that is held says so."""
    folder = folder_of(trust)
    try:
        entries = _entries(folder)
    except GofigureError as error:
        return f"it cannot be told whether the page has saved it ({error})"
    # Whatever it is called now: a file that was renamed has not been written here.
    if any(entry.endswith(f"-{_text(layer)}") for entry in entries):
        return "the page has saved it, and nobody has said yes to it yet"
    if any(entry.startswith(_OPEN + _file(layer)) for entry in entries):
        return "the page has saved this file, nobody has said yes to that, and it may be in it"
    held = [found for entry in entries if (found := _read(os.path.join(folder, entry))) is not None]
    if held and _shares(trust, token, layer, held):
        return "some of it is also in what the page has saved, to which nobody has said yes"
    return ""


def answer(trust: Trust, layer: Layer, *, but_newer: bool = False) -> None:
    """Somebody has said yes to this text, and has seen all that is new in it."""
    folder = folder_of(trust)
    limit = _age(os.path.join(folder, _OPEN + _name(layer))) if but_newer else None
    for kind in (_OPEN, _PAST):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(os.path.join(folder, kind + _name(layer)))
    for entry in _entries(folder):
        place = os.path.join(folder, entry)
        is_newer = but_newer and (limit is None or (_age(place) or 0) > limit)
        if entry.startswith(_OPEN + _file(layer)) and not is_newer:
            with contextlib.suppress(FileNotFoundError):
                os.rename(place, os.path.join(folder, _PAST + entry.removeprefix(_OPEN)))
    past = [os.path.join(folder, entry) for entry in _entries(folder) if entry.startswith(_PAST)]
    for place in sorted(past, key=lambda place: _age(place) or 0)[:-_KEPT]:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(place)


def _shares(trust: Trust, token: bytes, layer: Layer, held: list[_Held]) -> bool:
    """By lines, as with what others have committed (docs/decisions/0012)."""
    known = all_lines(approved_texts(trust, token, layer.name))
    now, used = lines_of(layer.data), last_used(trust, token, layer.name)
    mine = Change(now - known, lines_of(used) - now if used is not None else frozenset())
    changes = ((lines_of(one.before), lines_of(one.data)) for one in held)
    return any(has_in_common(mine, Change(data - before, before - data), known) for before, data in changes)


def _entries(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise GofigureError(f"{folder} cannot be read: {error.strerror}") from error


def _read(place: str) -> _Held | None:
    try:
        size, _, rest = read_regular(os.fsencode(place)).partition(b"\n")
        return _Held(rest[: int(size)], rest[int(size) :])
    except (OSError, ValueError, NotAFileError, BigFileError):  # another process has taken it away
        return None


def _file(layer: Layer) -> str:
    """A file's name, in letters that a file name has; by name, whichever working tree it is in."""
    return digest_value("gofigure 2026-11 held file", [layer.name]).hex()[:32]


def _name(layer: Layer) -> str:
    return f"{_file(layer)}-{_text(layer)}"


def _text(layer: Layer) -> str:
    return digest_value("gofigure 2026-11 held text", [layer.data]).hex()


def _age(place: str) -> int | None:
    try:
        return os.lstat(place).st_mtime_ns
    except OSError:
        return None


def _sync(folder: str) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
