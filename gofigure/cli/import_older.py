"""`gofigure import`: the older JSON files into TOML, or else what other tools are told (import_others)."""

from __future__ import annotations

import contextlib
import os
import shlex
import stat
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from gofigure import trust
from gofigure.cli.as_json import dump
from gofigure.cli.consent import visible
from gofigure.cli.here import here
from gofigure.cli.import_others import import_others
from gofigure.cli.streams import write
from gofigure.cli.terminal import tell
from gofigure.config import Layer, job_files
from gofigure.config.importing import import_older as imported_by
from gofigure.errors import EXIT_PASSED, GofigureError
from gofigure.importing import chosen, look_around
from gofigure.model import is_older_job
from gofigure.project import as_judged
from gofigure.targets import KINDS

if TYPE_CHECKING:
    from gofigure.config.importing import Imported
    from gofigure.project import Project


_OTHERS_JSON = ("package.json", "lefthook.json", ".lefthook.json", ".lintstagedrc.json", ".huskyrc.json")


@click.command("import")
@click.argument("files", nargs=-1, type=click.Path())
@click.option("--write", "do_write", is_flag=True, help="Write it.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def import_older(files: tuple[str, ...], *, do_write: bool, as_json: bool) -> int:
    """Bring over what other tools are told: show it as a .gofigure.toml, with what cannot be carried over, and why.

    Knows pre-commit, lefthook, husky with lint-staged, Make, Task, just, npm scripts, GitHub Actions and Woodpecker.
    Without FILES, all that are there. Nothing is written without --write, and never over a file.

    The older JSON files (gofigure-JOB.json and their stages) come first, and are added to what .gofigure.toml says
    already. They stay: when the TOML is written, remove them.
    """
    where = here()
    project = where.project
    names = [_named(file, project.root) for file in files]
    if not _is_older(project.root, names):
        place = look_around(project.root, where.environ, in_git=project.repository is not None)
        return import_others(where, place, names, do_write=do_write, as_json=as_json)
    imported = imported_by(project.config_file, names, targets=tuple(KINDS))
    difference = [visible(line) for line in _difference(imported)]
    if do_write:
        _refuse_foreign(project, imported)
        _write(imported)
    if as_json:
        print(dump(_as_json(imported, difference, written=do_write)))
        return EXIT_PASSED
    write(sys.stdout, "".join(f"{line}\n" for line in difference))
    remove = f"rm -- {shlex.join(imported.replaced)}"
    if do_write:
        tell(f"wrote {imported.path}: {len(imported.jobs)} job(s), {len(imported.stages)} stage(s)")
        tell(f"next, as the JSON files say the same: {remove}")
    else:
        tell(f"nothing is written; gofigure import --write does it, and then: {remove}")
    if not names:
        place = look_around(project.root, where.environ, in_git=project.repository is not None)
        for tool, others in chosen(place, ()).items():
            tell(f"of {tool} there is also: gofigure import {shlex.join(others)}")
    return EXIT_PASSED


def _is_older(root: str, names: list[str]) -> bool:
    """Whether this is about the older JSON files: they are named, or there are some and nothing is named."""
    if not names:
        return bool(job_files(root))
    return any(is_older_job(name) for name in names) or all(_is_older_stage(name) for name in names)


def _is_older_stage(name: str) -> bool:
    base = os.path.basename(name)
    return base.endswith(".json") and base not in _OTHERS_JSON


def _refuse_foreign(project: Project, imported: Imported) -> None:
    """Raise NotAllowedError for what waits for a yes here: as TOML it would be taken for written here."""
    if trust.token_of(project.trust) is not None:
        first = Layer(imported.path, b"")
        refused = trust.refusal(project.trust, as_judged((first, *imported.layers))[1:])
        if refused is not None:
            raise refused


def _named(file: str, root: str) -> str:
    """A file of the command line as it is called from the root."""
    name = os.path.relpath(os.path.join(os.path.realpath(os.path.dirname(file) or "."), os.path.basename(file)), root)
    if name.split("/")[0] == "..":
        raise GofigureError(f"{file} is not below {root}", hint="name files of this project")
    return name


def _difference(imported: Imported) -> Iterator[str]:
    import difflib

    name = os.path.basename(imported.path)
    old, new = (data.decode("utf-8", "replace").split("\n") for data in (imported.before or b"", imported.after))
    return difflib.unified_diff(old[:-1] if not old[-1] else old, new[:-1], name, f"{name} (imported)", lineterm="")


def _as_json(imported: Imported, difference: list[str], *, written: bool) -> dict[str, object]:
    return {
        "file": imported.path,
        "written": written,
        "jobs": imported.jobs,
        "stages": imported.stages,
        "difference": difference,
        "text": imported.after.decode(),
        "replaced": imported.replaced,
    }


def _write(imported: Imported) -> None:
    """Exchange the file for the new one, whole or not at all; where a link leads, there."""
    place = os.path.realpath(imported.path)
    own = f"{place}.{os.getpid()}"
    try:
        fd = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
        with open(fd, "wb") as stream:
            if imported.before is not None:
                os.fchmod(fd, stat.S_IMODE(os.stat(place).st_mode))
            stream.write(imported.after)
        os.replace(own, place)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(own)
        raise GofigureError(
            f"{imported.path} cannot be written: {error.strerror}",
            hint="gofigure import --json shows what it would hold",
        ) from None
