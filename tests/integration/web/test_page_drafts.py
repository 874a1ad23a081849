"""The Jobs page: what is asked while a text is edited writes and starts nothing, and what is saved waits for a yes."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from support.page import AtTerminal, Served
from support.pair import refusal
from support.processes import command_line
from support.repo import Repo
from support.rig import Rig, until
from support.watcher import Watcher, ran

from gofigure.process import family

TEXT = """\
# The top.
[jobs.check]
on = ["change"]     # while editing
stages = ["unit"]

[stages.unit]
run = "echo x >> ../ran"   # in one line
inputs = ["*.py"]
"""
EVIL = TEXT.replace("../ran", "../evil")


@pytest.fixture
def shop(repo: Repo) -> Repo:
    repo.config(TEXT)
    repo.write("a.py", "a = 1\n")
    repo.commit()
    return repo


@pytest.fixture
def page(rig: Rig, shop: Repo) -> Served:
    return Served(rig, shop)


def _save(page: Served, text: str, file: str = "shared", seen: str | None = None) -> Any:
    known = page.get(f"/jobs?file={quote(file)}")["seen"] if seen is None else seen
    return page.do("save", file=file, text=text, seen=known)


def _on_disk(repo: Repo) -> str:
    return (repo.root / ".gofigure.toml").read_text()


def test_each_problem_with_its_line_its_key_and_its_field(page: Served) -> None:
    text = TEXT.replace('inputs = ["*.py"]', 'inputs = ["*.py"]\ntimeout = "soon"\nneedz = []')
    said = page.do("check", file="shared", text=text).json
    told = [(one["line"], one["key"], one["at"]) for one in said["problems"]]
    assert told == [
        (9, "stages.unit.timeout", ["stages", "unit", "timeout"]),
        (10, "stages.unit.needz", ["stages", "unit", "needz"]),
    ]
    assert "did you mean 'needs'" in said["problems"][1]["message"]
    page.repo.config(text)
    assert page.repo.gofigure("validate", "--json").stdout.decode().count('"line"') == 2
    broken = page.do("check", file="shared", text="[jobs").json
    assert (broken["form"], broken["problems"][0]["line"]) == (None, 1)


def test_a_field_changes_its_line_and_nothing_else(page: Served) -> None:
    edit = {"do": "set", "kind": "stages", "name": "unit", "key": "timeout", "value": "90"}
    said = page.do("check", file="shared", text=TEXT, edit=edit).json
    assert said["text"] == TEXT + "timeout = 90\n"
    assert said["form"]["stages"]["unit"]["timeout"] == "90"
    for value in ('"', "]]", "a\nb", "[stages.x]"):
        said = page.do("check", file="shared", text=TEXT, edit={**edit, "key": "run", "value": value}).json
        assert said["form"]["stages"]["unit"]["run"] == value
    new = {"do": "add", "kind": "stages", "name": "it", "target": "pytest"}
    said = page.do("check", file="shared", text=TEXT, edit=new).json
    assert said["text"].startswith(TEXT)
    assert said["problems"] == []
    wrong: list[dict[str, object]] = [
        {"do": "rename"},
        {"do": "x"},
        {"kind": 1},
        {"name": []},
        {"key": "no"},
        {"do": "add"},
        {"do": "rename", "to": "-x"},
    ]
    for bad in wrong:
        assert page.do("check", file="shared", text=TEXT, edit={**edit, **bad}).status == 409, bad
    assert _on_disk(page.repo) == TEXT


def test_half_a_letter_is_refused_wherever_it_stands(page: Served) -> None:
    edit = {"do": "set", "kind": "stages", "name": "unit", "key": "run", "value": "x"}
    half = "\ud800"
    odd: list[dict[str, object]] = [
        {"value": half},
        {"key": "env", "value": {half: "1"}},
        {"key": "inputs", "value": ["*.py", half]},
        {"name": half},
        {"do": "rename", "to": half},
        {half: 1},
    ]
    for more in odd:
        answer = page.do("check", file="shared", text=TEXT, edit={**edit, **more})
        assert (answer.status, answer.json["error"]) == (400, "the body has letters that are none"), more
    assert page.do("check", file="shared", text=TEXT, edit={**edit, "value": "\U0001f600"}).status == 200
    assert page.do("run", names=[half]).status == 400


def test_a_number_is_taken_as_its_text_is(page: Served) -> None:
    edit = {"do": "set", "kind": "stages", "name": "unit"}
    taken = page.do("check", file="shared", text=TEXT, edit={**edit, "key": "retries", "value": 3}).json["text"]
    assert taken == f"{TEXT}retries = 3\n"
    for key, values in (("retries", ("3", 3)), ("timeout", ("1.5", 1.5)), ("locations", (["3"], [3]))):
        answers = [page.do("check", file="shared", text=TEXT, edit={**edit, "key": key, "value": v}) for v in values]
        assert answers[0].json == answers[1].json
    refused = page.do("check", file="shared", text=TEXT, edit={**edit, "do": "rename", "to": "-x"})
    assert "not - or . first" in refused.json["error"]


def test_only_its_own_files(page: Served) -> None:
    for file in ("../x", "/etc/passwd", ".gofigure.toml", "", 1, None, ["shared"], {"a": 1}):
        for name in ("check", "preview", "save"):
            assert page.do(name, file=file, text="", seen="").status == 409, (file, name)
    assert page.ask("GET", "/jobs?file=../../etc/passwd").status == 404
    for text in (1, None, "a\r\n", "\0", "x" * (1024 * 1024 + 1)):
        assert page.do("check", file="shared", text=text).status == 409
    assert page.do("check", file="shared", text="\ud800").status == 400
    assert page.do("check", file="shared", text="x" * (3 * 1024 * 1024)).status == 413


def test_a_preview_starts_nothing(rig: Rig, shop: Repo) -> None:
    """Neither a stage nor the program that a stage names, which planning a run would ask for its version."""
    stubs = shop.root.parent / "stubs"
    for name in ("ruff", "kubectl", "docker", "podman", "buildah", "pytest", "helm", "minikube"):
        stub = shop.at(stubs).write(name, f"#!/bin/sh\necho {name} >> {stubs}/started\n", mode=0o755)
        assert stub.exists()
    shop.write("probe.sh", f"#!/bin/sh\necho probe >> {stubs}/started\n", mode=0o755)
    page = Served(rig, shop, env={"PATH": f"{stubs}:{os.environ['PATH']}"})
    text = (
        TEXT.replace('"unit"]', '"unit", "lint", "it", "image", "deploy"]')
        + f"""tools = ["ruff", "./probe.sh"]
