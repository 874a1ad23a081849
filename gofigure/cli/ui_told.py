"""Where a page is, in words: an address to open; of a Unix socket, which no browser opens, how to reach it first."""

from __future__ import annotations

import http.client
import json
import os
import shlex
import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gofigure.cli.as_json import dump
from gofigure.errors import GofigureError

if TYPE_CHECKING:
    from gofigure.web.door.place import Card
    from gofigure.web.door.where import Address

PATIENCE = 3.0  # seconds
UNIX = "unix:"
_PORT = 8123  # where the browser is; any other does as well


def login(address: Address) -> str:
    """What opens the page once; of a socket, when its port leads there."""
    url = f"http://localhost:{_PORT}" if address.url.startswith(UNIX) else address.url
    return f"{url}/login?ticket={address.ticket()}"


def tell(address: Address, pid: int, *, as_json: bool) -> None:
    opens, path = login(address), address.url.removeprefix(UNIX)
    leads = f"ssh -N -L {shlex.quote(f'{_PORT}:{path}')} {socket.gethostname()}" if path != address.url else ""
    if as_json:
        more = {"leads": leads, "opens": opens} if leads else {}
        print(dump({"address": address.url if leads else opens, "pid": pid, **more}), flush=True)
        return
    if leads:
        print(f"the page: {address.url}", flush=True)
        print(f"type where your browser is: {leads}", flush=True)
        print(f"and open there: {opens}", flush=True)
    else:
        print(f"the page: {opens}", flush=True)
    if pid == os.getpid():
        print("this opens it once; another time: gofigure ui. Ctrl-C ends the page, and no run.", flush=True)


def ticket_of(card: Card) -> str:
    """Ask a page for a way in, with the key that only we can read. Raises GofigureError."""
    try:
        connection = _connected(card.address)
        connection.request("GET", "/api/v1/ticket", headers={"Authorization": f"Bearer {card.key}"})
        said = json.loads(connection.getresponse().read())
        connection.close()
        return str(said["ticket"])
    except (OSError, ValueError, KeyError, http.client.HTTPException) as error:
        raise GofigureError(
            f"the page of this working tree (process {card.pid}) does not answer: {error}", hint=f"kill {card.pid}"
        ) from error


def _connected(address: str) -> http.client.HTTPConnection:
    """Raises OSError."""
    if address.startswith(UNIX):
        connection = http.client.HTTPConnection("localhost", timeout=PATIENCE)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.settimeout(PATIENCE)
        connection.sock.connect(address.removeprefix(UNIX))
        return connection
    if address.startswith("https:"):
        import ssl

        unchecked = ssl._create_unverified_context()  # noqa: S323, SLF001 - its certificate is the user's own affair
        return http.client.HTTPSConnection(urlsplit(address).netloc, timeout=PATIENCE, context=unchecked)
    return http.client.HTTPConnection(urlsplit(address).netloc, timeout=PATIENCE)
