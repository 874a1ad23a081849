"""lefthook's `skip` and `only`: when a job is left out."""

from __future__ import annotations

from typing import NamedTuple

from gofigure.importing.facts import Line, lines
from gofigure.importing.given import Given, Reading, Table, get, shown

_STATES = {"merge": "merge", "rebase": "rebase", "merge-commit": "merge"}


class Conditions(NamedTuple):
    """In our words."""

    off: bool = False
    during: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()

    def with_those(self, other: Conditions) -> Conditions:
        return Conditions(
            self.off or other.off,
            tuple(dict.fromkeys((*self.during, *other.during))),
            tuple(dict.fromkeys((*self.branches, *other.branches))),
        )

    def lines(self) -> tuple[Line, ...]:
        off = (Line("enabled", False, "it was switched off there as well"),) if self.off else ()
        return (*off, *lines(during=self.during, branches=self.branches))


def conditions(reading: Reading, table: Table, what: str) -> Conditions:
    """Of one hook, group or job."""
    found = Conditions()
    for key in ("only", "skip"):
        given = get(table, key)
        for one in given.value if isinstance(given.value, tuple) else (given,):
            found = found.with_those(_one(reading, key, one, f"{what}.{key}"))
    return found


def _one(reading: Reading, key: str, given: Given, what: str) -> Conditions:
    sign = "!" if key == "skip" else ""
    value = given.value
    if isinstance(value, bool):
        return Conditions(off=value if key == "skip" else not value)
    if isinstance(value, str) and value in _STATES:
        return Conditions(during=(f"{sign}{_STATES[value]}",))
    if isinstance(value, dict):
        branch = reading.text(get(value, "ref"), f"{what}.ref")
        if branch:
            return Conditions(branches=(f"{sign}{branch}",))
        if "run" in value:
            line = reading.text(value["run"], f"{what}.run")
            todo = "say it in branches, during or changed"
            reading.leave(given.line, f"{what}: run: {shown(line)}", "a command does not decide here", todo)
            return Conditions()
    if value is not None:
        reading.leave(given.line, what, "found none of merge, rebase, merge-commit, ref or run", "mend it there")
    return Conditions()