[stages.lint]
run = 'touch {stubs}/started; ruff check "$@"'
files = '\\.py$'
image = "python:3.12"
[stages.it]
target = "pytest"
[stages.image]
target = "docker"
name = "shop"
[stages.deploy]
target = "kubernetes"
context = "minikube"
namespace = "dev"
"""
    )
    said = page.do("preview", file="shared", text=text).json
    assert not (stubs / "started").exists()
    stages = {one["stage"]: one for one in said["plan"]["stages"]}
    assert (stages["lint"]["files"], stages["lint"]["some"]) == (1, ["a.py"])
    assert "ruff check" in stages["lint"]["commands"][0]
    assert stages["lint"]["image"] == "python:3.12"
    assert stages["image"]["builds"] == ["shop:gf-DIGEST", "shop:dev"]
    assert stages["image"]["lacking"]
    assert (stages["deploy"]["context"], stages["deploy"]["namespace"]) == ("minikube", "dev")
    assert said["plan"]["jobs"][0]["on"] == ["change"]
    assert ["+", "[stages.it]"] in said["diff"]
    assert _on_disk(shop) == TEXT
    wrong = page.do("preview", file="shared", text="[stages.x]\n").json
    assert wrong["plan"] is None
    assert wrong["problems"]


_ENDLESS = TEXT.replace('"*.py"', f'"{"*a" * 60}b"')


def _previews(page: Served) -> int:
    """How many are at work below the page."""
    children = (one.pid for one in family.table().values() if one.parent == page.running.pid)
    return sum(b"gofigure.web.editing.preview" in command_line(pid) for pid in children)


@contextlib.contextmanager
def _asking(page: Served) -> Iterator[http.client.HTTPConnection]:
    """A client that waits for a preview which never ends."""
    headers = {"Content-Type": "application/json", "X-Gofigure": "1", "Cookie": page.session}
    with contextlib.closing(http.client.HTTPConnection(page.host, timeout=60)) as connection:
        connection.request("POST", "/api/v1/do/preview", json.dumps({"file": "shared", "text": _ENDLESS}), headers)
        yield connection


def _planned(connection: http.client.HTTPConnection) -> Any:
    with connection.getresponse() as answer:
        return json.loads(answer.read())["plan"]


def test_a_preview_that_nobody_waits_for_is_ended(page: Served) -> None:
    page.repo.write("a" * 60 + "!", "")
    with _asking(page):
        until(lambda: _previews(page) == 1, what="it is at work")
        began = time.monotonic()
    until(lambda: _previews(page) == 0, what="its client has gone, and so has it")
    assert time.monotonic() - began < 4  # before it has computed for too long
    with _asking(page) as other:
        until(lambda: _previews(page) == 1, what="it is at work")
        plan = page.do("preview", file="shared", text=TEXT).json["plan"]
        assert [stage["files"] for stage in plan["stages"]] == [1]
        assert _planned(other)["error"] == "another preview was asked for meanwhile"
    assert _previews(page) == 0


def test_a_preview_computes_for_some_seconds_only(shop: Repo) -> None:
    program = "import re\nfrom gofigure.web.editing.preview import bound\nbound(1)\nre.match('(a|a)*b', 'a' * 60)\n"
    done = subprocess.run([sys.executable, "-c", program], env=dict(shop.env), check=False, capture_output=True)
    assert b"has computed for 1 s" in done.stderr


def test_a_page_ends_though_a_preview_is_at_work(page: Served) -> None:
    page.repo.write("a" * 60 + "!", "")
    with _asking(page):
        until(lambda: _previews(page) == 1, what="it is at work")
        page.running.process.terminate()
        began = time.monotonic()
        page.running.finish()
    assert time.monotonic() - began < 4


def test_what_is_saved_runs_after_a_yes_in_a_terminal(page: Served) -> None:
    shop = page.repo
    assert page.get("/jobs")["trouble"] == ""
    said = _save(page, EVIL).json
    assert (said["waits"], said["code"]) == (True, False)  # nobody sits at its terminal
    assert _on_disk(shop) == EVIL
    assert "nobody has said yes" in page.get("/jobs")["trouble"]
    assert page.do("run", names=["check"]).status == 409
    assert shop.gofigure("run", "check").returncode == 2
    assert b"nobody has said yes" in shop.gofigure("status").stdout
    assert page.do("confirm", code="").status == 409
    assert not (shop.root.parent / "evil").exists()
    assert "../evil" in shop.gofigure("allow", "--yes").stdout.decode()
    assert page.get("/jobs")["trouble"] == ""  # at once
    assert shop.gofigure("run", "check").returncode == 0
    assert (shop.root.parent / "evil").exists()
    assert not _save(page, TEXT).json["waits"]  # it was allowed before
    assert page.get("/jobs")["trouble"] == ""


def test_nor_does_a_hook_or_what_is_yours_alone(page: Served) -> None:
    shop = page.repo
    shop.config(TEXT.replace('"change"', '"pre-commit"'))
    assert shop.gofigure("install-hooks").returncode == 0
    assert _save(page, EVIL.replace('"change"', '"pre-commit"')).json["waits"]
    assert shop.commit("x").returncode != 0
    assert shop.gofigure("allow", "--yes").returncode == 0
    local = '[stages.unit]\nrun = "echo x >> ../local"\n'
    assert _save(page, local, "local").json["waits"]
    assert (shop.root / ".gofigure.local.toml").read_text() == local
    shop.write("a.py", "a = 2\n")
    assert shop.commit("x").returncode != 0
    assert [*shop.root.parent.glob("evil"), *shop.root.parent.glob("local")] == []
    assert shop.gofigure("allow", "--yes").returncode == 0
    assert shop.commit("x").returncode == 0
    assert (shop.root.parent / "local").exists()


def test_a_watcher_at_work_neither_runs_it_nor_asks_for_it(page: Served, rig: Rig) -> None:
    shop = page.repo
    watcher = Watcher(rig, shop)
    watcher.until(lambda state: state.resting and ran(shop) == 1, "it ran")
    with socket.create_server(("127.0.0.1", 0)) as remote:
        polled = f"""[stages.src]
