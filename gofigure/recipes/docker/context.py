"""The Dockerfile of a location, and what of it does not go to the builder."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, NamedTuple

from gofigure.engine.address import USED
from gofigure.errors import GofigureError
from gofigure.process.capture import capture

if TYPE_CHECKING:
    from gofigure.recipes.docker.builder import Builder
    from gofigure.recipes.order import Order

_IGNORE = ".dockerignore"
_STORE = ".gofigure"
# What changes with every run and is nobody's to have: our own store, and our folder in the git directory.
_OURS = (".gofigure", ".gofigure-journal", ".gofigure-wal", ".gofigure-shm", ".gofigure.set-aside-*", ".gofigure.d",
         ".git/gofigure")  # fmt: skip
_NAMED = 3


class Context(NamedTuple):
    """What a builder is told: the folder is the one that we are in."""

    dockerfile: str  # relative to the folder, or absolute
    ignore_file: str  # to be named to builders that take one; "" for none


def context_of(spec: Mapping[str, Any], order: Order, builder: Builder) -> Context:
    """Raises GofigureError where there is no Dockerfile, or more than one that is meant."""
    dockerfile = _dockerfile(spec["source"], order)
    own = f"{dockerfile}{_IGNORE}"
    ignore = next((name for name in (own, _IGNORE) if os.path.isfile(name)), "")
    if ignore == own and builder.name == "docker" and not builder.buildkit:
        raise GofigureError(
            f"{own} is heeded by BuildKit alone, which this docker client has not got",
            hint=f"install docker-buildx, or: git mv {own} {_IGNORE}",
        )
    _tell_unseen(ignore)
    if not os.path.lexists(_STORE):
        return Context(dockerfile, ignore)
    if builder.name == "docker" and not builder.buildkit:
        print(f"gofigure: without BuildKit, {_STORE}* goes into the context unless {_IGNORE} names it", flush=True)
        return Context(dockerfile, ignore)
    return _without_ours(dockerfile, ignore, order)


def _without_ours(dockerfile: str, ignore: str, order: Order) -> Context:
    """The same Dockerfile beside an ignore file that leaves our own things out, too: BuildKit takes that one."""
    folder = os.path.join(order.state_dir, USED, order.stage)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    place = os.path.join(folder, "Dockerfile")
    text = _read(ignore) if ignore else ""
    _write(place, _read(dockerfile))
    _write(place + _IGNORE, "\n".join([text.rstrip("\n"), *_OURS, ""]).lstrip("\n"))
    return Context(place, place + _IGNORE)


def _dockerfile(source: str, order: Order) -> str:
    search = re.compile(source).search
    found = sorted(path for path in _files() if search(path))
    if not found:
        where = order.location or "."
        raise GofigureError(f"no file in {where} matches {source}", hint=f"ls -la {where}")
    if len(found) > 1:
        names = ", ".join(found[:_NAMED])
        raise GofigureError(f"{len(found)} files match {source}: {names}", hint=f'say which: source = "{found[0]}"')
    _refuse_elsewhere(os.path.join(order.location, found[0]), found[0])
    return found[0]


def _refuse_elsewhere(shown: str, dockerfile: str) -> None:
    """Raise where it is a link out of the context, which no builder follows and no key knows of."""
    real = os.path.relpath(os.path.realpath(dockerfile), os.path.realpath("."))
    if real.startswith("../") or not os.path.exists(dockerfile):
        raise GofigureError(
            f"{shown} is a link to {real}, which is not in the context of the build",
            hint="put the file itself there; or a folder that holds both into locations, and the file into source",
        )


def _files() -> Iterator[str]:
    for folder, folders, files in os.walk("."):
        folders[:] = [name for name in folders if name not in (".git", "node_modules")]
        for name in files:
            yield os.path.normpath(os.path.join(folder, name))


def _tell_unseen(ignore: str) -> None:
    """Say what the context holds and no key knows of: what git ignores, and git's own folder."""
    listed = ("ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z", "--", ".")
    done = capture(["git", *listed], env=dict(os.environ))
    names = [name.rstrip("/") for name in done.out.decode(errors="replace").split("\0") if name]
    names += [".git"] if os.path.isdir(".git") else []
    patterns = [line.strip().strip("/") for line in _read(ignore).splitlines()] if ignore else []
    patterns += _OURS
    seen = [name for name in names if not any(map(functools.partial(fnmatchcase, name), patterns))]
    if done.code == 0 and seen:
        more = f" and {len(seen) - _NAMED} more" if len(seen) > _NAMED else ""
        print(
            f"gofigure: {', '.join(seen[:_NAMED])}{more}: no content of the project's, so a change there builds nothing"
            f" anew; {_IGNORE} keeps it out of the image",
            flush=True,
        )


def _read(path: str) -> str:
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        return file.read()


def _write(path: str, text: str) -> None:
    with open(f"{path}.new", "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)
    os.replace(f"{path}.new", path)
