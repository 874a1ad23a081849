"""The mount table of Linux: which file system holds a path, and which ones do not tell of all changes."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

_MOUNTS = "/proc/self/mountinfo"
# What changes on the other side gives no event on this one, even where one's own changes do (docker/for-win#8479).
_REMOTE = re.compile(
    r"nfs4?|cifs|smb3?|smbfs|9p|virtiofs|vboxsf|prl_fs|afs|ceph|glusterfs|lustre|ncpfs|davfs2?|sshfs|drvfs"
    r"|fakeowner|vmhgfs|fuse(\..+)?|fuseblk"
)


def is_remote(kind: str) -> bool:
    """Whether changes made elsewhere give no event on a file system of this type."""
    return _REMOTE.fullmatch(kind) is not None


def read_mounts() -> str:
    """The table of this process (proc(5)); "" where there is none."""
    try:
        with open(_MOUNTS, errors="surrogateescape") as file:
            return file.read()
    except OSError:  # not Linux
        return ""


def kind_of_mount(path: str, mounts: str) -> str:
    """The type of the file system that holds `path`, by the text of the table; "" if unknown."""
    real = os.path.realpath(path)
    best, kind = "", ""
    for point, found in _parsed(mounts):
        inside = real == point or real.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):  # a later one covers an earlier one
            best, kind = point, found
    return kind


def remote_below(path: str, mounts: str) -> dict[str, str]:
    """The mount points below a folder whose changes may give no event, each with its type."""
    start = os.path.realpath(path).rstrip("/") + "/"
    return {point: kind for point, kind in _parsed(mounts) if point.startswith(start) and is_remote(kind)}


def _parsed(mounts: str) -> Iterator[tuple[str, str]]:
    for line in mounts.splitlines():
        fields, _, rest = line.partition(" - ")
        words = fields.split(" ")
        if len(words) >= 5 and rest:
            yield re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), words[4]), rest.split(" ")[0]
