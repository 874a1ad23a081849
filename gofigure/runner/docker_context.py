"""What a docker stage reads: of each location what its context holds after .dockerignore, and the Dockerfile."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gofigure.digest.content import digest_bytes
from gofigure.digest.tree import look_up
from gofigure.snapshot.dockerignore import ignored_globs
from gofigure.snapshot.select import Selecting, Selector, as_bytes
from gofigure.targets import source_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from gofigure.git.repository import Repository
    from gofigure.model import Snapshot, Stage

IGNORE = ".dockerignore"


class Contexts:
    """The contexts of docker stages in some content. `root`: where the working tree is."""

    def __init__(
        self, root: str, repository: Repository | None, load: Callable[[bytes], bytes], selecting: Selecting
    ) -> None:
        self._root = root
        self._repository = repository
        self._load = load
        self._selecting = selecting
        self._texts: dict[bytes, str] = {}

    def selectors(self, stage: Stage, about: Snapshot) -> tuple[Selector, ...]:
        """One for each location, then its Dockerfile, which counts where .dockerignore leaves it out as well."""
        own = (stage.ignore,) if stage.ignore else ()
        source = source_of(stage)
        read: list[Selector] = []
        dockerfiles: list[Selector] = []
        for location in stage.locations or ("",):
            dockerfile = Selector((location,), source)
            dockerfiles.append(dockerfile)
            globs = self._ignored(location, dockerfile, about)
            read.append(Selector((location,), without=(*own, globs) if globs else own))
        return (*read, *dockerfiles)

    def _ignored(self, location: str, dockerfile: Selector, about: Snapshot) -> tuple[str, ...]:
        """By the Dockerfile's own ignore file if there is one, or else that of the context."""
        found = self._selecting.files(about.tree, dockerfile)
        names = [path + as_bytes(IGNORE) for path, _ in found] if len(found) == 1 else []
        for path in (*names, as_bytes(f"{location}/{IGNORE}".lstrip("/"))):
            entry = look_up(about.tree, path, self._load)
            if entry is not None:
                return ignored_globs(self._text(path, entry.digest, about), location)
        return ()

    def _text(self, path: bytes, digest: bytes, about: Snapshot) -> str:
        """A file of the content: from the working tree where it stands there so, or else as git has it."""
        text = self._texts.get(digest)
        if text is None:
            text = self._texts[digest] = self._read(path, digest, about).decode("utf-8", "surrogateescape")
        return text

    def _read(self, path: bytes, digest: bytes, about: Snapshot) -> bytes:
        data: bytes | None = None
        try:
            with open(os.path.join(os.fsencode(self._root), path), "rb") as file:
                data = file.read()
        except OSError:
            data = None
        if data is not None and (digest_bytes(data) == digest or about.oid is None or self._repository is None):
            return data
        if self._repository is None or about.oid is None:
            return b""  # gone since somebody looked: what changes under a run is noticed at its end
        return self._repository.git.run("cat-file", "blob", f"{about.oid}:{os.fsdecode(path)}")
