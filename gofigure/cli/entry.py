"""What the image starts with: become the owner of the folder that we are in, then `gofigure`, or `sh`.

The engine starts a container as root, unless it is told --user. Files that root writes into a mounted folder would be
root's on the host, and git refuses a repository that is somebody else's. So nothing but this runs as root, and no
setting of git is needed. A folder that is root's own, as all are where a rootless engine takes root for the user, is
worked on as root.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import stat
import sys
from collections.abc import Mapping

from gofigure.errors import EXIT_USER

_HOMES = "/home"  # anybody may make a folder there, as in /tmp
_SOCKET = "/var/run/docker.sock"
_NOBODYS = ("", "/", "/root")  # what an engine calls a home where nobody has said one


def main() -> None:
    words = sys.argv[1:]
    argv = words if words[:1] == ["sh"] else ["gofigure", *words]
    if os.geteuid() == 0:
        try:
            become(os.stat("."))
        except PermissionError:  # as with --cap-drop ALL
            print("gofigure: here root may not become the owner of the folder", file=sys.stderr)
            print('          say who it is: --user "$(id -u):$(id -g)"', file=sys.stderr)
            sys.exit(EXIT_USER)
    os.environ["HOME"] = home_of(os.geteuid(), os.environ)
    if is_forgotten(os.environ):
        print("gofigure: this container forgets what is allowed in it; to keep it: -v gofigure:/home", file=sys.stderr)
    os.execvp(argv[0], argv)  # a process that has changed its user could not look into itself otherwise (prctl(2))


def become(owner: os.stat_result) -> None:
    """Be this user, for good; also of the group whose socket was handed over."""
    if owner.st_uid == 0:
        return
    with contextlib.suppress(OSError):
        _name(owner.st_uid, owner.st_gid)
        _hand_over(os.environ.get("HOME", ""), owner)
    os.setgroups(_groups())
    os.setgid(owner.st_gid)
    os.setuid(owner.st_uid)


def _groups() -> list[int]:
    try:
        info = os.stat(_SOCKET)
    except OSError:
        return []
    return [info.st_gid] if stat.S_ISSOCK(info.st_mode) else []


def _name(uid: int, gid: int) -> None:
    """Some programs, such as ssh, work for nobody who has no name."""
    try:
        pwd.getpwuid(uid)
    except KeyError:
        with open("/etc/passwd", "a", encoding="ascii") as file:
            file.write(f"user{uid}:x:{uid}:{gid}::{_HOMES}/{uid}:/bin/sh\n")


def _hand_over(home: str, owner: os.stat_result) -> None:
    """A home that the engine has made, only to mount something below it, is root's; what is mounted stays as it is."""
    info = os.stat(home)
    if home not in _NOBODYS and info.st_uid == 0 and info.st_dev == os.stat("/").st_dev:
        os.chown(home, owner.st_uid, owner.st_gid)


def home_of(uid: int, environ: Mapping[str, str]) -> str:
    """The home that was told, or else one for this user: to be kept, it is on a volume."""
    told = environ.get("HOME", "")
    if told not in _NOBODYS and os.path.isdir(told):
        return told
    own = os.path.join(_HOMES, str(uid))
    with contextlib.suppress(OSError):
        os.mkdir(own, 0o700)
    try:
        info = os.lstat(own)
    except OSError:
        info = None
    if info is not None and stat.S_ISDIR(info.st_mode) and info.st_uid == uid:
        return own
    import tempfile

    try:
        return tempfile.mkdtemp(prefix="home-")
    except OSError:  # nothing can be written anywhere
        return told


def is_forgotten(environ: Mapping[str, str], top: str = "/") -> bool:
    """Whether a folder of the host's is worked on, and who allows that does so in a home that goes with the container.

    Then each container would begin with a store of its own, and set aside the one that is there (decision 51).
    """
    # trust.data_home, which would cost more to import than all else here
    data = environ.get("GOFIGURE_DATA") or environ.get("XDG_DATA_HOME") or f"{environ['HOME']}/.local/share"
    place = os.path.join(data, "gofigure")
    while not os.path.isdir(place):
        place = os.path.dirname(place)
    own = os.stat(top).st_dev
    return os.stat(".").st_dev != own and os.stat(place).st_dev == own


if __name__ == "__main__":
    main()
