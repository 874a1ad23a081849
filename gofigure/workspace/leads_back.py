"""Find what, in a shared folder, leads back into the user's working tree.

An editable install in a shared `.venv`, or a package of the same workspace linked into `node_modules`: a stage that
runs on a private checkout would then test the working tree's files, and its result would be about the wrong content.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from gofigure.digest.content import BigFileError, NotAFileError, read_regular

_ABSOLUTE = re.compile(r"""['"](/[^'"\n]+)['"]""")


class Back(NamedTuple):
    """One way back."""

    shared: str  # the folder that holds it
    leads_to: str  # relative to the root of the working tree; "." is the root itself
    python: bool  # it is on Python's path, where an entry of PYTHONPATH comes first


def ways_back(root: str, shared: Iterable[str], environ: Mapping[str, str]) -> list[Back]:
    """Every way back in the shared folders, and in the virtual environment that is in use."""
    top = os.path.realpath(root)
    found: list[Back] = []
    folders = dict.fromkeys(os.path.join(root, path) for path in shared)
    if "VIRTUAL_ENV" in environ:
        folders[os.path.normpath(environ["VIRTUAL_ENV"])] = None
    real = [os.path.realpath(folder) for folder in folders]
    for folder in folders:
        name = os.path.relpath(folder, root) if _is_below(folder, root) else folder
        if os.path.exists(os.path.join(folder, "pyvenv.cfg")):
            found += [Back(name, leads, python=True) for leads in _below(_python(folder), top, real)]
        elif os.path.basename(folder) == "node_modules":
            found += [Back(name, leads, python=False) for leads in _below(_node(folder), top, real)]
    return list(dict.fromkeys(found))


def _below(places: Iterable[str], top: str, shared: Iterable[str]) -> Iterator[str]:
    """Those in the working tree and in no shared folder, relative to it."""
    for place in places:
        real = os.path.realpath(place)
        if _is_below(real, top) and not any(_is_below(real, folder) for folder in shared):
            yield os.path.relpath(real, top)


def _python(environment: str) -> Iterator[str]:
    """The folders outside that a virtual environment imports from (site, "path configuration files"; PEP 660)."""
    import glob  # most runs need no private checkout

    for packages in glob.glob(os.path.join(glob.escape(environment), "lib*", "python*", "site-packages")):
        for place in glob.glob(os.path.join(glob.escape(packages), "*.pth")):
            yield from (line for line in _lines(place) if line.startswith("/"))
        for place in glob.glob(os.path.join(glob.escape(packages), "__editable__*_finder.py")):
            for path in _ABSOLUTE.findall("\n".join(_lines(place))):
                yield os.path.dirname(path)  # a mapping from a package to its folder
        for place in glob.glob(os.path.join(glob.escape(packages), "*.egg-link")):
            yield from _lines(place)[:1]


def _node(modules: str) -> Iterator[str]:
    """Where links in node_modules lead to, scoped ones too (npm workspaces, `npm link`)."""
    with contextlib.suppress(OSError):
        for entry in os.scandir(modules):
            if entry.is_symlink():
                yield entry.path
            elif entry.name.startswith("@"):
                yield from (inner.path for inner in os.scandir(entry.path) if inner.is_symlink())


def _lines(place: str) -> list[str]:
    try:
        return read_regular(os.fsencode(place)).decode("utf-8", "replace").splitlines()
    except (OSError, NotAFileError, BigFileError):
        return []


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
