"""What can be known about a project from its files, and the stages that follow from it."""

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

Value = str | tuple[str, ...] | Mapping[str, str]
# Folders whose projects are only there to be tried or read.
_SAMPLES = frozenset(("test", "tests", "testdata", "fixtures", "examples", "docs"))
Role = Literal["lint", "test", "build", "later"]


class Place(NamedTuple):
    """A folder as it was seen. Paths are relative to it, with "/"."""

    files: tuple[str, ...]  # regular files, sorted; no links, nothing of other repositories
    read: Callable[[str], str]  # a file's text; "" where it cannot be had, or is too big to look at
    exists: Callable[[str], bool]  # anything of that name, a link as well
    runs: Callable[[str], bool]  # this program can be started on this machine
    imports: Callable[[str], bool]  # python3 has this module
    in_git: bool
    incomplete: str = ""  # why not everything was seen

    def below(self, name: str) -> tuple[str, ...]:
        """The folders that hold a file of this name, "" for the folder itself; samples do not count."""
        folders = [path[: -len(name)].rstrip("/") for path in self.files if f"/{path}".endswith(f"/{name}")]
        return tuple(folder for folder in folders if _SAMPLES.isdisjoint(folder.split("/")))


class Line(NamedTuple):
    """One key of a stage."""

    key: str
    value: Value
    why: str = ""  # a comment behind it


class Draft(NamedTuple):
    """A stage to be written: active, or as a comment where it could not run."""

    name: str
    role: Role
    why: str  # the comment above it
    lines: tuple[Line, ...]
    missing: str = ""  # why it is only a comment: words after "but"; "" if it is active
    general: bool = False  # gives way to a stage of the same role that knows the language

    @property
    def active(self) -> bool:
        return not self.missing and self.role != "later"


class Found(NamedTuple):
    """One thing that a project uses."""

    name: str
    files: tuple[str, ...]  # by which it was known, a few of them
    drafts: tuple[Draft, ...] = ()
    remark: str = ""  # something to know that is no stage
