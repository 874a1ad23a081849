"""gofigure's own image: on any folder, for any user, with nothing of root's left behind."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from support import image as images
from support.engine import BASE, Engine
from support.repo import Done, Repo
from support.rig import Running, ceiling, said, until
from support.screen import Terminal
from support.servers import Upstream, served

UID, GID = 1234, 2345
CONFIG = """
[jobs.check]
on = ["change"]
stages = ["unit"]
[stages.unit]
inputs = ["src"]
outputs = ["out/**"]
run = "mkdir -p out; id -u > out/who; cat src/a.txt"
"""
BOTH = "gofigure allow --yes && gofigure run"


@pytest.fixture(scope="module")
def image(docker_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> str:
    why_none = images.why_none()
    if why_none and "CI" in os.environ:
        pytest.fail(why_none)
    if why_none:
        pytest.skip(why_none)
    with ceiling(240):  # on a machine with others at work
        return images.build(docker_engine, tmp_path_factory.mktemp("image"))


@dataclass(frozen=True)
class Box:
    """`docker run` of the image, on a repository of somebody's."""

    repo: Repo
    engine: Engine
    image: str

    def argv(self, *words: str, options: Sequence[str] = (), mount: bool = True) -> list[str]:
        where = ["-v", f"{self.repo.root}:{self.repo.root}", "-w", str(self.repo.root)] if mount else []
        return [self.engine.client, "run", *where, *options, self.image, *words]

    def run(self, *words: str, options: Sequence[str] = (), mount: bool = True, stdin: bytes = b"") -> Done:
        return subprocess.run(
            self.argv(*words, options=("--rm", "-i", *options), mount=mount),
            input=stdin,
            env=dict(self.repo.env),
            capture_output=True,
            check=False,
        )

    def start(self, *words: str, options: Sequence[str] = ()) -> str:
        """In the background; the container's id. It goes with the engine at the latest."""
        return self.engine.docker(*self.argv(*words, options=("-d", *options))[1:])

    def logs(self, container: str) -> str:
        done = subprocess.run(
            [self.engine.client, "logs", container], env=dict(self.repo.env), capture_output=True, check=False
        )
        return said(done)

    def owners(self) -> set[tuple[int, int]]:
        """Whose all files of the repository are."""
        places = [self.repo.root, *self.repo.root.rglob("*")]
        return {(info.st_uid, info.st_gid) for info in map(os.lstat, places)}


@pytest.fixture
def box(repo: Repo, engine: Engine, image: str, kept: tuple[str, str]) -> Iterator[Box]:
    repo.write("src/a.txt", "a\n")
    repo.write(".gitignore", "out/\n")
    repo.config(CONFIG)
    repo.commit()
    subprocess.run(["chown", "-R", f"{UID}:{GID}", repo.root], check=True)
    made = Box(repo, engine, image)
    yield made
    if left := engine.containers(f"volume={repo.root}"):
        engine.docker("rm", "-f", *left)


