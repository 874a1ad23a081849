"""Jobs that git does not wait for: which may be so, and which are, told before the whole configuration is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal

from gofigure.config.kinds import Wrong, quote
from gofigure.config.layers import IN_TOML, lay_over, shared
from gofigure.config.reading import read_layers
from gofigure.config.toml_file import decode, parse_toml
from gofigure.errors import GofigureError
from gofigure.model import CHANGE, MAY_WAIT

if TYPE_CHECKING:
    from gofigure.model import Job, Stage

Share = Literal["none", "some", "all"]


def check_background(jobs: Mapping[str, Job], stages: Mapping[str, Stage]) -> Iterator[Wrong]:
    """Jobs in the background that git must wait for, and stages that want a person where there is none."""
    allowed = f"hooks that come after the fact ({', '.join(MAY_WAIT)})"
    for job in jobs.values():
        if not job.background:
            continue
        if not job.on:
            yield Wrong(("jobs", job.name, "background"), f"found true without any hook in 'on', expected {allowed}")
        for at, hook in enumerate(job.on):
            if hook not in (*MAY_WAIT, CHANGE):
                message = f"found {quote(hook)} with background = true, expected {allowed}: git waits for this one"
                yield Wrong(("jobs", job.name, "on", at), message)
        for at, name in enumerate(job.stages):
            if name in stages and stages[name].interactive:
                message = f"found {quote(name)}, which is interactive, expected none: in the background nobody answers"
                yield Wrong(("jobs", job.name, "stages", at), message)


def share_in_background(path: str, hook: str) -> Share:
    """How many of a hook's jobs git does not wait for: asked before anything else is done, so nothing is checked.

    What cannot be read, or makes no sense, is left to those who can say what is wrong with it.
    """
    try:
        layers = read_layers(path)
        if not any(b"background" in layer.data for layer in layers):
            return "none"
        data: dict[str, object] = {}
        if len(shared(layers)) > 1 or layers[0].kind not in IN_TOML:
            from gofigure.config.older import read_older

            data = dict(read_older(layers, ()).data)
        for layer in layers:
            if layer.kind in IN_TOML:
                data = lay_over(data, parse_toml(decode(layer.data, layer.path), layer.path))
    except GofigureError:
        return "none"
    jobs = data.get("jobs")
    found = {job.get("background") is True for job in _of_hook(jobs if isinstance(jobs, dict) else {}, hook)}
    return "none" if True not in found else "some" if False in found else "all"


def _of_hook(jobs: Mapping[str, object], hook: str) -> Iterator[Mapping[str, object]]:
    for job in jobs.values():
        if isinstance(job, dict) and job.get("enabled") is not False:
            hooks = job.get("on")
            if isinstance(hooks, list) and hook in hooks:
                yield job
