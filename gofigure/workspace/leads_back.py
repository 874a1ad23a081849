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
from gofigure.workspace.inside import is_below

_IMPORT = re.compile(r"import[ \t](.*)")
_NAME = re.compile(r"\w+")
_ABSOLUTE = re.compile(r"""'(/[^'\n]+)'|"(/[^"\n]+)\"""")


class Back(NamedTuple):
    """One way back."""

    shared: str  # the folder that holds it
    leads_to: str  # relative to the root of the working tree; "." is the root itself
    python: bool  # it is Python's, and an entry of PYTHONPATH comes before it


def ways_back(root: str, shared: Iterable[str], environ: Mapping[str, str], into: str | None = None) -> list[Back]:
    """Every way back in the shared folders, and in what Python on PATH imports from.

    `into`: another folder than the working tree, to look for ways into that.
    """
    top = os.path.realpath(into or root)
    found: list[Back] = []
    folders = dict.fromkeys([*(os.path.join(root, path) for path in shared), *_environments(environ)])
    own = [real for real in map(os.path.realpath, folders) if real != top and is_below(real, top)]
    for folder in folders:
        name = os.path.relpath(folder, root) if is_below(folder, root) else folder
        if os.path.basename(folder) == "node_modules":
            links = (place for place in links_of(folder) if into or not means_the_same(place, folder, root))
            found += [Back(name, leads, python=False) for leads in _below(links, top, own)]
        else:
            for place, wins in _python(folder):
                found += [Back(name, leads, python=wins) for leads in _below([place], top, own)]
    return list(dict.fromkeys(found))


def _environments(environ: Mapping[str, str]) -> Iterator[str]:
    """Where a `python` that a stage may start has its packages: virtual environments, the system's, the user's."""
    if "VIRTUAL_ENV" in environ:
        yield os.path.normpath(environ["VIRTUAL_ENV"])
    for folder in dict.fromkeys(environ.get("PATH", "").split(":")):
        place = os.path.normpath(folder)
        if os.path.isabs(folder) and os.path.basename(place) == "bin":
            yield os.path.dirname(place)
    home = environ.get("HOME", "")
    user = environ.get("PYTHONUSERBASE") or os.path.join(home, ".local")
    if os.path.isabs(user):
        yield os.path.normpath(user)


def _below(places: Iterable[str], top: str, own: Iterable[str]) -> Iterator[str]:
    """Those that are there, in the working tree and in none of the folders `own`, relative to it."""
    for place in places:
        real = os.path.realpath(place)
        if is_below(real, top) and os.path.exists(real) and not any(is_below(real, folder) for folder in own):
            yield os.path.relpath(real, top)


def _python(environment: str) -> Iterator[tuple[str, bool]]:
    """The folders that an environment imports from besides its own, and whether PYTHONPATH comes before them.

    That is what *.pth files name (site, "path configuration files"): lines with a folder, and lines that import a
    module, such as the finders of editable installs (PEP 660), which hold the folders as text.
    """
    import glob  # most runs need no private checkout

    for packages in glob.glob(os.path.join(glob.escape(environment), "lib*", "python*", "*-packages")):
        for place in glob.glob(os.path.join(glob.escape(packages), "*.pth")):
            for line in _lines(place):
                words = _IMPORT.match(line)
                if words is None:
                    yield os.path.join(packages, line), True
                    continue
                for name in _NAME.findall(words[1]):
                    yield from _named_in(os.path.join(packages, f"{name}.py"))
        for place in glob.glob(os.path.join(glob.escape(packages), "*.egg-link")):
            yield from ((line, True) for line in _lines(place)[:1])


def _named_in(module: str) -> Iterator[tuple[str, bool]]:
    """The folders of the packages and modules that a finder maps to files."""
    text = "\n".join(_lines(module))
    appended = "meta_path.insert" not in text
    for single, double in _ABSOLUTE.findall(text):
        path = single or double
        if os.path.exists(path):  # other texts may begin with a slash
            yield os.path.dirname(path.removesuffix("/__init__.py")), appended


def links_of(modules: str) -> Iterator[str]:
    """Links in node_modules, scoped ones and programs too (npm workspaces, `npm link`)."""
    with contextlib.suppress(OSError):
        for entry in os.scandir(modules):
            if entry.is_symlink():
                yield entry.path
            elif entry.name.startswith("@") or entry.name == ".bin":
                links = (inner.path for inner in os.scandir(entry.path) if inner.is_symlink())
                yield from (link for link in links if entry.name != ".bin" or _is_of_a_link(link, modules))


def _is_of_a_link(program: str, modules: str) -> bool:
    """Whether a program's package is itself a link, or elsewhere: of the hundreds that there are, few."""
    place = os.path.relpath(os.path.normpath(os.path.join(os.path.dirname(program), os.readlink(program))), modules)
    names = place.split("/")
    return names[0] == ".." or os.path.islink(os.path.join(modules, *names[: 2 if names[0].startswith("@") else 1]))


def means_the_same(link: str, modules: str, root: str) -> bool:
    """Whether a link in node_modules names something of the project by its place: then it does so in a checkout, too.

    So npm, pnpm and Yarn link the packages of a workspace, and their programs.
    """
    text = os.readlink(link)
    if (
        os.path.islink(modules)
        or os.path.isabs(text)
        or not is_below(os.path.normpath(os.path.join(os.path.dirname(link), text)), root)
    ):
        return False
    real = os.path.realpath(link)
    return is_below(real, os.path.realpath(root)) and not is_below(real, os.path.realpath(modules))


def _lines(place: str) -> list[str]:
    try:
        lines = read_regular(os.fsencode(place)).decode("utf-8", "surrogateescape").splitlines()
        return [line.rstrip() for line in lines if line.strip() and not line.startswith("#") and "\0" not in line]
    except (OSError, NotAFileError, BigFileError):
        return []
