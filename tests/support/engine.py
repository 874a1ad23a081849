"""A Docker engine of the tests' own: one for a whole test session, gone with the last process that uses it."""

from __future__ import annotations

import contextlib
import fcntl
import glob
import io
import json
import os
import select
import shutil
import socket
import subprocess
import tarfile
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

PATIENCE = 30.0  # seconds
BASE = "gofigure-tests/base:1"  # busybox and nothing else
PYTHON = "gofigure-tests/python:1"
_APPLETS = (
    "sh",
    "cat",
    "cp",
    "echo",
    "env",
    "false",
    "id",
    "ls",
    "mkdir",
    "pwd",
    "rm",
    "sleep",
    "test",
    "touch",
    "true",
)

# A bridge of its own: an engine that is told to have none takes docker0 away from the others. Whoever uses the engine
# holds a shared lock, which the kernel takes back from those that are killed; when nobody does any more, all goes.
_KEEPER = """
folder=$1 bridge=$2 net=$3
exec </dev/null >"$folder/log" 2>&1
ip link add "$bridge" type bridge && ip addr add "$net" dev "$bridge" && ip link set "$bridge" up
dockerd --host "unix://$folder/d.sock" --data-root "$folder/data" --exec-root "$folder/exec" \
    --pidfile "$folder/d.pid" --bridge "$bridge" --iptables=false --ip-masq=false --ip-forward=false &
engine=$!
flock -x "$folder/users" true
kill $engine; wait $engine
ip link del "$bridge"
# What still ran in containers has left mounts.
awk -v folder="$folder/" 'index($2, folder) == 1 { print $2 }' /proc/mounts | sort -r | xargs -r umount -l
rm -rf "$folder"
"""


class Engine(NamedTuple):
    """A running engine; `client`: the docker program to use with it."""

    folder: Path
    client: str

    @property
    def host(self) -> str:
        return f"unix://{self.folder}/d.sock"

    @property
    def env(self) -> dict[str, str]:
        return {"DOCKER_HOST": self.host}

    def docker(self, *args: str, stdin: bytes = b"") -> str:
        """What the client prints; the test fails where it does."""
        done = subprocess.run(
            [self.client, *args], env={**os.environ, **self.env}, input=stdin, capture_output=True, check=False
        )
        assert done.returncode == 0, (done.stdout + done.stderr).decode(errors="replace")
        return done.stdout.decode().strip()

    def python(self) -> str:
        """The name of an image with this machine's Debian Python as `python3` and a shell; made by who asks first."""
        if not self.images(PYTHON):
            options = ("--change", "ENV PATH=/usr/bin:/bin")
            self.docker("import", *options, "-", "gofigure-tests/python:none", stdin=busybox(*debian_python()))
            program = os.path.basename(debian_python()[0])
            made = f"FROM gofigure-tests/python:none\nRUN /bin/busybox ln -s {program} /usr/bin/python3\n"
            self.docker("build", "-q", "-t", PYTHON, "-", stdin=made.encode())
        return PYTHON

    def inspect(self, name: str) -> Any:
        return json.loads(self.docker("inspect", name))[0]

    def images(self, name: str) -> list[str]:
        """The tags of one image name."""
        return self.docker("images", "--format", "{{.Tag}}", name).split()

    def containers(self, *filters: str) -> list[str]:
        words = [word for one in filters for word in ("--filter", one)]
        return self.docker("ps", "-aq", *words).split()


def why_none() -> str:
    """Why no engine can be started here; "" where one can."""
    absent = [name for name in ("dockerd", "docker", "containerd", "ip", "flock", "busybox") if not shutil.which(name)]
    if absent:
        return f"no {', '.join(absent)} here: apt-get install docker.io busybox-static iproute2"
    return "" if os.geteuid() == 0 else "only root can start a Docker engine"


