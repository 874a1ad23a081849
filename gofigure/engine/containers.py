"""Containers of ours: away with those that somebody was killed over."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping

from gofigure.engine.address import Address, address_of
from gofigure.engine.images import PROJECT, RUN
from gofigure.engine.talk import PATIENCE, EngineSilent, ask, filters

_PATIENCE = 10.0  # seconds: it has to end what runs in it


def remove(address: Address, name: str) -> None:
    """Remove one, whatever runs in it; it may be gone already, and so may the engine."""
    with contextlib.suppress(EngineSilent):
        ask(address, f"/containers/{name}?force=1&v=1", method="DELETE", timeout=_PATIENCE)


def remove_of_runs(
    environ: Mapping[str, str],
    project: str,
    is_over: Callable[[int], bool],
    *,
    dry: bool = False,
    timeout: float = PATIENCE,
) -> int:
    """Remove the containers of a project's runs that are over; how many. `project`: see triggers.hooks.mark."""
    removed = 0
    with contextlib.suppress(EngineSilent):
        address = address_of(environ)
        found = ask(address, f"/containers/json?all=1&{filters(label=f'{PROJECT}={project}')}", timeout=timeout).value
        for one in found if isinstance(found, list) else ():
            _, _, number = str((one.get("Labels") or {}).get(RUN, "")).partition(":")
            if number.isdigit() and is_over(int(number)):
                removed += 1
                if not dry:
                    remove(address, str(one["Id"]))
    return removed
