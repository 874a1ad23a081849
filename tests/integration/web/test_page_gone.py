"""The folder of a page that goes away under it, and folders that cannot be written."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
from pathlib import Path

import pytest
from support.page import Served
from support.rig import until

from gofigure.errors import StoreUnwritable
from gofigure.web.door import place
from gofigure.web.door.place import Card, Place

GONE = "is gone"


def _said(served: Served, path: str) -> str:
    return served.ask("GET", path).text


@pytest.mark.parametrize("how", ["moved", "deleted"])
def test_the_folder_of_an_open_page_goes_away(served: Served, how: str) -> None:
    root = served.repo.root
    served.repo.gofigure("run", "check")
    assert "jobs" in served.get("/now")
    elsewhere = root.with_name("elsewhere")
    if how == "moved":
        root.rename(elsewhere)
    else:
        shutil.copytree(root, elsewhere, symlinks=True)
        shutil.rmtree(root)
    until(lambda: GONE in _said(served, "/"), what="the page says it")
    for path in ("/", "/history", "/jobs", "/content", "/deploy", "/runs/1"):
        text = _said(served, path)
        assert str(root) in text, path
        assert GONE in text, path
        assert "gofigure allow" not in text, path
    for name, body in (
        ("run", {"names": ["check"]}),
        ("check", {"file": "shared", "text": ""}),
        ("preview", {"file": "shared", "text": ""}),
        ("save", {"file": "shared", "text": "", "seen": ""}),
    ):
        answer = served.do(name, **body)
        assert (answer.status, GONE in answer.json["error"]) == (409, True), answer
    assert served.ask("GET", "/static/main.js").status == 200
    elsewhere.rename(root)
    until(lambda: GONE not in _said(served, "/"), what="it is back")
    if how == "moved":
        assert served.do("run", names=["check"]).status == 200
    os.kill(served.running.pid, signal.SIGINT)
    assert served.running.finish() == 0
    assert json.loads(served.running.output).keys() == {"address", "pid"}  # and nothing else was said


@pytest.mark.parametrize("trouble", [errno.EROFS, errno.EACCES, errno.ENOSPC], ids=errno.errorcode.__getitem__)
def test_a_folder_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: int
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(trouble, os.strerror(trouble))

    folder = str(tmp_path / "gofigure")
    for name, does in (
        ("write_whole", lambda: Place(folder).publish(Card(1, "", 0, ""))),
        ("_open", Place(folder).take),
    ):
        monkeypatch.setattr(place, name, refuse)
        with pytest.raises(StoreUnwritable, match=os.strerror(trouble)) as caught:
            does()
        assert folder in str(caught.value)
        assert "--read-only too" in str(caught.value)
        assert f"make {folder} writable" in caught.value.hint
