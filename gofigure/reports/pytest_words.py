"""What pytest prints, without the line that names the report that nobody but gofigure has asked for."""

from __future__ import annotations

import os

from gofigure.reports.listener import Listener

_LONGEST_LINE = 8192


class PytestWords(Listener):
    """Everything is passed on at once but what may become that line: dashes at the begin of one."""

    def __init__(self, report: str) -> None:
        super().__init__()
        self._line = b" generated xml file: " + os.fsencode(report) + b" -"
        self._held = b""
        self._in_line = False  # of which the begin was passed on

    def feed(self, data: bytes) -> bytes:
        *lines, rest = (self._held + data).split(b"\n")
        self._held = b""
        out = b"".join(self._shown(line + b"\n") for line in lines)
        if rest and (self._in_line or not rest.startswith(b"-") or len(rest) > _LONGEST_LINE):
            self._in_line = True
            return out + rest
        self._held = rest
        return out

    def _shown(self, line: bytes) -> bytes:
        begun, self._in_line = self._in_line, False
        return b"" if not begun and line.startswith(b"-") and self._line in line else line

    def flush(self) -> bytes:
        out, self._held = self._held, b""
        return out
