"""What a configuration would do, in a process of its own: nothing that it names is started, and it can be ended.

A regular expression may compute for ever, and only a process's main thread can be taken out of one: it has some
seconds. The texts come by standard input, as JSON: {"layers": [[path, bytes, kind, fault, folder], ...]}; what they
mean goes to standard output.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from collections.abc import Mapping
from types import FrameType
from typing import Any

from gofigure import trust
from gofigure.config import Layer
from gofigure.errors import GofigureError
from gofigure.events import ignore
from gofigure.git.environment import GitVariables
from gofigure.git.repository import ask
from gofigure.model import RECIPE, Command, Config, Snapshot, Stage
from gofigure.process.capture import HelperFailed, HelperStopped, capture
from gofigure.project import Project, locate, open_store, parse_config
from gofigure.recipes.order import project as called
from gofigure.runner.graph import order
from gofigure.runner.locations import missing, said_of
from gofigure.runner.reading import Reading
from gofigure.snapshot.looking import Looking
from gofigure.snapshot.select import Selecting, show
from gofigure.store.store import Store
from gofigure.targets import commands_of, source_of
from gofigure.targets.docker import image_name

Json = dict[str, Any]
_PATIENCE = 30.0  # seconds
_COMPUTING = 5  # of them; a million names take 2
_SHOWN = 12  # files of each stage
_TRIED = 4000  # characters of a command


def previewed(project: Project, layers: tuple[Layer, ...], environ: Mapping[str, str], stop: int = -1) -> Json:
    """What these layers mean here: jobs, and stages with what they read. Raises GofigureError.

    `stop`: a descriptor that is readable once nobody wants to know any more.
    """
    texts = [[layer.path, layer.data.decode("latin-1"), layer.kind, layer.fault, layer.folder] for layer in layers]
    argv = [sys.executable, "-P", "-m", "gofigure.web.editing.preview"]
    given = json.dumps({"layers": texts}).encode()
    try:
        done = capture(argv, env=environ, cwd=project.root, input=given, timeout=_PATIENCE, stop=stop)
    except HelperStopped:
        raise GofigureError("another preview was asked for meanwhile", hint="ask for this one again") from None
    except HelperFailed:
        raise GofigureError(f"the preview has taken longer than {_PATIENCE:g} s, and was ended") from None
    try:
        said: Json = json.loads(done.out)
    except ValueError:
        raise GofigureError(f"the preview ended with code {done.code}") from None
    if "error" in said:
        raise GofigureError(said["error"], hint=said["hint"])
    return said


def main() -> None:
    """Answer, in the folder of the project."""
    bound(_COMPUTING)
    given = json.load(sys.stdin.buffer)["layers"]
    layers = tuple(Layer(path, text.encode("latin-1"), *more) for path, text, *more in given)
    try:
        project = locate(ask(os.getcwd(), os.environ, GitVariables()), os.environ)
        said = _plan(project, parse_config(layers))
    except GofigureError as error:
        said = {"error": str(error), "hint": error.hint}
    sys.stdout.buffer.write(json.dumps(said).encode())


def bound(seconds: int) -> None:
    """Raise GofigureError once this process has computed for so long; soon after, the system ends it."""

    def give_up(_number: int, _frame: FrameType | None) -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (most, most))  # it would be said again every second
        raise GofigureError(
            f"the preview has computed for {seconds} s, and was ended", hint="a regular expression may never end"
        )

    own = resource.getrlimit(resource.RLIMIT_CPU)[1]
    most = seconds + 2 if own == resource.RLIM_INFINITY else min(own, seconds + 2)
    signal.signal(signal.SIGXCPU, give_up)
    resource.setrlimit(resource.RLIMIT_CPU, (min(seconds, most), most))


def _plan(project: Project, config: Config) -> Json:
    token = trust.require_token(project.trust)
    with (
        Looking(project.root, project.repository, None) as looking,
        open_store(project, token, ignore, looking) as store,
    ):
        here = looking.here(store.contents, ignore)
        eye = _Eye(project, store)
        return {
            "jobs": [
                {"job": job.name, "on": job.on, "stages": [stage.name for stage in order(job, config).stages]}
                for job in config.jobs.values()
            ],
            "stages": [eye.stage(stage, here) for stage in config.stages.values()],
        }


class _Eye:
    """Looks which files a stage reads."""

    def __init__(self, project: Project, store: Store) -> None:
        self._name = called(project.state_dir)
        self._selecting = Selecting(store.contents)
        self._reading = Reading(project.root, project.repository, store.contents.load_tree, self._selecting)

    def stage(self, stage: Stage, here: Snapshot) -> Json:
        found: dict[bytes, None] = {}
        for selector in self._reading.selectors(stage, here):
            found.update(dict.fromkeys(path for path, _ in self._selecting.files(here.tree, selector)))
        lacking = missing(stage, here.tree, self._selecting)
        return {
            "stage": stage.name,
            "type": stage.type,
            "target": stage.target,
            "needs": stage.needs,
            "files": len(found),
            "some": [show(path) for path in sorted(found)[:_SHOWN]],
            "lacking": said_of(lacking, source_of(stage)) if lacking else "",
            "commands": [_told(command) for command in commands_of(stage)],
            "image": stage.image or "",
            "builds": _builds(stage, self._name),
            "context": stage.setting("context", ""),
            "namespace": stage.setting("namespace", ""),
            "outputs": stage.outputs,
        }


def _told(command: Command) -> str:
    """A command as a person would type it, or what our own recipe is given."""
    where = f"{command.cwd}: " if command.cwd else ""
    if command.argv[0] == RECIPE:
        given = json.loads(command.argv[2])
        said = (f"{name}={_plain(value)}" for name, value in given.items() if value not in (None, "", [], {}, False))
        return where + f"{command.argv[1]} {' '.join(said)}"[:_TRIED]
    if command.argv[:2] in (("/bin/sh", "-c"), ("/bin/sh", "-ec")):
        return (where + command.argv[2] + (" FILES" if command.takes_files and "$" not in command.argv[2] else ""))[
            :_TRIED
        ]
    import shlex

    return (where + shlex.join(command.argv))[:_TRIED]


def _plain(value: object) -> str:
    if isinstance(value, list):
        return ",".join(map(str, value))
    return value if isinstance(value, str) else json.dumps(value)


def _builds(stage: Stage, project: str) -> list[str]:
    """The images that it makes; what a tag is made of is known when it is built."""
    if stage.target != "docker":
        return []
    name, tags = stage.setting("name", "{project}/{location}"), stage.setting("tags", ("dev",))
    names = [image_name(name, project, location) for location in stage.locations or ("",)]
    return [f"{name}:{tag}" for name in names for tag in ("gf-DIGEST", *tags)]


if __name__ == "__main__":
    main()
