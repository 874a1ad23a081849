"""All that is alive of one page: what routes answer with."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeVar

from starlette.requests import Request

from gofigure.model import Config
from gofigure.project import Project
from gofigure.store.store import Store
from gofigure.watch.place import folder_of, pid_of_engine, state_of
from gofigure.watch.switches import place_of
from gofigure.web.clusters import Looks
from gofigure.web.door.sessions import Sessions
from gofigure.web.editing.codes import Announce
from gofigure.web.editing.drafts import Drafts
from gofigure.web.news.around import look_around
from gofigure.web.news.behind import Behind
from gofigure.web.news.glances import Glances
from gofigure.web.news.live import Live
from gofigure.web.page import Answer, Apart, Around, Ask
from gofigure.web.reading import Reader
from gofigure.web.shown import TITLES, state_of_all
from gofigure.web.started import Started

T = TypeVar("T")


class Setting(NamedTuple):
    """What a page is started with."""

    project: Project
    environ: Mapping[str, str]
    read_only: bool = False
    tabs: str = ""  # see Sessions
    announce: Announce | None = None  # shows a saved text and its code, where somebody sits
    commands: Callable[[], Sequence[Any]] = tuple  # see Ask


class Site:
    """In the event loop's thread; the store is asked in another."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.sessions = Sessions(setting.tabs)
        self.reader = Reader(setting.project)
        self.around = Around()
        self._glances = Glances(self._look_around)
        self._config: Config | None = None  # as it was when somebody last looked around
        engine = partial(pid_of_engine, folder_of(setting.project.lock_file))
        self.live = Live(_files(setting.project), engine, self._news, self._glances.look)
        self.drafts = Drafts(setting.project, setting.environ, setting.announce, self.live.bump)
        self.started = Started(setting.project.root, setting.environ, self.live.bump)
        self.behind = Behind(Apart(setting.project, setting.environ), lambda: self.live.stamp, self.live.bump)
        self.looks = Looks(setting.project.root, setting.environ, self.live.bump)

    @property
    def name(self) -> str:
        """The project's, as people call its folder."""
        return self.setting.project.root.rstrip("/").rpartition("/")[2] or "/"

    async def ask(
        self, question: Callable[[Ask], T], request: Request | None = None, answers: Mapping[Any, Answer] = {}
    ) -> T:
        """The answer to a question, asked in the store's thread. Raises GofigureError."""
        setting = self.setting
        path = request.path_params if request is not None else {}
        query = request.query_params if request is not None else {}
        raw = request.scope["query_string"] if request is not None else b""
        around, waiting, looks = self.around, self.started.waiting, self.looks.known

        def answer(store: Store, config: Config | None, trouble: str) -> T:
            watcher = state_of(folder_of(setting.project.lock_file))
            return question(
                Ask(
                    setting.project,
                    setting.environ,
                    store,
                    config,
                    trouble,
                    watcher,
                    around,
                    waiting,
                    setting.read_only,
                    time.time_ns(),
                    dict(path),
                    dict(query),
                    raw,
                    answers,
                    self.drafts.codes.layer,
                    setting.commands,
                    looks,
                )
            )

        return await self.reader.ask(answer)

    async def _news(self) -> dict[str, Any]:
        """What every open page needs to know, whatever it shows."""
        try:
            found = await self.ask(state_of_all)
        except Exception as error:  # noqa: BLE001 - a page that is asked for will say it in its own words
            return {"state": "", "mark": "", "error": str(error)}
        return {"state": found, "mark": TITLES[found]}

    async def look_around(self, patience: float) -> None:
        """For who may wait: what is around is as of a moment ago then, though nobody listens."""
        if await self._glances.look_if_old(patience):
            self.live.bump()

    async def _look_around(self) -> bool:
        """Ask git again, and read the folders' configurations; whether they say something else."""
        config = await self.reader.ask(lambda _store, config, _trouble: config)
        found = await asyncio.to_thread(look_around, self.setting.project, config)
        changed = found != self.around or config is not self._config
        self.around, self._config = found, config
        return changed

    async def close(self) -> None:
        self.behind.close()
        self.looks.close()
        await self.live.close()
        self.drafts.close()


def _files(project: Project) -> tuple[str, ...]:
    """Those that change when something has happened."""
    folder = folder_of(project.lock_file)
    git_dir = project.repository.git_dir if project.repository is not None else ""
    files = (
        project.store_file,
        f"{folder}/watch.json",
        f"{folder}/watch",
        place_of(folder),
        project.config_file,
        project.config_file.removesuffix(".toml") + ".local.toml",
        project.trust.approved,  # a yes in a terminal
    )
    return (*files, f"{git_dir}/HEAD") if git_dir else files
