"""Listens to what a program prints, line by line, and may put other words in its place."""

from __future__ import annotations

from collections.abc import Iterable

from gofigure.model import Case

_LONGEST_LINE = 1 << 20
LONGEST_TEXT = 2000  # bytes of a line that are looked at where words are looked for: expressions may take their square
MOST = 50_000  # tests of one command; what comes after these is counted only


def told_apart(cases: Iterable[Case]) -> list[Case]:
    """Those of one name by their order, as "works (2)": what prints them does not say which file each is in."""
    found: list[Case] = []
    counts: dict[tuple[str, str], int] = {}
    for case in cases:
        times = counts[case.suite, case.name] = counts.get((case.suite, case.name), 0) + 1
        found.append(case if times == 1 else case._replace(name=f"{case.name} ({times})"))
    return found


class Listener:
    """Takes output as it comes. What it passes on is the output, unless a kind of listener says otherwise.

    Whatever goes wrong with a line, the output goes on: from then on as it is.
    """

    def __init__(self) -> None:
        self.cases: list[Case] = []
        self.left_out = 0
        self._begun = b""
        self._gave_up = False

    def feed(self, data: bytes) -> bytes:
        """More output; what is to be shown of it now."""
        if self._gave_up:
            data, self._begun = self._begun + data, b""
            return data
        *lines, self._begun = (self._begun + data).split(b"\n")
        out = b"".join(self._heard(line + b"\n") for line in lines)
        if len(self._begun) > _LONGEST_LINE:
            line, self._begun = self._begun, b""
            out += self._heard(line)
        return out

    def flush(self) -> bytes:
        """The rest, at the end."""
        line, self._begun = self._begun, b""
        out = self._heard(line) if line else b""
        return out + self._safely(self.end, b"")

    def hear(self, line: bytes) -> bytes:
        """A line with its end, if it has one; what is to be shown in its place."""
        raise NotImplementedError

    def end(self, _rest: bytes) -> bytes:
        """All was heard; what is still to be shown."""
        return b""

    def add(self, case: Case) -> None:
        if len(self.cases) < MOST:
            self.cases.append(case)
        else:
            self.left_out += 1

    def _heard(self, line: bytes) -> bytes:
        return line if self._gave_up else self._safely(self.hear, line)

    def _safely(self, act: object, line: bytes) -> bytes:
        try:
            return act(line)  # type: ignore[operator, no-any-return]
        except Exception:  # noqa: BLE001 - anything may be printed, and nothing of it is to end a run
            self._gave_up = True
            return line


class Watcher(Listener):
    """A listener that only reads along: what is printed is passed on at once, whole lines or not."""

    def feed(self, data: bytes) -> bytes:
        super().feed(data)
        return data

    def flush(self) -> bytes:
        super().flush()
        return b""
