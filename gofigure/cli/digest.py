"""`gofigure digest`: what content is called."""

from __future__ import annotations

import os
import sys

import click

from gofigure.cli.as_json import dump
from gofigure.cli.console import console_for
from gofigure.cli.here import from_root, here
from gofigure.errors import EXIT_PASSED
from gofigure.queries import digests
from gofigure.subject import Request


@click.command()
@click.argument("paths", nargs=-1, type=click.Path())
@click.option("--staged", is_flag=True, help="Of what a commit would record now.")
@click.option("--commit", metavar="REV", help="Of the content of a commit.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def digest(paths: tuple[str, ...], *, staged: bool, commit: str | None, as_json: bool) -> int:
    """Print the digests of PATHS, or of the whole tree.

    A file's digest is blake3 of its content as git stores it; a folder's is made of what it holds. The same
    content has the same digest in a working tree, an index, a commit, another clone or a plain folder.
    """
    where = here()
    request = Request(where.manual, where.environ, commit=commit, staged=staged)
    wanted = [from_root(path, where.project.root) for path in paths] or ["."]
    with console_for(sys.stderr) as console:
        found = digests(where.project, request, [os.fsencode(path) for path in wanted], console)
    if as_json:
        print(dump({"digests": [{"path": path, "kind": kind, "digest": hexed} for path, kind, hexed in found]}))
    else:
        for path, _, hexed in found:
            print(f"{hexed}  {path}")
    return EXIT_PASSED
