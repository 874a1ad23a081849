"""One question to an engine: HTTP/1.0 over its socket, so that an answer ends where the connection does.

http.client would cost 12 ms at import, and a proven stage has no such time; this needs `socket` alone.
"""

from __future__ import annotations

import json
import os
import socket
from typing import Any, NamedTuple

from gofigure.engine.address import Address
from gofigure.errors import GofigureError

PATIENCE = 3.0  # seconds, for a question that an engine answers from memory
_USUAL = ("unix:///var/run/docker.sock", "unix:///run/docker.sock")
_CHUNK = 65536
_LARGEST = 64 * 1024 * 1024


class EngineSilent(GofigureError):  # noqa: N818 - reads as the sentence that it carries
    """No engine answers, or none that can be asked this way."""


class Answer(NamedTuple):
    status: int
    body: bytes

    @property
    def value(self) -> Any:
        """What it says, in Python's values; None where that is no JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


def ask(address: Address, path: str, *, method: str = "GET", timeout: float = PATIENCE) -> Answer:
    """Raises EngineSilent where nobody answers in time."""
    try:
        with _connected(address, timeout) as talk:
            talk.sendall(f"{method} {path} HTTP/1.0\r\nHost: docker\r\nContent-Length: 0\r\n\r\n".encode())
            return _parsed(_all_of(talk), address)
    except OSError as error:
        raise silent(address, _why(error)) from error


def filters(**wanted: str | list[str]) -> str:
    """The query by which an engine chooses, such as by label="gofigure.run=1"."""
    from urllib.parse import quote

    return "filters=" + quote(
        json.dumps({name: value if isinstance(value, list) else [value] for name, value in wanted.items()})
    )


def silent(address: Address, why: str) -> EngineSilent:
    if address.host not in _USUAL:
        hint = f"start the engine at {address.host}, or name another: DOCKER_HOST, docker context ls"
    elif os.uname().sysname == "Darwin":
        hint = "start Docker Desktop"
    else:
        hint = "sudo systemctl start docker"
    return EngineSilent(f"the container engine at {address.host} does not answer: {why}", hint=hint)


def _connected(address: Address, timeout: float) -> socket.socket:
    kind, _, rest = address.host.partition("://")
    if kind == "unix":
        talk = socket.socket(socket.AF_UNIX)
        talk.settimeout(timeout)
        try:
            talk.connect(rest)
        except OSError:
            talk.close()
            raise
        return talk
    if kind not in ("tcp", "http", "https"):
        raise silent(address, "only unix:// and tcp:// can be asked")
    host, _, port = rest.rstrip("/").rpartition(":")
    if not port.isdigit():
        raise silent(address, "no port is named")
    plain = socket.create_connection((host.strip("[]"), int(port)), timeout)
    return _with_tls(plain, host, address.tls) if address.tls else plain


def _with_tls(plain: socket.socket, host: str, folder: str) -> socket.socket:
    import ssl

    try:
        context = ssl.create_default_context(cafile=os.path.join(folder, "ca.pem"))
        context.load_cert_chain(os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem"))
        return context.wrap_socket(plain, server_hostname=host)
    except OSError:
        plain.close()
        raise


def _all_of(talk: socket.socket) -> bytes:
    said = bytearray()
    while data := talk.recv(_CHUNK):
        said += data
        if len(said) > _LARGEST:
            raise OSError("its answer has no end")
    return bytes(said)


def _parsed(said: bytes, address: Address) -> Answer:
    head, _, body = said.partition(b"\r\n\r\n")
    words = head.split(None, 2)
    if len(words) < 2 or not words[0].startswith(b"HTTP/") or not words[1].isdigit():
        raise silent(address, "what is there is no engine")
    return Answer(int(words[1]), body)


def _why(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "it takes too long"
    return error.strerror or str(error)
