"""A TOML file into a dictionary, or a `ConfigError` that names the line."""

from __future__ import annotations

import os

from gofigure.digest.content import BigFileError, NotAFileError, read_regular
from gofigure.errors import ConfigError, GofigureError, Problem

MAX_BYTES = 1024 * 1024
_MAX_MESSAGE = 200


def read(path: str) -> bytes:
    """The bytes of the file."""
    try:
        # A link is followed first, and to its end, because read_regular follows none.
        return read_regular(os.fsencode(os.path.realpath(path)))
    except BigFileError:
        raise _too_big(path) from None
    except NotAFileError:
        if os.path.isdir(path):
            raise GofigureError(f"cannot read {path}: Is a directory", hint=f"look at: ls -ld {path}") from None
        raise GofigureError(f"{path} is not a regular file", hint=f"look at: ls -l {path}") from None
    except (FileNotFoundError, NotADirectoryError):
        if os.path.islink(path):
            told = f"{path} is a link to {os.readlink(path)}, and nothing is there"
            raise GofigureError(told, hint=f"look at: ls -l {path}") from None
        folder, name = os.path.split(os.path.abspath(path))
        raise GofigureError(f"no {name} in {folder}", hint="gofigure init") from None
    except OSError as error:
        raise GofigureError(f"cannot read {path}: {error.strerror}", hint=f"look at: ls -ld {path}") from error


def decode(data: bytes, path: str) -> str:
    """The bytes as text."""
    if len(data) > MAX_BYTES:
        raise _too_big(path)
    if data.startswith(b"\xef\xbb\xbf"):
        raise _error(path, 1, "found a byte order mark, expected UTF-8 without one")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = data[error.start]
        raise _error(path, line, f"found the byte 0x{byte:02x}, expected UTF-8: {error.reason}") from None


def parse_toml(text: str, path: str) -> dict[str, object]:
    """The text as a dictionary."""
    import tomli  # 10 ms, in which git may begin to look: reading is sooner than understanding

    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        message = f"not valid TOML: {error.msg[:_MAX_MESSAGE]} (column {error.colno})"
        raise _error(path, error.lineno, message) from None
    except RecursionError:
        raise _error(path, 0, "nested too deeply to be a configuration") from None
    except ValueError:
        # The one error that tomli lets through: Python refuses to read very long numbers.
        raise _error(path, _line_of_long_number(text), "found a number with thousands of digits") from None


def _line_of_long_number(text: str) -> int:
    import re

    found = re.search(r"\d[\d_]{4000,}", text)
    return text.count("\n", 0, found.start()) + 1 if found else 0


def _too_big(path: str) -> ConfigError:
    return _error(path, 0, f"found more than {MAX_BYTES} bytes, expected at most that many")


def _error(path: str, line: int, message: str) -> ConfigError:
    return ConfigError([Problem(path, line, "", message)])