target = "checkout"
url = "git://127.0.0.1:{remote.getsockname()[1]}/x.git"
poll = 1
"""
        assert _save(page, EVIL.replace('["unit"]', '["unit", "src"]') + polled).json["waits"]
        watcher.until(lambda state: "nobody has said yes" in state.trouble, "it says why it does not run")
        shop.write("a.py", "a = 2\n")
        shop.config(TEXT)  # again
        watcher.until(lambda state: state.resting and ran(shop) == 2, "it ran")
        remote.setblocking(False)
        with pytest.raises(BlockingIOError):
            remote.accept()
    assert not (shop.root.parent / "evil").exists()


def test_somebody_else_has_written_it(page: Served) -> None:
    seen = page.get("/jobs")["seen"]
    page.repo.config(TEXT + "# theirs\n")
    answer = _save(page, EVIL, seen=seen)
    assert answer.status == 409
    assert "changed on disk" in answer.json["error"]
    assert _on_disk(page.repo) == TEXT + "# theirs\n"
    (page.repo.root / ".gofigure.toml").unlink()
    assert _save(page, EVIL, seen=seen).status == 409
    assert _save(page, TEXT, seen="").json["waits"] is False


def test_mode_and_line_ends_stay(page: Served) -> None:
    place = page.repo.write(".gofigure.toml", TEXT.replace("\n", "\r\n"), mode=0o640)
    assert page.get("/jobs")["text"] == TEXT
    assert _save(page, EVIL).status == 200
    assert place.read_bytes() == EVIL.replace("\n", "\r\n").encode()
    assert place.stat().st_mode & 0o777 == 0o640
    assert [one.name for one in place.parent.glob(".gofigure.*")] == [".gofigure.toml"]


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        (b"a = 1\r\nb = 2\n", [(1, True)]),
        (b"\xef\xbb\xbf[jobs]\n", [(1, True)]),
        (b"[jobs]\n# \xff\n", [(2, True)]),
        (b"[jobs]\n# a\rb\n", [(2, True)]),
        (b"[jobs]\n\n# \0\n", [(3, True)]),
    ],
)
def test_what_a_text_field_cannot_hold_is_not_written(page: Served, data: bytes, wrong: list[object]) -> None:
    page.repo.write(".gofigure.toml", data)
    said = page.get("/jobs")
    assert said["locked"]
    assert [(one["line"], one["here"]) for one in said["problems"]][:1] == wrong  # as `gofigure validate` says it
    assert _save(page, TEXT, seen=said["seen"]).status == 409
    assert (page.repo.root / ".gofigure.toml").read_bytes() == data


def test_no_link_is_followed(page: Served) -> None:
    """What stands behind it could be another project's, where nothing would hold it; or no configuration at all."""
    place = page.repo.root / ".gofigure.toml"
    page.repo.write("log.sh", TEXT)
    for target in ("../outside", ".git/config", "log.sh"):
        place.unlink()
        real = page.repo.root / target
        if not real.exists():
            real.write_text(TEXT)
        place.symlink_to(target)
        before = real.read_bytes()
        assert "link" in page.get("/jobs")["locked"]
        assert _save(page, EVIL).status == 409
        assert real.read_bytes() == before
        assert place.is_symlink()
    place.unlink()
    place.hardlink_to(page.repo.root / "log.sh")
    assert "hard link" in page.get("/jobs")["locked"]
    assert _save(page, EVIL).status == 409
    assert _on_disk(page.repo) == TEXT
    (page.repo.root / ".gofigure.local.toml").symlink_to("log.sh")
    assert _save(page, "", "local").status == 409
    assert (page.repo.root / "log.sh").read_text() == TEXT


