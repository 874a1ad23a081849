"""A real page of a repository, and requests to it as a browser, a program or an attacker makes them."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from support.repo import Repo
from support.rig import Gate, Rig, Running
from support.screen import Terminal

_PAGE = re.compile(r"/(now|history|content|jobs|deploy|docs|runs/\d+)(\?|$)")
BROWSER = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()


class Served:
    """A `gofigure ui` at work."""

    def __init__(
        self,
        rig: Rig,
        repo: Repo,
        *args: str,
        env: Mapping[str, str] = {},
        browser: bool = False,
        allow: bool = True,
    ) -> None:
        """`browser`: started with one, $BROWSER of `env`."""
        assert not allow or repo.gofigure("allow", "--yes").returncode == 0
        self.repo = repo
        words = ("--json",) if browser else ("--json", "--no-browser")
        self.running: Running = rig.start(repo, "ui", *words, *args, env=env)
        self.running.until_says(b"}")
        self._reached(json.loads(self.running.output)["address"])

    def _reached(self, login: str) -> None:
        self.login = login
        self.address = self.login.partition("/login")[0]
        self.host = urlsplit(self.address).netloc
        self._session = ""
        self.forgiven: tuple[str, ...] = ()  # what a browser may complain of
        self.gate: Gate | None = None  # where its slow job stands, if it has one

    @property
    def session(self) -> str:
        """The cookie of a browser that has come in."""
        if not self._session:
            answer = self.ask("GET", self.login.removeprefix(self.address), cookie="")
            assert answer.status == 303, answer
            self._session = answer.headers["set-cookie"].partition(";")[0]
        return self._session

    def ask(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] = {},
        body: bytes | None = None,
        *,
        cookie: str | None = None,
    ) -> Answer:
        """One request; with the session's cookie unless another is given."""
        connection = http.client.HTTPConnection(self.host, timeout=20)
        own = self.session if cookie is None else cookie
        try:
            connection.request(method, path, body, {**({"Cookie": own} if own else {}), **headers})
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def get(self, path: str) -> Any:
        """The JSON twin of a page, which can be shown too, whatever it holds."""
        answer = self.ask("GET", f"/api/v1{path}")
        assert answer.status == 200, answer
        if _PAGE.match(path):
            # Under an address of its own: what was drawn for another is remembered for a moment.
            shown = self.ask("GET", f"{path.replace('/now', '/', 1)}{'&' if '?' in path else '?'}twin=1")
            assert shown.status == 200, shown
        return answer.json

    def page(self, path: str) -> Answer:
        """A page with all that it finds out: a browser is shown it without, where that takes more than a moment."""
        self.get(path)
        return self.ask("GET", path)

    def do(self, name: str, **body: object) -> Answer:
        """What a button does."""
        headers = {**BROWSER, "Origin": self.address, "Content-Type": "application/json", "X-Gofigure": "1"}
        return self.ask("POST", f"/api/v1/do/{name}", headers, json.dumps(body).encode())


class AtTerminal(Served):
    """The same, in a terminal at which somebody sits."""

    def __init__(self, repo: Repo, *by: str, size: tuple[int, int] = (160, 50)) -> None:
        """`by`: a program that starts it; `size`: columns, rows."""
        assert repo.gofigure("allow", "--yes").returncode == 0
        self.repo = repo
        words = [*by, *repo.command, "ui", "--no-browser"]
        self.terminal = Terminal(words, repo.root, {**repo.env, "TERM": "xterm"}, size=size)
        self.terminal.until("Ctrl-C ends the page")
        [login] = re.findall(r"http://\S+ticket=[\w-]+", self.terminal.text)
        self._reached(login)

    @property
    def code(self) -> str:
        """The newest that is to be seen."""
        return str(re.findall(r"type into the page: (\S+)", self.terminal.text)[-1])

    def close(self) -> None:
        self.terminal.close()
