"""The store, open in one thread of its own; and the configuration, read again when it has changed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from gofigure import config as configuration
from gofigure import trust
from gofigure.errors import GofigureError, NotAllowedError, StoreError
from gofigure.model import Config
from gofigure.project import Asking, Project, as_judged, parse_config, read_config, untracked_folders
from gofigure.queries import looking_up
from gofigure.store.store import Store
from gofigure.web.asides import Asides
from gofigure.web.root import refuse_gone

T = TypeVar("T")
_SETTLE_EVERY = 1.0  # seconds
_JUDGE_EVERY = 2.0


class Reader:
    """Answers questions one after the other: SQLite's connections belong to a thread."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._open = contextlib.ExitStack()
        self._store: Store | None = None
        self._settle: Callable[[], None] = lambda: None
        self._file: tuple[int, int] | None = None
        self._asides = Asides(project.store_file)
        self.notices: tuple[str, ...] = ()  # what has become of stores since then
        self._settled = 0.0
        self._layers: configuration.Layers | None = None
        self._config: Config | None = None
        self._trouble = ""
        self._judged = 0.0
        self._new: Sequence[str] = ()
        self._said_yes = 0

    async def ask(self, question: Callable[[Store, Config | None, str], T]) -> T:
        """The answer to a question that gets the store, the configuration, and what is wrong with that."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._answer, question)

    def close(self) -> None:
        self._thread.submit(self._open.close)
        self._thread.shutdown()

    def _answer(self, question: Callable[[Store, Config | None, str], T]) -> T:
        refuse_gone(self._project.root)
        try:
            store = self._newest()
            store.refuse_newer()  # it may stay a store that we can read; runs are refused
            if time.monotonic() > self._settled + _SETTLE_EVERY:
                self._settle()
                self._settled = time.monotonic()
            self._read_config()
            return question(store, self._config, self._trouble)
        except StoreError:  # what has turned out to be damaged is set aside when it is closed
            self._open.close()
            self._store = None
            self.notices = self._asides.look()
            raise

    def _newest(self) -> Store:
        """Another file may have taken the place of the one that was opened."""
        file = _identity(self._project.store_file)
        if self._store is None or file != self._file or self._store.is_forgetful:
            self._open.close()
            self._store = None
            self._store, self._settle = self._open.enter_context(looking_up(self._project, self._asides.hear))
            self._file = _identity(self._project.store_file)
            self.notices = self._asides.look()
        return self._store

    def _read_config(self) -> None:
        """Raises NotAllowedError where nobody has said yes; other trouble is shown beside what has run."""
        try:
            if time.monotonic() > self._judged + _JUDGE_EVERY:
                self._new = untracked_folders(self._project)  # git walks over the disk for that
            layers = read_config(self._project, Asking(new=self._new))
            if layers != self._layers:
                self._layers, self._judged = layers, 0.0
                self._config = parse_config(layers)
            said_yes = _moved(self._project.trust.approved)
            if said_yes != self._said_yes or time.monotonic() > self._judged + _JUDGE_EVERY:
                self._said_yes = said_yes
                refused: NotAllowedError | None = trust.refusal(self._project.trust, as_judged(layers))
                self._trouble = f"{refused}; {refused.hint}" if refused is not None else ""
                self._judged = time.monotonic()
        except GofigureError as error:
            self._layers = None
            self._trouble = f"{error}"


def _moved(folder: str) -> int:
    """When something was last put into it or taken out of it."""
    try:
        return os.stat(folder).st_mtime_ns
    except OSError:
        return 0


def _identity(path: str) -> tuple[int, int] | None:
    try:
        info = os.stat(path)
    except OSError:
        return None
    return info.st_dev, info.st_ino