def test_a_nested_repository_is_not_written_through_a_link(page: Served) -> None:
    top = page.repo
    sub = Repo.create(top.root / "sub", top.env)
    sub.config(TEXT.replace('"change"', '"pre-commit"'))
    assert sub.gofigure("allow", "--yes").returncode == 0
    assert sub.gofigure("install-hooks").returncode == 0
    (top.root / ".gofigure.toml").unlink()
    (top.root / ".gofigure.toml").symlink_to("sub/.gofigure.toml")
    assert top.gofigure("allow", "--yes").returncode == 0
    assert _save(page, EVIL.replace('"change"', '"pre-commit"')).status == 409
    assert sub.commit("x").returncode == 0
    assert not (top.root / "evil").exists()


def test_nor_a_folder_that_has_become_a_repository(page: Served) -> None:
    top, name = page.repo, "sub/.gofigure.toml"
    top.write(name, TEXT)
    top.git("add", name)
    assert page.get(f"/jobs?file={name}")["locked"] == ""
    top.git("init", "-q", "sub")
    assert "another repository" in page.get(f"/jobs?file={name}")["locked"]
    assert _save(page, EVIL, name).status == 409
    assert (top.root / name).read_text() == TEXT


def test_a_draft_of_what_is_yours_alone_is_laid_over(page: Served) -> None:
    """It is checked and previewed with what it lies over, and is no second shared file."""
    local = '[stages.unit]\nrun = "echo mine"\ntimeout = "soon"\n'
    said = page.do("check", file="local", text=local).json
    assert [(one["line"], one["at"]) for one in said["problems"]] == [(3, ["stages", "unit", "timeout"])]
    assert _save(page, local, "local").status == 409
    good = local.replace('"soon"', "90")
    assert page.do("check", file="local", text=good).json["problems"] == []
    plan = page.do("preview", file="local", text=good).json["plan"]
    assert [stage["commands"] for stage in plan["stages"]] == [["echo mine"]]
    page.repo.write(".gofigure.local.toml", local)
    assert page.get("/jobs?file=local")["problems"]
    assert page.do("preview", file="local", text=good).json["plan"]["stages"][0]["commands"] == ["echo mine"]