@pytest.fixture
def kept(engine: Engine, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A volume for homes."""
    name = f"homes-{os.stat(tmp_path).st_ino}"
    yield "-v", f"{name}:/home"
    engine.docker("volume", "rm", "-f", name)


def test_it_is_the_owner_of_the_folder_and_remembers_in_a_volume(box: Box, kept: tuple[str, str]) -> None:
    refused = box.run("run", options=kept)
    assert refused.returncode == 2
    assert "gofigure allow" in said(refused)
    first = box.run("sh", "-c", BOTH, options=kept)
    assert first.returncode == 0, said(first)
    assert (box.repo.root / "out/who").read_text() == f"{UID}\n"
    assert box.owners() == {(UID, GID)}
    again = box.run("run", options=kept)
    assert "unit  reused" in said(again), said(again)
    assert "forgets" not in said(again)
    assert "to keep it: -v gofigure:/home" in said(box.run("run"))


def test_with_a_user_that_is_named(box: Box) -> None:
    done = box.run("sh", "-c", f'{BOTH} && echo "home $HOME"', options=("--user", f"{UID}:{GID}"))
    assert done.returncode == 0, said(done)
    assert f"home /home/{UID}" in said(done)
    assert box.owners() == {(UID, GID)}


def test_a_root_that_may_do_nothing_is_told_what_to_type(box: Box) -> None:
    done = box.run("run", options=("--cap-drop", "ALL"))
    assert done.returncode == 2, said(done)
    assert '--user "$(id -u):$(id -g)"' in said(done)
    done = box.run("sh", "-c", BOTH, options=("--cap-drop", "ALL", "--user", f"{UID}:{GID}", "--read-only"))
    assert done.returncode == 0, said(done)


def test_somebody_elses_repository_is_refused(box: Box) -> None:
    done = box.run("run", options=("--user", "4321:4321"))
    assert done.returncode == 2, said(done)
    assert "dubious ownership" in said(done)


def test_a_home_that_was_told_and_a_yes_from_outside(box: Box, tmp_path: Path) -> None:
    """The host's own gofigure and the image know of each other, where its folder is handed over."""
    data = tmp_path / "person/.local/share/gofigure"
    data.mkdir(parents=True)
    subprocess.run(["chown", "-R", f"{UID}:{GID}", tmp_path / "person"], check=True)
    options = ("-e", f"HOME={tmp_path}/person", "-v", f"{data}:{data}")
    assert box.run("allow", "--yes", options=options).returncode == 0
    assert list(data.glob("allowed/*"))
    done = box.run("sh", "-c", 'gofigure run && touch "$HOME/mine"', options=options)
    assert done.returncode == 0, said(done)
    assert "forgets" not in said(done)


def test_the_programs_are_there_and_somebody_reaps(box: Box) -> None:
    line = "git --version && docker --version && kubectl version --client && ssh -V && cat /proc/1/comm && whoami"
    orphan = "(sleep 0.1 &); sleep 0.3; ! grep -q '^State:.Z' /proc/[0-9]*/status"
    done = box.run("sh", "-c", f"{orphan} && {line}")
    assert done.returncode == 0, said(done)
    assert done.stdout.decode().split()[-2:] == ["tini", f"user{UID}"]


def test_with_no_mount_it_checks_out(box: Box, tmp_path: Path, environment: dict[str, str], home: Path) -> None:
    upstream = Upstream(tmp_path / "upstream", environment)
    upstream.push({"a.txt": "one\n"})
    with served("daemon", upstream, tmp_path / "server", environment, home) as remote:
        config = f"""
[jobs.check]
stages = ["lib", "unit"]
[stages.lib]
target = "checkout"
url = "{remote.url}"
[stages.unit]
checkout = "lib"
run = "cat a.txt; id -u"
"""
        line = f"cat > .gofigure.toml && {BOTH} && gofigure logs last unit"
        options = ("--network", "host")
        done = box.run("sh", "-c", line, mount=False, stdin=config.encode(), options=options)
    assert done.returncode == 0, said(done)
    assert done.stdout.decode().endswith("one\n1000\n")


def test_a_sibling_is_given_the_same_folder(box: Box) -> None:
    box.repo.config(f'{CONFIG}image = "{BASE}"\n')
    socket_ = f"{box.engine.folder}/d.sock:/var/run/docker.sock"
    done = box.run("sh", "-c", BOTH, options=("-v", socket_))
    assert done.returncode == 0, said(done)
    assert box.owners() == {(UID, GID)}


def test_docker_stop_ends_a_run_that_does_not_want_to(box: Box, kept: tuple[str, str]) -> None:
    box.repo.config(CONFIG.replace("cat src/a.txt", "trap '' INT TERM; touch out/here; while :; do sleep 1; done"))
    container = box.start("sh", "-c", BOTH, options=kept)
    until((box.repo.root / "out/here").exists, what="the stage runs")
    box.engine.docker("stop", container)
    assert box.engine.inspect(container)["State"]["ExitCode"] == 130  # not 137: nobody had to be killed
    told = said(box.run("history", options=kept))
    assert "cancelled" in told or "interrupted" in told, told


def test_interrupted_at_a_terminal(box: Box, kept: tuple[str, str]) -> None:
    box.repo.config(CONFIG.replace("cat src/a.txt", "touch out/here; sleep 600"))
    assert box.run("allow", "--yes", options=kept).returncode == 0
    argv = box.argv("run", options=("-it", *kept))
    with contextlib.closing(Terminal(argv, box.repo.root, box.repo.env)) as terminal:
        until((box.repo.root / "out/here").exists, what="the stage runs")
        terminal.type(b"\x03")
        assert terminal.finish() == 130
        assert "interrupted: SIGINT" in terminal.text


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


def ask(port: int, path: str, host: str = "", cookie: str = "") -> tuple[int, str]:
    """Status, and the cookie that is set."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request("GET", path, headers={"Host": host or f"127.0.0.1:{port}", "Cookie": cookie})
        answer = connection.getresponse()
        answer.read()
        return answer.status, (answer.headers["set-cookie"] or "").partition(";")[0]


def test_the_page_is_published_on_loopback_and_for_nobody_else(box: Box) -> None:
    port = free_port()
    options = ("-p", f"127.0.0.1:{port}:{port}", "-e", f"GOFIGURE_PUBLISHED={port}")
    container = box.start("sh", "-c", "gofigure allow --yes && exec gofigure watch --ui", options=options)
    until(lambda: "ticket=" in box.logs(container), what="the page is there")
    (login,) = re.findall(r"the page: (\S+)", box.logs(container))
    assert login.startswith(f"http://127.0.0.1:{port}/")
    status, cookie = ask(port, login.removeprefix(f"http://127.0.0.1:{port}"))
    assert status == 303
    assert ask(port, "/api/v1/now", cookie=cookie)[0] == 200
    assert ask(port, "/api/v1/now")[0] == 401
    for host in ("evil.example", f"evil.example:{port}", f"0.0.0.0:{port}", address(box.engine, container)):
        assert ask(port, "/api/v1/now", host=host, cookie=cookie)[0] == 403, host
    # A sibling reaches the container's address, past what was published, and may say any Host.
    line = f"wget -S -O - --header 'Host: 127.0.0.1:{port}' http://{address(box.engine, container)}:{port}/login 2>&1"
    assert "403" in box.engine.docker("run", "--rm", BASE, "sh", "-c", f"busybox {line}; true")


def address(engine: Engine, container: str) -> str:
    return str(engine.inspect(container)["NetworkSettings"]["IPAddress"])


def test_on_the_machines_own_network_the_page_stays_on_loopback(box: Box) -> None:
    port = free_port()
    options = ("--network", "host", "-e", f"GOFIGURE_PUBLISHED={port}")
    container = box.start("sh", "-c", "gofigure allow --yes && exec gofigure ui", options=options)
    until(lambda: "ticket=" in box.logs(container), what="the page is there")
    assert ask(port, "/api/v1/now")[0] == 401
    gateway = box.engine.inspect("bridge")["IPAM"]["Config"][0]["Gateway"]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((gateway, port))


@pytest.mark.skipif(not shutil.which("bindfs") and "CI" not in os.environ, reason="apt-get install bindfs")
@pytest.mark.skipif(not os.path.exists("/dev/fuse"), reason="this kernel has no FUSE")
def test_where_no_events_come_it_scans(box: Box, tmp_path: Path) -> None:
    """As with Docker Desktop, whose mounts are FUSE or virtiofs."""
    place = tmp_path / "fuse"
    place.mkdir()
    subprocess.run(["bindfs", "-o", "allow_other", box.repo.root, place], check=True)
    try:
        options = ("--rm", "-v", f"{place}:{place}", "-w", str(place))
        line = "gofigure allow --yes && exec gofigure watch --json"
        running = Running(
            box.argv("sh", "-c", line, options=options, mount=False),
            tmp_path,
            box.repo.env,
        )
        try:
            running.until_says(b"does not tell of all changes")
        finally:
            running.close()
            for container in box.engine.containers(f"volume={place}"):
                box.engine.docker("rm", "-f", container)
    finally:
        subprocess.run(["umount", place], check=True)


def test_hooks_that_would_only_work_inside_are_refused_unless_they_are_asked_for(box: Box) -> None:
    box.repo.config(CONFIG.replace('on = ["change"]', 'on = ["pre-commit"]'))
    refused = box.run("install-hooks")
    assert refused.returncode == 2, said(refused)
    assert "/opt/gofigure/bin/python, which is in this container alone" in said(refused)
    assert not (box.repo.root / ".git/hooks/pre-commit").exists()
    done = box.run("install-hooks", "--via", "folder")
    assert done.returncode == 0, said(done)
    assert "outside of it nobody can commit" in said(done)


def test_it_is_as_small_as_it_can_be(box: Box) -> None:
    """Of the build, nothing stays: no pip, no wheels, no source."""
    line = "ls -d /src /opt/gofigure/lib/python*/site-packages/pip; find /opt/gofigure -name '*.whl'"
    assert box.run("sh", "-c", line).stdout == b""
    layers = box.engine.inspect(box.image)["RootFS"]["Layers"]
    assert len(layers) - len(box.engine.inspect(images.BASE)["RootFS"]["Layers"]) <= 4
