"""Serve the page, or open the one that is there: what `gofigure ui` does once its words are understood."""

from __future__ import annotations

import http.client
import json
import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gofigure import trust
from gofigure.cli.as_json import dump
from gofigure.cli.guard import say
from gofigure.cli.here import here
from gofigure.cli.watch_now import stopping
from gofigure.errors import EXIT_PASSED, GofigureError, Interrupted
from gofigure.project import Project, load_config
from gofigure.watch.place import folder_of
from gofigure.web.place import Card, Place, card_of
from gofigure.web.published import LOOPBACK, has_hardware, published_port

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gofigure.reference.commands import Command
    from gofigure.web.serve import Address, Where

_PATIENCE = 3.0  # seconds


def ui_now(where: Where, *, read_only: bool, browser: bool, as_json: bool) -> int:
    """Returns the exit code."""
    around = here()
    project = around.project
    _require_token(project)
    where = _as_published(where, around.environ)
    place = Place(folder_of(project.lock_file))
    if not place.take():
        return _open_other(place.folder, where, read_only=read_only, browser=browser, as_json=as_json)
    from gofigure.cli.ui_code import announcer
    from gofigure.web.serve import serve

    def tell(address: Address) -> None:
        _tell(address.login() if not where.socket else address.url, os.getpid(), as_json=as_json)
        if where.published and not as_json:
            print(f"in a container, it was to be started with: -p {LOOPBACK}:{where.port}:{where.port}", flush=True)
        if browser:
            _show(address.login())

    announce = announcer(project) if not as_json and sys.stdout.isatty() else None
    try:
        with stopping():
            serve(
                project,
                around.environ,
                where,
                place,
                read_only=read_only,
                tell=tell,
                announce=announce,
                commands=_commands,
            )
    except (Interrupted, KeyboardInterrupt):  # which is how it is ended
        pass
    finally:
        place.leave()
    return EXIT_PASSED


def _require_token(project: Project) -> None:
    """Raise GofigureError where nobody has said yes yet; or what keeps anybody from saying it."""
    try:
        trust.require_token(project.trust)
    except GofigureError:
        load_config(project)
        raise


def _commands() -> Sequence[Command]:
    """For the page Docs, when somebody opens it."""
    from gofigure.cli.main import gofigure
    from gofigure.reference.commands import described

    return described(gofigure)


def _as_published(where: Where, environ: Mapping[str, str]) -> Where:
    """In a container, the address that its engine publishes; what a person names otherwise is as they say."""
    if where.socket or where.certificate or where.host != LOOPBACK or not (port := published_port(environ)):
        return where
    return where._replace(port=where.port or port, published=not has_hardware())


def _open_other(folder: str, where: Where, *, read_only: bool, browser: bool, as_json: bool) -> int:
    """Another page of this working tree is at work: have it let us in, if it is such a one as was asked for."""
    card = card_of(folder)
    if card is None:
        raise GofigureError("another page is just beginning, or ending, in this working tree", hint="gofigure ui")
    other = "shows and steers nothing" if card.read_only else "may run things"
    if card.read_only != read_only:
        raise GofigureError(f"a page that {other} is at work here already (process {card.pid})", hint="end it first")
    if (where.port and where.port != card.port) or (where.socket and card.address != f"unix:{where.socket}"):
        raise GofigureError(
            f"a page is at work here already, at {card.address} (process {card.pid})", hint="gofigure ui"
        )
    login = card.address if not card.port else f"{card.address}/login?ticket={_ticket(card)}"
    _tell(login, card.pid, as_json=as_json)
    if browser and card.port:
        _show(login)
    return EXIT_PASSED


def _ticket(card: Card) -> str:
    """Ask for a way in, with the key that only we can read. Raises GofigureError."""
    address = urlsplit(card.address)
    headers = {"Authorization": f"Bearer {card.key}"}
    try:
        if address.scheme == "https":
            import ssl

            unchecked = ssl._create_unverified_context()  # noqa: S323, SLF001 - its certificate is the user's own affair
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                address.netloc, timeout=_PATIENCE, context=unchecked
            )
        else:
            connection = http.client.HTTPConnection(address.netloc, timeout=_PATIENCE)
        connection.request("GET", "/api/v1/ticket", headers=headers)
        answer = connection.getresponse()
        said = json.loads(answer.read())
        return str(said["ticket"])
    except (OSError, ValueError, KeyError, http.client.HTTPException) as error:
        raise GofigureError(
            f"the page of this working tree (process {card.pid}) does not answer: {error}", hint=f"kill {card.pid}"
        ) from error


def _tell(login: str, pid: int, *, as_json: bool) -> None:
    if as_json:
        print(dump({"address": login, "pid": pid}), flush=True)
    else:
        print(f"the page: {login}", flush=True)
        if pid == os.getpid():
            print("this opens it once; another time: gofigure ui. Ctrl-C ends the page, and no run.", flush=True)


def _show(login: str) -> None:
    """In the browser; where there is none, the address has been printed."""
    import webbrowser

    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return  # it would be a text browser, in this terminal
    try:
        webbrowser.open(login)
    except webbrowser.Error as error:
        say(f"gofigure: no browser: {error}")