def test_a_folders_file_is_edited_as_the_roots(page: Served) -> None:
    repo, name = page.repo, "services/a b&c/.gofigure.toml"
    repo.write(name, TEXT)  # git does not track it yet
    assert repo.gofigure("allow", "--yes").returncode == 0
    until(lambda: name in str(page.get("/jobs")["files"]), what="the folder's file is named")
    assert quote(name) in page.ask("GET", "/jobs").text
    said = page.get(f"/jobs?file={quote(name)}")
    assert (said["name"], said["text"], said["locked"], said["problems"]) == (name, TEXT, "", [])
    bad = page.do("check", file=name, text=TEXT.replace("run", "rum")).json["problems"]
    assert ("stages", "unit", "rum") in [tuple(one["at"]) for one in bad if one["here"]]
    root = TEXT + 'needs = ["services/a b&c:unit"]\n'
    assert page.do("check", file="shared", text=root).json["problems"] == []
    plan = page.do("preview", file=name, text=EVIL).json["plan"]
    assert [stage["stage"] for stage in plan["stages"]] == ["unit", "services/a b&c:unit"]
    assert _save(page, EVIL, name).json["waits"]
    assert (repo.root / name).read_text() == EVIL
    assert "nobody has said yes" in refusal(repo)
    local = "services/a b&c/.gofigure.local.toml"
    assert page.do("save", file=local, text='[stages.unit]\nrun = "true"\n', seen="").json["waits"]
    assert (repo.root / local).exists()
    assert page.do("check", file="services/none/.gofigure.toml", text="").status == 409


