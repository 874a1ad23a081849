"""The configuration's files as the page shows them: a fixed list by name, never a path that a browser gives."""

from __future__ import annotations

import hashlib
import os
import stat
from typing import Any, Literal, NamedTuple

from gofigure import config as configuration
from gofigure.config.toml_file import MAX_BYTES
from gofigure.errors import ConfigError, GofigureError
from gofigure.model import Config
from gofigure.project import Project, parse_config

File = Literal["shared", "local"]
FILES: tuple[File, ...] = ("shared", "local")
_SHOWN = 20  # older files


class Source(NamedTuple):
    """One file that can be edited, as it stands on disk."""

    file: File
    path: str
    data: bytes | None  # None: it is not there
    locked: str = ""  # why it cannot be edited here

    @property
    def name(self) -> str:
        return os.path.basename(self.path)

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


def source(project: Project, file: object) -> Source:
    """Raises GofigureError for a name that is none of FILES."""
    if file not in FILES:
        raise GofigureError("there is no such file", hint='"shared" or "local"')
    shared = project.config_file
    path = shared if file == "shared" else os.path.join(os.path.dirname(shared), configuration.LOCAL_NAME)
    own: File = "shared" if file == "shared" else "local"
    if not os.path.lexists(path):
        return Source(own, path, None, _bare(project))
    try:
        data = configuration.read(path)
    except GofigureError as error:
        return Source(own, path, b"", f"{error}")
    return Source(own, path, data, _bare(project) or _elsewhere(project, path) or _odd(data))


def _bare(project: Project) -> str:
    return "a bare repository has no file to edit" if project.repository and project.repository.is_bare else ""


def _elsewhere(project: Project, path: str) -> str:
    """Why the file that is written would be another than the project's own."""
    place, root = os.path.realpath(path), os.path.realpath(project.root)
    below = os.path.relpath(place, root).split(os.sep)
    if below[0] == ".." or ".git" in below:
        return f"it is a link to {place}: edit it there"
    return "" if stat.S_ISREG(os.stat(place).st_mode) else f"{place} is no regular file"


def _odd(data: bytes) -> str:
    """What a text field cannot hold and give back byte for byte."""
    if len(data) > MAX_BYTES:
        return "it is too big"
    try:
        data.decode()
    except UnicodeDecodeError:
        return "it is not UTF-8"
    if data.startswith(b"\xef\xbb\xbf") or b"\0" in data:
        return "it has bytes that no text field can hold"
    lone = data.replace(b"\r\n", b"")
    if b"\r" in lone or (b"\r\n" in data and b"\n" in lone):
        return "its lines end in different ways"
    return ""


def older(project: Project) -> list[dict[str, str]]:
    """The files in the older format, to be looked at."""
    from gofigure.config.older_files import read_older_files

    folder = os.path.dirname(project.config_file)
    layers = tuple(read_older_files(folder, configuration.job_files(folder)))
    named = configuration.names_of((configuration.Layer(project.config_file, b""), *layers))[1:]
    shown = zip(named, layers, strict=True)
    return [{"name": name, "text": layer.data.decode("utf-8", "replace")} for name, layer in shown][:_SHOWN]


def layers_with(project: Project, changed: Source, data: bytes | None) -> configuration.Layers:
    """All files of the configuration, as if one of them held these bytes. Raises GofigureError."""
    try:
        layers = configuration.read_layers(project.config_file)
    except GofigureError:  # there is none yet, or another one cannot be read: then that is said beside it
        layers = ()
    rest = tuple(layer for layer in layers if layer.path != changed.path)
    own = (configuration.Layer(changed.path, data),) if data is not None else ()
    return (*own, *rest) if changed.file == "shared" else (*rest, *own)


class Checked(NamedTuple):
    """What `gofigure validate` would say."""

    config: Config | None
    problems: list[dict[str, Any]]  # of all files


def check(project: Project, changed: Source, data: bytes) -> Checked:
    """Every problem, each with its file, line and key."""
    layers = layers_with(project, changed, data)
    if changed.file == "local" and layers[0].path == changed.path:
        return Checked(None, [_whole(changed, "there is no shared file yet that it could be laid over")])
    try:
        return Checked(parse_config(layers), [])
    except ConfigError as error:
        found = [
            {**problem._asdict(), "name": os.path.basename(problem.path), "here": problem.path == changed.path}
            for problem in error.problems
        ]
        return Checked(None, found)
    except GofigureError as error:
        return Checked(None, [_whole(changed, str(error))])


def _whole(own: Source, message: str) -> dict[str, Any]:
    return {"path": own.path, "name": own.name, "line": 0, "key": "", "message": message, "here": True}
