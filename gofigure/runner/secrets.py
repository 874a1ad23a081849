"""Find the values of secrets where the person keeps them, and hide them in all that is shown or stored."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Iterable, Mapping
from importlib.util import find_spec

from gofigure.errors import GofigureError, SecretError
from gofigure.model import Stage
from gofigure.process.capture import capture
from gofigure.process.mask import MINIMUM, Mask
from gofigure.runner.plan import Plan

SERVICE = "gofigure"  # what its entries in the keyring are filed under
_LARGEST = 64 * 1024  # bytes; a system may take no more than twice that in one variable
_PATIENCE = 10.0  # seconds for the keyring
# In a session of its own it has no terminal to ask on; what its packages print must not become the value.
_ASK_KEYRING = """
import os, sys
os.setsid()
out = os.dup(1)
os.dup2(2, 1)
import keyring
value = keyring.get_password(sys.argv[1], sys.argv[2])
os.write(out, os.fsencode(value or ""))
"""


class Secrets:
    """The values that one run needs; they are no part of its repr."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self.mask = Mask(values.values())

    def __repr__(self) -> str:
        return f"Secrets({', '.join(self._values)})"

    def of(self, stage: Stage) -> dict[str, str]:
        """Those that a stage has asked for."""
        return {name: self._values[name] for name in stage.secrets}

    def too_short(self) -> list[str]:
        """The names of those that cannot be hidden."""
        return [name for name, value in self._values.items() if len(value.strip()) < MINIMUM]

    def hide(self, plan: Plan) -> Plan:
        """The plan with reasons that may be shown and stored: a file's name may hold anything."""
        text = self.mask.text
        steps = {
            name: step._replace(
                reason=text(step.reason),
                unprovable=text(step.unprovable),
                differs=tuple(map(text, step.differs)),
                why_there=text(step.why_there),
            )
            for name, step in plan.steps.items()
        }
        return plan._replace(steps=steps)


def find_secrets(plan: Plan, environ: Mapping[str, str]) -> Secrets | None:
    """The secrets of a plan's stages; None where it names none. Raises SecretError with all that are missing.

    What a stage that is reused would have been given is hidden as well: it may have left it in a file.
    """
    values: dict[str, str] = {}
    missing: dict[str, str] = {}
    for step in plan.steps.values():
        for name in step.stage.secrets:
            if name not in values and name not in missing:
                value = _by_environment(name, environ) or _by_file(name, environ)
                if not value and step.fate == "run":
                    value = _by_keyring(name, environ)
                    if not value:
                        missing[name] = step.stage.name
                if value:
                    values[name] = value
    if missing:
        raise _missing(missing, environ)
    return Secrets(values) if values else None


def at_hand(names: Iterable[str], environ: Mapping[str, str]) -> Secrets | None:
    """Those that can be found without starting anything, to be hidden where nothing runs; None where none can.

    The keyring is not asked, and none is missed: whoever runs a stage is told.
    """
    values: dict[str, str] = {}
    for name in dict.fromkeys(names):
        with contextlib.suppress(SecretError):
            if value := _by_environment(name, environ) or _by_file(name, environ):
                values[name] = value
    return Secrets(values) if values else None


def _by_environment(name: str, environ: Mapping[str, str]) -> str:
    return environ.get(name, "")


def _by_file(name: str, environ: Mapping[str, str]) -> str:
    named = environ.get(f"{name}_FILE")
    if named:
        return _read(named, name, private=False)
    place = private_file(name, environ)
    return _read(place, name, private=True) if os.path.lexists(place) else ""


def private_file(name: str, environ: Mapping[str, str]) -> str:
    """Where a person may keep a secret for good (XDG Base Directory)."""
    home = environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    return os.path.join(home, "gofigure", "secrets", name)


def _read(path: str, name: str, *, private: bool) -> str:
    """The file's text without its last line end. No content of it is in any error."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise SecretError(f"the secret {name} cannot be read from {path}: {error.strerror}") from None
    try:
        info = os.fstat(fd)
        if not stat.S_ISREG(info.st_mode):
            raise SecretError(f"the secret {name} cannot be read from {path}: it is no ordinary file")
        if private and (info.st_mode & 0o077 or info.st_uid != os.geteuid()):
            raise SecretError(f"the secret {name} in {path} is not private to you", hint=f"chmod 600 {path}")
        data = os.read(fd, _LARGEST + 1)
    finally:
        os.close(fd)
    value = data.removesuffix(b"\n").removesuffix(b"\r")
    if not value or b"\0" in value or len(value) > _LARGEST:
        wrong = (
            "it is larger than 64 KiB" if len(value) > _LARGEST else "it holds a NUL byte" if value else "it is empty"
        )
        raise SecretError(f"the secret {name} cannot be read from {path}: {wrong}")
    return os.fsdecode(value)


def _by_keyring(name: str, environ: Mapping[str, str]) -> str:
    """Whatever goes wrong there: it is not found there."""
    if not _has_keyring():
        return ""
    argv = [sys.executable, "-P", "-c", _ASK_KEYRING, SERVICE, name]
    try:
        said = capture(argv, env=environ, timeout=_PATIENCE)
    except GofigureError:
        return ""
    value = os.fsdecode(said.out)
    return value if said.code == 0 and "\0" not in value else ""


def _has_keyring() -> bool:
    try:
        return find_spec("keyring") is not None
    except (ImportError, ValueError):  # half installed
        return False


def _missing(missing: Mapping[str, str], environ: Mapping[str, str]) -> SecretError:
    keyring = f'the keyring (service "{SERVICE}")' if _has_keyring() else "the keyring (no Python package keyring here)"
    told = [
        f"stage {stage} needs the secret {name}, which is nowhere: not in the variable {name}, not in a file that"
        f" {name}_FILE names, not in {private_file(name, environ)}, not in {keyring}"
        for name, stage in missing.items()
    ]
    name = next(iter(missing))
    return SecretError("\n".join(told), hint=f"for this shell only, unseen: read -rs {name} && export {name}")
