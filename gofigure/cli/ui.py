"""`gofigure ui`: the page."""

from __future__ import annotations

import click


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="Default: the last one, or any.")
@click.option("--host", default="127.0.0.1", metavar="ADDRESS", help="Any other than this machine's own needs TLS.")
@click.option("--socket", "socket_path", default="", metavar="PATH", help="A Unix socket instead, for you alone.")
@click.option("--certificate", default="", metavar="FILE", help="TLS, with --key.")
@click.option("--key", default="", metavar="FILE", help="TLS, with --certificate.")
@click.option("--read-only", is_flag=True, help="Show all, and run nothing.")
@click.option("--no-browser", is_flag=True, help="Print the address only.")
@click.option("--until-eof", is_flag=True, hidden=True)
@click.option("--json", "as_json", is_flag=True, help="Print the address as JSON.")
def ui(
    *,
    port: int,
    host: str,
    socket_path: str,
    certificate: str,
    key: str,
    read_only: bool,
    no_browser: bool,
    until_eof: bool,
    as_json: bool,
) -> int:
    """Show this working tree's jobs in a browser, and steer them.

    Prints an address that opens the page once, and serves until Ctrl-C. Where a page is at work already, it is
    opened.
    """
    from gofigure.cli.ui_now import ui_now
    from gofigure.web.door.where import Where

    if until_eof:
        from gofigure.cli.ui_beside import end_with_input

        end_with_input()
    where = Where(host, port, socket_path, certificate, key)
    return ui_now(where, read_only=read_only, browser=not no_browser and not socket_path, as_json=as_json)