def test_what_other_files_name_is_said_before_a_save(page: Served) -> None:
    """A name is changed in the one file: what the others say stays, and is told."""
    page.repo.write("api/.gofigure.toml", '[stages.it]\nrun = "true"\nneeds = ["//:unit"]\n')
    page.repo.git("add", "api")
    local = "[stages.unit]\ntimeout = 5\n"
    page.repo.write(".gofigure.local.toml", local)
    edit = {"do": "rename", "kind": "stages", "name": "unit", "to": "tests"}
    text = page.do("check", file="shared", text=TEXT, edit=edit).json["text"]
    said = page.do("preview", file="shared", text=text).json
    assert [(one["name"], one["line"], one["key"]) for one in said["elsewhere"]] == [
        ("api/.gofigure.toml", 3, "stages.it.needs[0]"),
        (".gofigure.local.toml", 1, "stages.unit.run"),
    ]
    page.repo.write(".gofigure.local.toml", local + 'run = "true"\n')  # nothing is wrong with it: it is another stage
    page.repo.write("api/.gofigure.toml", '[stages.it]\nrun = "true"\n')
    [one] = page.do("preview", file="shared", text=text).json["elsewhere"]
    assert (one["name"], one["line"], one["key"]) == (".gofigure.local.toml", 1, "stages.unit")
    assert "laid over nothing" in one["message"]
    assert page.do("preview", file="shared", text=TEXT + "# more\n").json["elsewhere"] == []


def test_what_is_wrong_is_not_saved(page: Served) -> None:
    answer = _save(page, TEXT.replace("run", "rum"))
    assert answer.status == 409
    assert "nothing is saved" in answer.json["error"]
    assert _on_disk(page.repo) == TEXT


def test_a_page_to_look_at_saves_nothing(rig: Rig, shop: Repo) -> None:
    page = Served(rig, shop, "--read-only")
    for name in ("check", "preview", "save", "confirm"):
        assert page.do(name, file="shared", text=EVIL, seen=page.get("/jobs")["seen"]).status == 403
    for path in ("/", "/history", "/content", "/jobs", "/deploy", "/docs", "/runs/99"):
        assert ">read-only</span>" in page.ask("GET", path).text, path
    text = page.ask("GET", "/jobs").text
    assert "Nothing can be edited here: this page was started with <code>--read-only</code>" in text
    assert "readonly" in text
    assert 'data-draft="review"' not in text.replace("Show both", "").split("<textarea")[1]
    assert _on_disk(shop) == TEXT


def test_names_and_texts_are_never_markup(page: Served) -> None:
    page.repo.config(TEXT + "</textarea><script>alert(1)</script>")
    page.repo.write("gofigure-<img src=x>.json", '{"<b>": 1}')
    answer = page.ask("GET", "/jobs")
    text = answer.text
    assert answer.status == 200
    assert "gofigure-&lt;img" in text
    assert "<script>alert" not in text
    assert "<img" not in text
    assert '<b>"' not in text


def test_the_older_files_are_shown_and_not_written(page: Served) -> None:
    page.repo.write("gofigure-ship.json", '{"jobType": "x"}')
    said = page.get("/jobs")
    assert [one["name"] for one in said["older"]] == ["gofigure-ship.json"]
    assert "gofigure import" in page.ask("GET", "/jobs").text


_KILLED = """
import os, signal, sys
from gofigure import trust
from gofigure.git.environment import GitVariables
from gofigure.git.repository import ask
from gofigure.project import locate
from gofigure.web.editing import saving
from gofigure.web.editing import sources
moment, text = sys.argv[1:]
def die(*_args, **_more):
    os.kill(os.getpid(), signal.SIGKILL)
real = trust.hold
def hold(*args):
    real(*args)
    die()
if moment == "before": trust.hold = die
if moment == "held": trust.hold = hold
if moment == "written": os.replace = lambda *a, real=os.replace: die() if a[1].endswith(".toml") else real(*a)
if moment == "replaced": saving._sync = die
project = locate(ask(os.getcwd(), os.environ, GitVariables()), os.environ)
saving.save(project, sources.source(project, "shared", {}), text.encode())
"""


