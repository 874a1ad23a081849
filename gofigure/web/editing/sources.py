"""The configuration's files as the page shows them: a fixed list by name, never a path that a browser gives."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from gofigure import config as configuration
from gofigure.errors import ConfigError, GofigureError
from gofigure.model import CONFIG_NAME, Config
from gofigure.project import Asking, Project, configured_folders, parse_config
from gofigure.web.editing.locked import why_locked

FILES = ("shared", "local")  # of the root; those of folders are called by their names
_SHOWN = 20  # older files

# The folders with a configuration of their own, as `configured_folders` has them.
Folders = Mapping[str, bytes | None]


class Source(NamedTuple):
    """One file that can be edited, as it stands on disk."""

    file: str  # what the page calls it
    path: str
    data: bytes | None  # None: it is not there
    locked: str = ""  # why it cannot be edited here
    folder: str = ""  # from the root

    @property
    def name(self) -> str:
        """From the root."""
        return os.path.join(self.folder, os.path.basename(self.path))

    @property
    def kind(self) -> Literal["toml", "local"]:
        return "local" if os.path.basename(self.path) == configuration.LOCAL_NAME else "toml"

    @property
    def is_read(self) -> bool:
        """Whether it is there, and what is in it is known."""
        return bool(self.data) or (self.data is not None and not self.locked)

    @property
    def seen(self) -> str:
        """A name of the very bytes; "" where there are none."""
        return hashlib.sha256(self.data).hexdigest() if self.data is not None else ""

    @property
    def text(self) -> str:
        """As a text field has it: lines end in one letter."""
        return (self.data or b"").decode("utf-8", "replace").replace("\r\n", "\n")

    def data_of(self, text: str) -> bytes:
        """The bytes that a text field's text stands for, with the line ends that the file has."""
        data = text.encode()
        return data.replace(b"\n", b"\r\n") if b"\r\n" in (self.data or b"") else data


class Listed(NamedTuple):
    """A file that there is, or could be."""

    file: str
    name: str
    kind: Literal["toml", "local"]
    there: bool


def folders(project: Project, new: tuple[str, ...] | list[str] = ()) -> Folders:
    """Those that git tracks, and `new` ones. Raises GofigureError."""
    return configured_folders(project, Asking(new=new))


def listed(project: Project, known: Folders) -> list[Listed]:
    """All that may be asked for by name; the personal ones of folders only where they are there."""
    return [
        Listed(file, name, kind, there)
        for file, name, kind in _names(known)
        if (there := os.path.lexists(os.path.join(project.root, name))) or file in FILES
    ]


def source(project: Project, file: object, known: Folders) -> Source:
    """Raises GofigureError for what is none of the configuration's files."""
    for own, name, _ in _names(known):
        if own == file:
            path = os.path.join(os.path.dirname(project.config_file), name)
            return again(project, Source(own, path, None, folder=os.path.dirname(name)))
    raise GofigureError("there is no such file", hint='"shared", "local", or the name of a folder\'s')


def again(project: Project, before: Source) -> Source:
    """The same file, as it stands there now."""
    if not os.path.lexists(before.path):
        return before._replace(data=None, locked=why_locked(project, before.name, None))
    try:
        data = configuration.read(before.path)
    except GofigureError as error:
        return before._replace(data=b"", locked=f"{error}")
    return before._replace(data=data, locked=why_locked(project, before.name, data))


def _names(known: Folders) -> Iterator[tuple[str, str, Literal["toml", "local"]]]:
    yield "shared", CONFIG_NAME, "toml"
    yield "local", configuration.LOCAL_NAME, "local"
    for folder in known:
        with contextlib.suppress(UnicodeEncodeError):  # no browser could name it
            folder.encode()
            yield f"{folder}/{CONFIG_NAME}", f"{folder}/{CONFIG_NAME}", "toml"
            yield f"{folder}/{configuration.LOCAL_NAME}", f"{folder}/{configuration.LOCAL_NAME}", "local"


def older(project: Project) -> list[dict[str, str]]:
    """The files in the older format, to be looked at."""
    from gofigure.config.older_files import read_older_files

    folder = os.path.dirname(project.config_file)
    layers = tuple(read_older_files(folder, configuration.job_files(folder)))
    named = configuration.names_of((configuration.Layer(project.config_file, b""), *layers))[1:]
    shown = zip(named, layers, strict=True)
    return [{"name": name, "text": layer.data.decode("utf-8", "replace")} for name, layer in shown][:_SHOWN]


def layers_with(project: Project, changed: Source, data: bytes, known: Folders) -> configuration.Layers:
    """All files of the configuration, as if one of them held these bytes."""
    try:
        layers = configuration.read_layers(project.config_file, known)
    except GofigureError:  # there is none yet, or another one cannot be read: then that is said beside it
        layers = ()
    rest = (layer for layer in layers if layer.path != changed.path)
    own = configuration.Layer(changed.path, data, changed.kind, folder=changed.folder)
    return tuple(sorted((own, *rest), key=lambda layer: (layer.kind == "local", layer.folder)))


class Checked(NamedTuple):
    """What `gofigure validate` would say."""

    config: Config | None
    problems: list[dict[str, Any]]  # of all files


def check(project: Project, changed: Source, data: bytes, known: Folders) -> Checked:
    """Every problem, each with its file, line and key."""
    layers = layers_with(project, changed, data, known)
    if all(layer.kind == "local" for layer in layers if layer.folder == changed.folder):
        return Checked(None, [_whole(changed, "there is no shared file yet that it could be laid over")])
    names = dict(zip((layer.path for layer in layers), configuration.names_of(layers), strict=True))
    try:
        return Checked(parse_config(layers), [])
    except ConfigError as error:
        found = [
            {**problem._asdict(), "name": names.get(problem.path, problem.path), "here": problem.path == changed.path}
            for problem in error.problems
        ]
        return Checked(None, found)
    except GofigureError as error:
        return Checked(None, [_whole(changed, str(error))])


def _whole(own: Source, message: str) -> dict[str, Any]:
    return {"path": own.path, "name": own.name, "line": 0, "key": "", "message": message, "here": True}
