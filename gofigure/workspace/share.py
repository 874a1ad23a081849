"""Folders that git ignores and that stages need all the same: linked from the working tree into a private checkout."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence

from gofigure.digest.tree import look_up
from gofigure.git.exclude import ignored
from gofigure.git.repository import Repository
from gofigure.workspace.leads_back import links_of, means_the_same
from gofigure.workspace.slots import remove_all

# What tools keep beside the file that describes a project: installed modules. Nothing that is built from the project
# itself (target, build, .tox): that of one content would be taken for that of another. A checkout keeps its own.
BESIDE: dict[str, tuple[str, ...]] = {
    "package.json": ("node_modules",),
    "pyproject.toml": (".venv", "venv"),
    "setup.py": (".venv", "venv"),
    "setup.cfg": (".venv", "venv"),
    "requirements.txt": (".venv", "venv"),
    "tox.ini": (".venv", "venv"),
    "noxfile.py": (".venv", "venv"),
    "composer.json": ("vendor",),
    "Gemfile": ("vendor",),
    "go.mod": ("vendor",),
    "mix.exs": ("deps",),
}


def by_default(manifests: Iterable[bytes]) -> list[bytes]:
    """What may stand beside these files, and in the root in any case; `manifests`: paths from the root."""
    folders = {(b"", name) for names in BESIDE.values() for name in names}
    for path in manifests:
        folder, slash, name = path.rpartition(b"/")
        folders |= {(folder + slash, beside) for beside in BESIDE.get(os.fsdecode(name), ())}
    return sorted(folder + os.fsencode(name) for folder, name in folders)


def shared(
    repository: Repository, tree: bytes, wanted: Sequence[bytes], load: Callable[[bytes], bytes]
) -> tuple[list[bytes], list[bytes]]:
    """Those of the wanted paths that can be linked, and those that are there and are content, not for sharing.

    Only what git ignores: all else is part of the content, or deliberately not.
    """
    root = os.fsencode(repository.root)
    there = [path for path in wanted if os.path.lexists(os.path.join(root, path))]
    if not there:
        return [], []
    known = ignored(repository, there)
    good = [path for path in there if path in known and look_up(tree, path, load) is None]
    outermost = [path for path in good if not any(path.startswith(other + b"/") for other in good)]
    return outermost, [path for path in there if path not in good]


def link(path: bytes, source: str, tree: str) -> None:
    """Make what stands at `path` in `source` stand in `tree`, too.

    A folder becomes a folder of links, one for each thing in it: a rule such as `node_modules/` ignores it then, too,
    and a stage that removes it, or installs something into it, does that here and not in the working tree. What a
    stage has put in the place of a link goes: it would hide what the working tree has by now.
    """
    there, here = os.path.join(os.fsencode(source), path), os.path.join(os.fsencode(tree), path)
    _make_way(os.fsencode(tree), os.path.dirname(path))
    if os.path.islink(there) or not os.path.isdir(there):
        _put_link(here, there)
        return
    if os.path.islink(here) or not os.path.isdir(here):
        if os.path.lexists(here):
            os.unlink(here)  # whatever it leads to, that stays
        os.mkdir(here)
    wanted = _names(there)
    own = _of_the_project(there, source)
    for name in wanted:
        if any(path.startswith(name + b"/") for path in own):
            _link_each(name, there, here, own)
        else:
            _put_link(os.path.join(here, name), own.get(name) or os.path.join(there, name))
    for name in _names(here) - wanted:
        _unlink_all(os.path.join(here, name), os.path.join(there, name))


def _of_the_project(there: bytes, root: str) -> dict[bytes, bytes]:
    """Links in node_modules to packages of the project, which in a checkout mean those of the checkout: their texts."""
    if os.path.basename(there) != b"node_modules":
        return {}
    modules = os.fsdecode(there)
    found = [place for place in links_of(modules) if means_the_same(place, modules, root)]
    return {os.fsencode(os.path.relpath(place, modules)): os.fsencode(os.readlink(place)) for place in found}


def _link_each(folder: bytes, there: bytes, here: bytes, own: Mapping[bytes, bytes]) -> None:
    """A folder of links in the place of a link to a folder of which some lead into the project."""
    _make_way(here, folder)
    names = _names(os.path.join(there, folder))
    for name in names:
        path = os.path.join(folder, name)
        _put_link(os.path.join(here, path), own.get(path) or os.path.join(there, path))
    for name in _names(os.path.join(here, folder)) - names:
        path = os.path.join(folder, name)
        _unlink(os.path.join(here, path), os.path.join(there, path))


def unlink(path: bytes, source: str, tree: str) -> None:
    """Take our links at `path` away again; whatever a stage has put there stays."""
    there, here = (os.path.join(os.fsencode(top), path) for top in (source, tree))
    # A stage may have made a folder on the way a link into the user's own files: nothing is removed there.
    if os.path.realpath(os.path.dirname(here)) != os.path.join(
        os.path.realpath(os.fsencode(tree)), os.path.dirname(path)
    ).rstrip(b"/"):
        return
    if os.path.islink(here) or not os.path.isdir(here):
        _unlink(here, there)
        return
    for name in _names(here):
        _unlink_all(os.path.join(here, name), os.path.join(there, name))
    with contextlib.suppress(OSError):  # something of a stage's is left in it
        os.rmdir(here)


def _make_way(tree: bytes, folder: bytes) -> None:
    """Make a folder in `tree`; what a stage has put on the way to it goes, and what that leads to stays."""
    place = tree
    for name in folder.split(b"/") if folder else ():
        place = os.path.join(place, name)
        if os.path.islink(place) or not os.path.isdir(place):
            if os.path.lexists(place):
                os.unlink(place)
            os.mkdir(place)


def _put_link(place: bytes, target: bytes) -> None:
    if os.path.islink(place) and os.readlink(place) == target:
        return
    if os.path.lexists(place):
        remove_all(os.fsdecode(place))
    os.symlink(target, place)


def _unlink(place: bytes, target: bytes) -> None:
    """Take our link away: to that place, or to a package of the project."""
    if not os.path.islink(place):
        return
    text = os.readlink(place)
    if text == target or (text.startswith(b"../") and b"/node_modules/" not in os.path.realpath(place)):
        os.unlink(place)


def _unlink_all(place: bytes, target: bytes) -> None:
    """Take our link away, or ours in a folder of links."""
    name = os.path.basename(place)
    if os.path.islink(place) or not (name.startswith(b"@") or name == b".bin"):
        _unlink(place, target)
        return
    for inner in _names(place):
        _unlink(os.path.join(place, inner), os.path.join(target, inner))
    with contextlib.suppress(OSError):  # something of a stage's is left in it
        os.rmdir(place)


def _names(folder: bytes) -> set[bytes]:
    try:
        return set(os.listdir(folder))
    except OSError:  # somebody is working there: `npm ci` has just removed it
        return set()
