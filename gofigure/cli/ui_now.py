"""Serve the page, or open the one that is there: what `gofigure ui` does once its words are understood."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from gofigure import trust
from gofigure.cli.guard import reported, say, say_bug
from gofigure.cli.here import here
from gofigure.cli.ui_told import PATIENCE, login, tell, ticket_of
from gofigure.cli.watch_now import stopping
from gofigure.errors import EXIT_PASSED, GofigureError, Interrupted
from gofigure.project import Project, load_config
from gofigure.watch.place import folder_of
from gofigure.web.door.place import Card, Place, card_of
from gofigure.web.door.published import LOOPBACK, has_hardware, published_port

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gofigure.reference.commands import Command
    from gofigure.web.door.where import Address, Where


def ui_now(where: Where, *, read_only: bool, browser: bool, as_json: bool) -> int:
    """Returns the exit code."""
    around = here()
    project = around.project
    _require_token(project)
    where = _as_published(where, around.environ)
    if where.socket:
        where = where._replace(socket=os.path.abspath(where.socket))
    place = Place(folder_of(project.lock_file))
    if not place.take():
        return _open_other(place.folder, where, read_only=read_only, browser=browser, as_json=as_json)
    from gofigure.cli.ui_code import announcer
    from gofigure.web.serve import serve

    def told(address: Address) -> None:
        tell(address, os.getpid(), as_json=as_json)
        if where.published and not as_json:
            print(f"in a container, it was to be started with: -p {LOOPBACK}:{where.port}:{where.port}", flush=True)
        if browser:
            _show(login(address))

    announce = announcer(project) if not as_json and sys.stdout.isatty() else None
    try:
        with stopping():
            serve(
                project,
                around.environ,
                where,
                place,
                read_only=read_only,
                tell=told,
                announce=announce,
                commands=_commands,
                tell_bug=_tell_bug,
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


def _tell_bug(error: BaseException) -> str:
    """Returns where its report is. A terminal that is stopped does not keep the page waiting."""
    report = reported(error)
    threading.Thread(target=say_bug, args=(error, report), daemon=True).start()
    return report


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
    from gofigure.web.door.where import Address, refuse_unsafe

    refuse_unsafe(where)
    card = card_of(folder)
    if card is None:
        raise GofigureError("another page is just beginning, or ending, in this working tree", hint="gofigure ui")
    other = "shows and steers nothing" if card.read_only else "may run things"
    if card.read_only != read_only:
        raise GofigureError(f"a page that {other} is at work here already (process {card.pid})", hint="end it first")
    if _is_elsewhere(card, where):
        raise GofigureError(
            f"a page is at work here already, at {card.address} (process {card.pid})", hint="gofigure ui"
        )
    address = Address(card.address, partial(ticket_of, card))
    tell(address, card.pid, as_json=as_json)
    if browser and card.port:
        _show(login(address)).join(PATIENCE)
    return EXIT_PASSED


def _is_elsewhere(card: Card, where: Where) -> bool:
    """Whether a page is not where one was asked for. What is asked for by default is answered by any."""
    is_named = bool(where.socket or where.certificate) or where.host != LOOPBACK
    if is_named and card.address != where.url(card.port):
        return True
    return bool(where.port) and where.port != card.port


def _show(login: str) -> threading.Thread:
    """In the browser; where there is none, an address has been printed.

    In a thread: some browsers are waited for until they end.
    """
    thread = threading.Thread(target=_open, args=(login,), daemon=True)
    thread.start()
    return thread


def _open(login: str) -> None:
    import webbrowser

    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return  # it would be a text browser, in this terminal
    try:
        webbrowser.open(login)
    except webbrowser.Error as error:
        say(f"gofigure: no browser: {error}")
