"""What the watcher knows, as values: made by the engine, shown by screens, kept in a file for those that only look on.

Annotations are not postponed here: NamedTuple compiles each postponed one at import
(docs/decisions/0003-import-cost.md).
"""

import json
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple


class JobState(NamedTuple):
    """One job with `on = ["change"]`."""

    job: str
    verdict: str = ""  # a Verdict of its newest run; "" before the first
    reason: str = ""  # why that one ran, or why there was none
    run: int = 0  # its number; 0: none
    at_ns: int = 0  # when it ended, by the wall clock
    seconds: float = 0.0
    running: tuple[str, ...] = ()  # the stages under way
    since_ns: int = 0  # since when its run is under way; 0: none is
    stale: tuple[str, ...] = ()  # files that changed while it ran: the verdict may not be about what stands there now
    held: str = ""  # why it is not run again by itself, and what to do about it; may have several lines
    failed: tuple[str, ...] = ()  # stages
    excerpt: tuple[str, ...] = ()  # first lines of the first failure
    under_way: int = 0  # the number of the run that is; 0: none is
    timed_out: tuple[str, ...] = ()  # those of `failed` that took too long
    off: bool = False  # no change starts it, by a person's wish (watch/switches.py)


class State(NamedTuple):
    """All of one watcher."""

    pid: int
    root: str
    branch: str = ""
    backend: str = ""  # see Backend.words
    degraded: str = ""
    waiting: str = ""  # what is waited for before anything can run: "git is at work (index.lock)"
    trouble: str = ""  # why the configuration is not taken up; may have several lines
    paused: bool = False
    ready: bool = False  # it has looked at everything once
    looks: int = 0  # how often it has looked
    resting: bool = False  # it waits for a change, and for nothing else
    jobs: tuple[JobState, ...] = ()
    notes: tuple[str, ...] = ()  # the newest few
    remotes: tuple[str, ...] = ()  # when each was asked for new commits, and what it said


class Options(NamedTuple):
    """What a person may say to a watcher besides the configuration."""

    names: tuple[str, ...] = ()
    poll: bool = False
    interval: float | None = None
    settle: float | None = None
    once: bool = False


class Command(NamedTuple):
    """What a person asks the watcher for."""

    kind: Literal["run", "cancel", "pause", "quit"]
    job: str = ""  # "": all; "pause" of one: its switch was moved


def to_json(state: State) -> str:
    return json.dumps({**state._asdict(), "jobs": [job._asdict() for job in state.jobs]})


def from_json(text: str) -> State:
    """Raises ValueError for anything that `to_json` has not made."""
    try:
        data: Mapping[str, Any] = json.loads(text)
        jobs = tuple(JobState(**_checked(job, JobState(""))) for job in data["jobs"])
        return State(**{**_checked({**data, "jobs": []}, State(0, "")), "jobs": jobs})
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(str(error)) from None


def _checked(data: Mapping[str, Any], like: NamedTuple) -> dict[str, Any]:
    """The values, each of the kind that its field has."""
    found = {}
    for name, value in data.items():
        kind = type(getattr(like, name))
        if kind is tuple and isinstance(value, list) and all(isinstance(item, str) for item in value):
            found[name] = tuple(value)
        elif type(value) is kind or (kind is float and type(value) is int):
            found[name] = value
        else:
            raise ValueError(f"{name}: {value!r}")
    return found
