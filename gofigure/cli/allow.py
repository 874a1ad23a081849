"""`gofigure allow`: trust this repository's configuration on this machine."""

from __future__ import annotations

import click

from gofigure import trust
from gofigure.cli.as_json import dump
from gofigure.cli.consent import said_yes, shown
from gofigure.cli.here import here
from gofigure.cli.terminal import printable
from gofigure.errors import EXIT_USER
from gofigure.project import Asking, load_config, untracked_folders


@click.command()
@click.option("--revoke", is_flag=True, help="Take the permission back.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask, at a terminal either.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON, and do not ask.")
def allow(*, revoke: bool, yes: bool, as_json: bool) -> int:
    """Let this repository's configuration run on this machine.

    Shows the configuration, or what has changed in it since your last yes. On a terminal it asks; where nobody
    sits, the command itself is the yes.
    """
    project = here().project
    home = project.trust.home
    if revoke:
        trust.revoke(project.trust)
        print(dump({"folder": home, "allowed": False}) if as_json else printable(f"{home} may no longer run anything"))
        return 0
    # What git would record counts as well: it may be gone from the folder, and is what a commit is judged by.
    loaded = load_config(project, Asking(of_index=True, new=untracked_folders(project)))
    if as_json:
        files = [file._asdict() for file in shown(project, loaded)]
    elif not said_yes(project, loaded, ask=not yes):
        print("nothing was allowed")
        return EXIT_USER
    trust.allow(project.trust, loaded.layers)
    print(dump({"folder": home, "allowed": True, "files": files}) if as_json else printable(f"allowed: {home}"))
    return 0
