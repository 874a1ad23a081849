"""The page by TLS: what it is shown with, and how long who connects may take to begin."""

from __future__ import annotations

import asyncio
import contextlib
import os
import ssl
import stat
from typing import Any

from gofigure.errors import GofigureError

_PATIENCE = 10.0  # seconds for a handshake, and for a farewell; asyncio's own are 60 and 30
_LARGEST = 1024 * 1024
_CERTIFICATE, _KEY = b"-----BEGIN CERTIFICATE-----", b"PRIVATE KEY-----"


class Loop(asyncio.SelectorEventLoop):
    """An event loop whose servers do not wait long for who connects and says nothing."""

    async def create_server(self, *args: Any, **kwargs: Any) -> asyncio.Server:
        if kwargs.get("ssl") is not None:
            kwargs |= {"ssl_handshake_timeout": _PATIENCE, "ssl_shutdown_timeout": _PATIENCE}
        return await super().create_server(*args, **kwargs)


def context_of(certificate: str, key: str) -> ssl.SSLContext:
    """With these files; a key's passphrase is asked for on the terminal. Raises GofigureError."""
    for path in (certificate, key):
        _require_readable(path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise _refusal(certificate, key, error) from error
    return context


def _require_readable(path: str) -> None:
    try:
        is_folder = stat.S_ISDIR(os.stat(path).st_mode)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise GofigureError(f"{path}: {why}", hint="--certificate FILE --key FILE, both in PEM") from error
    if is_folder or not os.access(path, os.R_OK):
        why = "Is a directory" if is_folder else "Permission denied"
        raise GofigureError(f"{path}: {why}", hint="--certificate FILE --key FILE, both in PEM")


def _refusal(certificate: str, key: str, error: Exception) -> GofigureError:
    """What is wrong, as far as it is to be seen."""
    shown, secret = _text(certificate), _text(key)
    if _CERTIFICATE in secret and _KEY in shown and _CERTIFICATE not in shown:
        return GofigureError(f"{certificate} holds a key, and {key} a certificate", hint="the other way round")
    if _CERTIFICATE not in shown:
        return GofigureError(f"{certificate} holds no certificate in PEM", hint="--certificate FILE")
    if _KEY not in secret:
        return GofigureError(f"{key} holds no private key in PEM", hint="--key FILE")
    reason = getattr(error, "reason", None)
    if reason == "KEY_VALUES_MISMATCH":
        return GofigureError(f"{key} is not the key of {certificate}", hint="--key FILE: the one that it was made with")
    if b"ENCRYPTED" in secret:
        return GofigureError(
            f"{key} cannot be read: the passphrase is wrong, or there is no terminal to ask for it",
            hint=f"openssl pkey -in {key}  shows whether it is right, and writes the key without it",
        )
    return GofigureError(
        f"{certificate} and {key} cannot be used: {reason or error}", hint="openssl verify, openssl pkey"
    )


def _text(path: str) -> bytes:
    """The beginning of a file; "" of what would be used up by reading."""
    with contextlib.suppress(OSError):
        if stat.S_ISREG(os.stat(path).st_mode):
            with open(path, "rb") as file:
                return file.read(_LARGEST)
    return b""
