"""The single tests of a stage: made fit to be kept and shown, counted, and told of in few lines."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from gofigure.model import Case, Counts
from gofigure.runner.clean import clean
from gofigure.runner.words import shortened

_LONGEST_NAME = 500
_LONGEST_LINE = 400
_SHOWN_NAME = 120  # columns; a test may be called by all that it is handed
_LINES = 8
_NAMED = 5
_FAILURES = 20


def tidied(cases: Iterable[Case], hide: Callable[[str], str]) -> list[Case]:
    """Each test of an attempt once, by its worst verdict, in words that may be stored and shown."""
    found: dict[tuple[str, str, str, int], Case] = {}
    for case in cases:
        suite, name = (_name(hide(text)) for text in (case.suite, case.name))
        line, seconds = _fit(hide(case.line), _LONGEST_LINE), case.seconds
        if seconds is not None and not (math.isfinite(seconds) and 0 <= seconds < 1e9):
            seconds = None
        whole = case._replace(suite=suite, name=name or "(no name)", line=line, seconds=seconds)
        named = (case.location, suite, whole.name, case.attempt)
        found[named] = _worse(found[named], whole) if named in found else whole
    return list(found.values())


def last_of(cases: Iterable[Case]) -> list[Case]:
    """Each test as it ended in the last attempt that came to it."""
    found: dict[tuple[str, str, str], Case] = {}
    for case in cases:
        found[case.location, case.suite, case.name] = case
    return list(found.values())


def counted(cases: Iterable[Case], more: int) -> Counts | None:
    """None where no test is known."""
    verdicts = [case.verdict for case in last_of(cases)]
    if not verdicts:
        return None
    passed, failed, skipped = (verdicts.count(verdict) for verdict in ("passed", "failed", "skipped"))
    return Counts(len(verdicts) + more, passed, failed, skipped, more)


def both_ways(cases: Iterable[Case]) -> list[str]:
    """The names of those that have passed in one attempt of a run and failed in another."""
    found: dict[tuple[str, str, str], set[str]] = {}
    for case in cases:
        found.setdefault((case.location, case.suite, case.name), set()).add(case.verdict)
    return [named[2] for named, verdicts in found.items() if {"passed", "failed"} <= verdicts]


def flaky(names: Iterable[str]) -> str:
    """What these are, in words; "" for none."""
    known = [cut(name) for name in sorted(set(names))]
    return f"flaky: {shortened(known, _NAMED)} passed and failed on this content" if known else ""


def cut(title: str, longest: int = _SHOWN_NAME) -> str:
    """As much of a test's name as a screen has room for."""
    return title if len(title) <= longest else title[: longest - 1] + "…"


def first_failures(cases: Iterable[Case]) -> tuple[Case, ...]:
    """The first of those that failed in the end: what is told with the stage itself."""
    return tuple(case for case in last_of(cases) if case.verdict == "failed")[:_FAILURES]


def within(cases: Sequence[Case], room: int) -> tuple[Case, ...]:
    """Those that are kept where there is room for so many: what has failed first."""
    if len(cases) <= room:
        return tuple(cases)
    chosen = sorted(range(len(cases)), key=lambda at: cases[at].verdict != "failed")[:room]
    return tuple(cases[at] for at in sorted(chosen))


def failure_lines(cases: Sequence[Case], counts: Counts) -> list[str]:
    """How many failed, which, and the first line of the first; [] where none is known to have failed."""
    return failed_lines(cases, counts, _LINES)


def failed_lines(cases: Sequence[Case], counts: Counts, most: int | None = None) -> list[str]:
    """The same of all of them, or of as many as `most` lines have room for."""
    failed = [case for case in last_of(cases) if case.verdict == "failed"]
    if not failed:
        return []
    names = shortened([case.name for case in failed], _NAMED)
    told = f": {names}" if len(names) <= _SHOWN_NAME else ""  # or else each below
    lines = [f"{counts.failed:,} of {counts.total:,} test{'s' if counts.total != 1 else ''} failed{told}"]
    shown = failed if most is None else failed[: most - 1]
    lines += [f"{cut(case.title)}: {case.line}" if case.line else cut(case.title) for case in shown]
    return [line[:_LONGEST_LINE] for line in lines]


def _worse(one: Case, other: Case) -> Case:
    order = ("skipped", "passed", "failed")
    worst = other if order.index(other.verdict) > order.index(one.verdict) else one
    took = [case.seconds for case in (one, other) if case.seconds is not None]
    return worst._replace(seconds=sum(took) if took else None)


def _name(text: str) -> str:
    """A name that is fit to be stored; of one that is too long, its begin and a mark of all of it."""
    fit = _fit(text, _LONGEST_NAME)
    if len(text) <= _LONGEST_NAME:
        return fit
    from hashlib import blake2b

    mark = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
    return f"{fit[: _LONGEST_NAME - len(mark) - 1].rstrip('…')}…{mark}"


def _fit(text: str, longest: int) -> str:
    """One line of text that any terminal and the store can take."""
    if len(text) > longest * 4:
        text = text[: longest * 4]
    text = clean(text).encode("utf-8", "replace").decode()
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1] + "…"