@pytest.mark.parametrize("moment", ["before", "held", "written", "replaced"])
def test_killed_at_any_moment_it_rather_asks(shop: Repo, moment: str) -> None:
    assert shop.gofigure("allow", "--yes").returncode == 0
    words = [sys.executable, "-c", _KILLED, moment, EVIL]
    done = subprocess.run(words, cwd=shop.root, env=dict(shop.env), check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done
    text = _on_disk(shop)
    assert text == (EVIL if moment == "replaced" else TEXT)
    assert bool(refusal(shop)) == (text == EVIL)
    shop.config(EVIL)  # however the very same bytes come there
    assert bool(refusal(shop)) == (moment != "before")  # where they were never kept, nobody has seen them either


@pytest.fixture
def sitting(shop: Repo) -> Iterator[AtTerminal]:
    served = AtTerminal(shop)
    yield served
    served.close()


def test_the_code_in_the_terminal_is_a_yes_to_these_bytes(sitting: AtTerminal) -> None:
    shop = sitting.repo
    assert _save(sitting, EVIL).json == {**_save(sitting, EVIL).json, "waits": True, "code": True}
    sitting.terminal.until("type into the page", 2)
    assert '+run = "echo x >> ../evil"' in sitting.terminal.text
    first = sitting.code
    assert sitting.get("/jobs")["code_for"] == ".gofigure.toml"
    assert first not in sitting.ask("GET", "/jobs").text + str(sitting.get("/jobs")) + str(sitting.get("/now"))
    _save(sitting, EVIL + "# more\n")
    sitting.terminal.until("type into the page", 3)
    assert sitting.do("confirm", code=first).status == 409  # that was another text
    assert sitting.do("confirm", code=sitting.code.lower().replace("-", " ")).json == {"allowed": ".gofigure.toml"}
    assert shop.gofigure("run", "check").returncode == 0
    assert sitting.do("confirm", code=sitting.code).status == 409  # once
    assert sitting.get("/jobs")["code_for"] == ""
    shop.config(EVIL)
    assert refusal(shop)


def _stopped(page: AtTerminal) -> str:
    """Ctrl-S in its terminal, and then a save; what was saved."""
    page.terminal.type(b"\x13")
    text = EVIL

    def waits() -> bool:
        nonlocal text
        text += "# more\n"
        return _save(page, text).json["code"] is False

    until(waits, what="the terminal takes nothing")
    return text


def test_a_stopped_terminal_stops_nothing_else(sitting: AtTerminal) -> None:
    text = _stopped(sitting)
    assert _on_disk(sitting.repo) == text
    assert sitting.do("check", file="shared", text=TEXT).status == 200
    assert sitting.get("/jobs")["code_for"] == ""
    assert not _save(sitting, f"{text}# last\n").json["code"]
    sitting.terminal.type(b"\x11")
    until(lambda: sitting.get("/jobs")["code_for"] == ".gofigure.toml", what="the newest code was shown")
    sitting.terminal.until("+# last")
    sitting.terminal.until("type into the page", 2)
    assert sitting.do("confirm", code=sitting.code).status == 200
    assert refusal(sitting.repo) == ""


def test_a_page_ends_though_its_terminal_is_stopped(sitting: AtTerminal) -> None:
    _stopped(sitting)
    sitting.terminal.kill(signal.SIGTERM)
    assert sitting.terminal.finish() == 0


_DEAF = "import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN); os.execvp(sys.argv[1], sys.argv[1:])"


def test_a_terminal_that_has_gone_gets_no_code(shop: Repo) -> None:
    page = AtTerminal(shop, sys.executable, "-c", _DEAF)
    try:
        page.terminal.hang_up()
        said = _save(page, EVIL).json
        assert (said["waits"], said["code"], page.get("/jobs")["code_for"]) == (True, False, "")
    finally:
        page.close()


def test_a_code_is_asked_for_only_while_its_text_is_there(sitting: AtTerminal) -> None:
    shop = sitting.repo
    assert _save(sitting, EVIL).json["code"]
    assert sitting.get("/jobs")["code_for"] == ".gofigure.toml"
    for text in (TEXT, "[jobs"):
        shop.config(text)
        assert sitting.get("/jobs")["code_for"] == ""
        until(lambda: "data-confirm" not in sitting.ask("GET", "/jobs").text, what="its field has gone")
    shop.config(EVIL)
    assert sitting.get("/jobs")["code_for"] == ".gofigure.toml"
    sitting.terminal.until("type into the page")
    assert sitting.do("confirm", code=sitting.code).status == 200
    assert refusal(shop) == ""


_ALLOW = "in a terminal: gofigure allow"


def test_nobody_can_try_codes(sitting: AtTerminal) -> None:
    _save(sitting, EVIL)
    sitting.terminal.until("type into the page")
    for code in ("AAAA-AAAA", "", 1, None, ["x"]):
        assert "data-confirm" in sitting.ask("GET", "/jobs").text  # which is remembered as long as nothing is news
        answer = sitting.do("confirm", code=code)
        assert answer.status == 409
    assert answer.json == {"error": "that is not the code either: it counts no more", "hint": _ALLOW}
    assert sitting.get("/jobs")["code_for"] == ""
    until(lambda: "data-confirm" not in sitting.ask("GET", "/jobs").text, what="its field has gone")
    assert sitting.do("confirm", code=sitting.code).json == {"error": "no code waits to be typed", "hint": _ALLOW}
    _save(sitting, EVIL + "# again\n")
    sitting.terminal.until("type into the page", 2)
    answer = sitting.do("confirm", code=sitting.code)  # the right one
    assert answer.status == 409
    assert "too many" in answer.json["error"]
    assert re.fullmatch(r"wait \d+ s, or: gofigure allow", answer.json["hint"])
    assert sitting.repo.gofigure("run", "check").returncode == 2


def test_what_the_terminal_cannot_show_gets_no_code(sitting: AtTerminal) -> None:
    hidden = "\n" * 200 + "# more\n"
    said = _save(sitting, EVIL + hidden).json
    assert (said["waits"], said["code"]) == (True, False)
    sitting.terminal.until("gofigure allow  shows it")
    said = _save(sitting, EVIL + "# " + "x" * 20_000 + "\n").json
    assert (said["waits"], said["code"]) == (True, False)


def test_a_code_stands_below_all_that_it_is_for_or_there_is_none(shop: Repo) -> None:
    """In a terminal of 24 rows, which is asked each time."""
    page = AtTerminal(shop, size=(160, 24))
    screen = page.terminal.screen
    first = "the page has saved this"
    try:
        known = {True: 0, False: 0}
        for more in range(3, 18):  # lines
            text = EVIL + "# more\n" * more + f"# {'x' * 60}\n"
            has_code = _save(page, text).json["code"]
            known[has_code] += 1
            page.terminal.until(
                "type into the page" if has_code else "more has changed than fits here", known[has_code]
            )
            assert any(first in line for line in screen.display) is has_code
        assert all(known.values())
        assert _save(page, f"{EVIL}# {'x' * 160 * 24}\n").json["code"] is False  # one line, of as many rows
        page.terminal.resize(160, 60)
        assert _save(page, f"{EVIL}# {'x' * 160 * 24}\n").json["code"] is True
    finally:
        page.close()


def test_saves_are_counted(page: Served) -> None:
    seen = page.get("/jobs")["seen"]
    for number in range(20):
        seen = _save(page, f"{TEXT}# {number}\n", seen=seen).json["seen"]
    answer = _save(page, EVIL, seen=seen)
    assert (answer.status, "too often" in answer.json["error"]) == (409, True)


def test_a_first_configuration(rig: Rig, repo: Repo) -> None:
    repo.write("a.py", "")
    repo.commit()
    repo.config(TEXT)
    page = Served(rig, repo)
    (repo.root / ".gofigure.toml").unlink()
    said = page.get("/jobs")
    assert (said["there"], said["text"], said["seen"]) == (False, "", "")
    assert _save(page, EVIL, seen="").json["waits"]
    assert Path(repo.root / ".gofigure.toml").stat().st_mode & 0o600 == 0o600
    assert refusal(repo)


def test_no_text_is_too_odd(page: Served) -> None:
    edit = {"do": "set", "kind": "stages", "name": "unit", "key": "timeout", "value": "90"}
    for text in ("x = " + "[" * 5000, *(f"x = {'[' * n}{']' * n}\n{TEXT}" for n in (50, 150, 250, 320, 400, 900))):
        for asked in ({}, {"edit": edit}):
            answer = page.do("check", file="shared", text=text, **asked)
            assert answer.status in (200, 409), (len(text), asked, answer)
