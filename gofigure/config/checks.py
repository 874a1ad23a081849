"""The checks behind the schema table: one value in, the value to keep or what is wrong with it out."""

from __future__ import annotations

import math
import re
from functools import lru_cache

from gofigure.config.kinds import Kind, Value, Wrong, quote, refuse

MAX_RETRIES = 100
MAX_SECONDS = 7 * 24 * 3600  # keeps milliseconds inside the 31 bits that poll() takes
MAX_MOMENT = 60

DURATION = re.compile(r"(?=[0-9])(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,6})s)?")
ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NAME = re.compile(r"\w[\w.-]{0,99}")
NAMESPACE = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?")  # RFC 1123 label
_PATIENCE = 120.0  # seconds
# Common expressions are known good without compiling them: thirty times faster, and a hook waits for this.
_PLAIN = re.compile(r"\^?(?:[\w/ -]|\\\.|\.[*+]?)+\$?")


def flag(value: object, kind: Kind) -> Value | list[Wrong]:
    return value if isinstance(value, bool) else refuse(value, kind.expected)


def version(value: object, kind: Kind) -> Value | list[Wrong]:
    return value if type(value) is int and value == 1 else refuse(value, kind.expected)


def retries(value: object, kind: Kind) -> Value | list[Wrong]:
    # type() and not isinstance(): true and false are no numbers here.
    if type(value) is int and 0 <= value <= MAX_RETRIES:
        return value
    return refuse(value, kind.expected)


def seconds(value: object, kind: Kind) -> Value | list[Wrong]:
    """A number of seconds, or "1h30m"."""
    number: float = 0
    if isinstance(value, str):
        if match := DURATION.fullmatch(value):
            hours, minutes, rest = (int(part or 0) for part in match.groups())
            number = hours * 3600 + minutes * 60 + rest
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        number = value
    # Not-a-number fails the comparison too.
    return float(number) if 0 < number <= MAX_SECONDS and math.isfinite(number) else refuse(value, kind.expected)


def patience(value: object, kind: Kind) -> Value | list[Wrong]:
    """How long to wait: true is as long as it takes mostly, false (0.0) not at all."""
    if isinstance(value, bool):
        return _PATIENCE if value else 0.0
    return seconds(value, kind)


def moment(value: object, kind: Kind) -> Value | list[Wrong]:
    """A number of seconds that somebody may wait for."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= MAX_MOMENT:
        return float(value)
    return refuse(value, kind.expected)


def raw_text(value: object, kind: Kind) -> Value | list[Wrong]:
    """Any text that can be handed to a program: a NUL byte cannot."""
    return value if isinstance(value, str) and "\0" not in value else refuse(value, kind.expected)


def text(value: object, kind: Kind) -> Value | list[Wrong]:
    if isinstance(value, str) and value.strip() and "\0" not in value:
        return value
    return refuse(value, kind.expected)


def choice(value: object, kind: Kind) -> Value | list[Wrong]:
    if isinstance(value, str):
        if value in kind.choices:
            return value
        return [refuse(value, kind.expected)[0]._replace(names=kind.choices, name=value)]
    return [refuse(value, kind.expected)[0]._replace(names=kind.choices)]


def namespace(value: object, kind: Kind) -> Value | list[Wrong]:
    return value if isinstance(value, str) and NAMESPACE.fullmatch(value) else refuse(value, kind.expected)


def env_name(value: object, kind: Kind) -> Value | list[Wrong]:
    return value if isinstance(value, str) and ENV_NAME.fullmatch(value) else refuse(value, kind.expected)


def name(value: str) -> bool:
    """Whether this can name a job or a stage: names become file names and are joined with "+"."""
    return _NAME.fullmatch(value) is not None


def pattern(value: object, kind: Kind) -> Value | list[Wrong]:
    if not isinstance(value, str) or not value:
        return refuse(value, kind.expected)
    if not _PLAIN.fullmatch(value) and (fault := _fault(value)):
        return [Wrong((), f"found {quote(value)}, expected {kind.expected}: {fault}")]
    return value


@lru_cache(maxsize=1024)
def _fault(expression: str) -> str:
    """What `re` says against an expression; "" where it has nothing to say."""
    import warnings

    try:
        with warnings.catch_warnings():
            # A set that will change its meaning in a later Python is no fit basis for a proof.
            warnings.simplefilter("error")
            re.compile(expression)
    except RecursionError:
        return "nested too deeply"
    except (re.error, OverflowError, Warning) as error:
        return str(error)
    return ""


def relative(value: object, kind: Kind) -> Value | list[Wrong]:
    """A path or glob below the configuration's folder, without "./" and "a/"; "." becomes ""."""
    if not isinstance(value, str) or not value or "\0" in value or value.startswith("/"):
        return refuse(value, kind.expected)
    parts = [part for part in value.split("/") if part not in ("", ".")]
    return refuse(value, kind.expected) if ".." in parts else "/".join(parts)


def from_top(value: object, kind: Kind) -> Value | list[Wrong]:
    """The same, or, after //, a path or glob below the root of the repository."""
    if not isinstance(value, str):
        return refuse(value, kind.expected)
    sign = "!" if value.startswith("!//") else ""
    if not value.startswith(f"{sign}//"):
        return relative(value, kind)
    checked = relative(value.removeprefix(sign).removeprefix("//"), kind)
    return f"{sign}//{checked}" if isinstance(checked, str) else refuse(value, kind.expected)


def items(value: object, kind: Kind) -> Value | list[Wrong]:
    """A list: every item is good, and none is there twice."""
    if not isinstance(value, list) or kind.item is None:
        return refuse(value, kind.expected)
    first: dict[str, int] = {}
    wrong: list[Wrong] = []
    for index, item in enumerate(value):
        checked = kind.item.check(item, kind.item)
        if isinstance(checked, list):
            wrong += [bad._replace(at=(index, *bad.at)) for bad in checked]
        elif (seen := first.setdefault(str(checked), index)) != index:
            message = f"found {quote(item)} twice (first as item [{seen}]), expected each item once"
            wrong.append(Wrong((index,), message))
    return wrong or tuple(first)


def pairs(value: object, kind: Kind) -> Value | list[Wrong]:
    """A table of environment variables, sorted by name."""
    if not isinstance(value, dict) or kind.item is None:
        return refuse(value, kind.expected)
    good: list[tuple[str, str]] = []
    wrong: list[Wrong] = []
    for variable, content in value.items():
        checked = kind.item.check(content, kind.item)
        if not ENV_NAME.fullmatch(variable):
            message = f"found {quote(variable)}, expected a name of letters, digits and _ that starts with no digit"
            wrong.append(Wrong((variable,), message))
        if isinstance(checked, list):
            wrong += [bad._replace(at=(variable, *bad.at)) for bad in checked]
        else:
            good.append((variable, str(checked)))
    return wrong or tuple(sorted(good))


def table(value: object, kind: Kind) -> Value | list[Wrong]:
    """The tables of jobs and of stages; `tables` looks inside."""
    return () if isinstance(value, dict) else refuse(value, kind.expected)
