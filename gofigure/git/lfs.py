"""Git LFS: files that git's attributes hand to its filter, and that stand as the pointer that is committed."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Sequence

from gofigure.git.program import Git, output
from gofigure.process.capture import Running

_MOST = 1024  # bytes of a pointer (git-lfs, docs/spec.md)
_BEGINS = (b"version https://git-lfs.github.com/spec/", b"version https://hawser.github.com/spec/")
_FILTER = re.compile(rb"\bfilter=lfs\b")


def names_the_filter(attributes: bytes) -> bool:
    """Whether the content of a .gitattributes hands anything to Git LFS."""
    return _FILTER.search(attributes) is not None


def start_filtered(git: Git, index_file: str | None = None) -> Running:
    """Ask which files of an index are handed to Git LFS."""
    env = {name: value for name, value in git.env.items() if name != "GIT_LITERAL_PATHSPECS"}
    return git._replace(env=env).start(*_LISTED, index_file=index_file)


_LISTED = ("ls-files", "-z", "--cached", "--full-name", "--", ":(top,attr:filter=lfs)")


def filtered(asked: Running) -> list[bytes]:
    return output(asked, _LISTED).split(b"\0")[:-1]


def pointers(root: bytes, paths: Sequence[bytes]) -> list[bytes]:
    """Those of the files that are no more than a pointer; what is not there is none."""
    return [path for path in paths if _is_pointer(os.path.join(root, path))]


def _is_pointer(place: bytes) -> bool:
    try:
        info = os.lstat(place)
        if not stat.S_ISREG(info.st_mode) or not 0 < info.st_size < _MOST:
            return False
        with open(place, "rb") as file:
            return file.read(_MOST).startswith(_BEGINS)
    except OSError:
        return False


def bring(git: Git, paths: Sequence[bytes]) -> None:
    """Have git write these files of a checkout of our own once more: what they point to may have come since."""
    from gofigure.git.checkout import WHOLE  # most questions about pointers need none of it

    for path in paths:
        os.unlink(os.path.join(os.fsencode(git.folder), path))
    git.run(*WHOLE, "checkout-index", "-f", "-u", "-z", "--stdin", stdin=b"".join(path + b"\0" for path in paths))
