"""What was found in another tool's file: jobs and stages as they would be here, and what could not be carried over."""

from collections.abc import Mapping
from typing import NamedTuple

Value = str | bool | tuple[str, ...] | Mapping[str, str]


class Line(NamedTuple):
    """One key of a stage or job."""

    key: str
    value: Value
    why: str = ""  # a comment behind it


# What a hosted service runs may unpack, reset and delete: there it is a fresh copy, never a person's own files.
COPY = Line("workspace", "private", "as there, on a copy of its own")


class Stage(NamedTuple):
    """A stage to be; its name is a wish, others may have it."""

    name: str
    lines: tuple[Line, ...]
    why: str  # from where it comes, in words; the comment above it
    needs: tuple[int, ...] = ()  # stages of the same job, by their place in it


class Job(NamedTuple):
    """A job to be; its name is a wish as well."""

    name: str
    stages: tuple[Stage, ...]
    why: str
    on: tuple[str, ...] = ()
    could: tuple[str, ...] = ()  # hooks that might start it: said in a comment
    strict: bool = False
    goes_on: bool = False  # after a failure
    lines: tuple[Line, ...] = ()  # other keys


class Left(NamedTuple):
    """One thing that is not carried over, or not as it was."""

    file: str
    line: int  # from 1; 0: the file as a whole
    what: str
    why: str
    todo: str = ""  # what a person can do about it


class Found(NamedTuple):
    """What one tool's files came to."""

    tool: str
    files: tuple[str, ...]
    jobs: tuple[Job, ...]
    left: tuple[Left, ...] = ()
    take_over: tuple[str, ...] = ()  # command lines that end the other tool's own hooks


def lines(**values: Value | None) -> tuple[Line, ...]:
    """Lines in this order; what is None, False or empty is not there."""
    return tuple(Line(key, value) for key, value in values.items() if value)