@contextlib.contextmanager
def running(shared: Path) -> Iterator[Engine]:
    """The session's engine, started by who comes first. `shared`: a folder that all who share it know."""
    # A socket's path may be 107 bytes long.
    folder = Path(f"/tmp/gofigure-engine-{os.stat(shared).st_ino}")
    with open(shared / "engine.lock", "w") as starting, contextlib.ExitStack() as held:
        fcntl.flock(starting, fcntl.LOCK_EX)
        folder.mkdir(mode=0o711, exist_ok=True)
        users = held.enter_context(open(folder / "users", "w"))
        fcntl.flock(users, fcntl.LOCK_SH)
        if not answers(folder / "d.sock"):
            _start(folder)
        fcntl.flock(starting, fcntl.LOCK_UN)
        yield Engine(folder, _client())


def _start(folder: Path) -> None:
    number = os.getpid() % 250 + 1
    argv = ["sh", "-c", _KEEPER, "engine", str(folder), f"gft{os.getpid()}", f"10.213.{number}.1/24"]
    keeper = subprocess.Popen(argv, start_new_session=True)
    pause = select.poll()
    for _ in range(int(PATIENCE * 100)):
        if answers(folder / "d.sock"):
            break
        assert keeper.poll() is None, (folder / "log").read_text()
        pause.poll(10)  # there is nothing to be told by
    keeper.returncode = 0  # it outlives us, and is nobody's to wait for
    engine = Engine(folder, _client())
    engine.docker("import", "-", BASE, stdin=busybox())


def answers(place: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as talk:
        talk.settimeout(2)
        try:
            talk.connect(str(place))
            talk.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
            return b" 200 " in talk.recv(100)
        except OSError:
            return False


def _client() -> str:
    """Debian's, which is of the engine's own release; the first on PATH where there is none."""
    return "/usr/bin/docker" if os.access("/usr/bin/docker", os.X_OK) else shutil.which("docker") or "docker"


def busybox(*more: str) -> bytes:
    """A root file system with a static busybox under some names, and with `more` of this machine's paths."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        tar.add(shutil.which("busybox") or "busybox", "bin/busybox")
        for path in more:
            tar.add(os.path.realpath(path), path.lstrip("/"), filter=lean)
        for name in _APPLETS:
            link = tarfile.TarInfo(f"bin/{name}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(link)
        for name, mode in (("tmp", 0o1777), ("etc", 0o755)):
            folder = tarfile.TarInfo(name)
            folder.type, folder.mode = tarfile.DIRTYPE, mode
            tar.addfile(folder)
    return out.getvalue()


class Relay:
    """A socket before an engine's, which a test cuts."""

    def __init__(self, engine: Engine, place: Path) -> None:
        self._to = str(engine.folder / "d.sock")
        self._open: list[socket.socket] = []
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(str(place))
        self._door.listen(64)
        self.host = f"unix://{place}"
        threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self) -> Relay:
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()

    def cut(self) -> None:
        """As if the engine had died: nobody is let in any more, and who is in is thrown out."""
        for one in (self._door, *self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                here, _ = self._door.accept()
                there = socket.socket(socket.AF_UNIX)
                self._open += [here, there]
                there.connect(self._to)
                threading.Thread(target=self._copy, args=(here, there), daemon=True).start()
                threading.Thread(target=self._copy, args=(there, here), daemon=True).start()

    def _copy(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)


def debian_python() -> list[str]:
    """The paths of Debian's Python: it, its modules, and the libraries of both."""
    (program,) = glob.glob("/usr/bin/python3.[0-9][0-9]")
    modules = f"/usr/lib/{os.path.basename(program)}"
    linked = [program, *glob.glob(f"{modules}/lib-dynload/*.so")]
    said = subprocess.run(["ldd", *linked], capture_output=True, text=True, check=True).stdout
    libraries = {word for word in said.split() if word.startswith("/") and not word.endswith(":")}
    return [program, modules, *sorted(libraries)]


def lean(one: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Leaves out what no test needs."""
    return None if {"__pycache__", "test", "idlelib", "ensurepip"} & {*one.name.split("/")} else one


def with_client(env: Mapping[str, str], client: str) -> dict[str, str]:
    """An environment in which `docker` is this client."""
    return {**env, "PATH": f"{Path(client).parent}:{env['PATH']}"}
