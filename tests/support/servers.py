"""Real git servers on loopback, on ports that the kernel has picked; and one between that cuts connections."""

from __future__ import annotations

import base64
import contextlib
import os
import select
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from support.repo import Repo
from support.rig import PATIENCE

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
USER, PASSWORD = "reader", "s3cret-Pa55"


class Upstream:
    """A bare repository, and a working tree that pushes to it."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self.bare = folder / "up.git"
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["git", "init", "-q", "--bare", str(self.bare)], env=dict(env), check=True)
        self.work = Repo.create(folder / "work", env)
        self.work.git("remote", "add", "origin", str(self.bare))

    def push(self, files: Mapping[str, str | bytes], to: str = "HEAD") -> str:
        """Commit these files and push; the commit's id. Without files: a commit of the same tree."""
        for path, content in files.items():
            self.work.write(path, content)
        self.work.git("add", "-A")
        self.work.git("commit", "-q", "--allow-empty", "-m", "a commit")
        self.work.git("push", "-q", "origin", to)
        return self.head()

    def digest(self) -> str:
        """What `gofigure digest` calls the content."""
        allowed = self.work.gofigure("allow", "--yes")
        assert allowed.returncode == 0, allowed.stderr
        return self.work.digest("--commit", "HEAD")

    def head(self) -> str:
        return self.work.git("rev-parse", "HEAD").decode().strip()


class Listener:
    """Accepts connections, and gives each to a program that speaks inetd."""

    def __init__(self, argv: list[str], env: Mapping[str, str]) -> None:
        self._argv, self._env = argv, dict(env)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._children: list[subprocess.Popen[bytes]] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                end = connection.fileno()
                child = subprocess.Popen(self._argv, stdin=end, stdout=end, stderr=subprocess.DEVNULL, env=self._env)
                self._children.append(child)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()
        for child in self._children:
            child.kill()
            child.wait()


class Cutter:
    """Passes on what goes to and fro, and cuts connections that have brought more than `after` bytes, `times` times."""

    def __init__(self, port: int, after: int, times: int) -> None:
        self._port, self._after, self.left = port, after, times
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            self._threads.append(threading.Thread(target=self._serve, args=(client,), daemon=True))
            self._threads[-1].start()

    def _serve(self, client: socket.socket) -> None:
        brought = 0
        with client, socket.create_connection(("127.0.0.1", self._port)) as server, contextlib.suppress(OSError):
            both = {client: server, server: client}
            while True:
                for source in select.select(list(both), [], [])[0]:
                    data = source.recv(4096)
                    brought += len(data) if source is server else 0
                    if self.left and brought > self._after:
                        self.left -= 1
                        return
                    both[source].sendall(data)
                    if not data:
                        return

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for thread in self._threads:
            thread.join(PATIENCE)


class Http:
    """`git http-backend` behind basic auth."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self.asked: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(folder, env, self.asked))
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(folder: Path, env: Mapping[str, str], asked: list[str]) -> type[BaseHTTPRequestHandler]:
    wanted = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"

        def log_message(self, *_args: object) -> None:
            pass

        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            asked.append(path)
            if self.headers.get("Authorization") != wanted:
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="git"')
                self.end_headers()
                return
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            cgi = {
                **env,
                "GIT_PROJECT_ROOT": str(folder),
                "GIT_HTTP_EXPORT_ALL": "1",
                "REQUEST_METHOD": self.command,
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": str(len(body)),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
                "REMOTE_USER": USER,
                "REMOTE_ADDR": "127.0.0.1",
            }
            done = subprocess.run(["git", "http-backend"], input=body, env=cgi, capture_output=True, check=False)
            head, _, content = done.stdout.partition(b"\r\n\r\n")
            fields = [line.decode().partition(": ") for line in head.split(b"\r\n") if line]
            status = next((value for name, _, value in fields if name == "Status"), "200 OK")
            self.send_response(int(status.split()[0]))
            for name, _, value in fields:
                if name != "Status":
                    self.send_header(name, value)
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(content)

        do_POST = do_GET  # noqa: N815 - the name that http.server looks for

    return Handler


class Remote:
    """One way to reach an upstream: what a stage writes, and the environment that it takes."""

    def __init__(
        self, url: Callable[[int], str], port: int = 0, settings: str = "", env: Mapping[str, str] = {}
    ) -> None:
        self._url, self.port, self.settings, self.env = url, port, settings, env

    @property
    def url(self) -> str:
        return self._url(self.port)

    def through(self, port: int) -> Remote:
        return Remote(self._url, port, self.settings, self.env)


@contextlib.contextmanager
def served(kind: str, upstream: Upstream, folder: Path, env: Mapping[str, str], home: Path) -> Iterator[Remote]:
    """The upstream, served as `kind`: local, daemon, http or ssh."""
    root = upstream.bare.parent
    if kind == "local":
        yield Remote(lambda _port: str(upstream.bare))
    elif kind == "daemon":
        argv = ["git", "daemon", "--inetd", "--export-all", f"--base-path={root}", str(root)]
        with contextlib.closing(Listener(argv, env)) as daemon:
            yield Remote(lambda port: f"git://127.0.0.1:{port}/up.git", daemon.port)
    elif kind == "http":
        with contextlib.closing(Http(root, env)) as http:
            store = home / "passwords"
            url = "http://127.0.0.1:{}/up.git"
            settings = 'credentials = "user"\n'
            config = home / ".gitconfig"
            line = f"!f() {{ echo username={USER}; echo password=$(cat '{store}'); }}; f"
            store.write_text(PASSWORD)
            escaped = line.replace("\\", "\\\\").replace('"', '\\"')
            config.write_text(f'{config.read_text()}[credential]\n\thelper = "{escaped}"\n')
            yield Remote(url.format, http.port, settings)
    else:
        with contextlib.closing(_sshd(folder)) as sshd:
            command = (
                f"ssh -F /dev/null -i {folder}/key -oUserKnownHostsFile={folder}/known -oStrictHostKeyChecking=yes"
            )
            known = (folder / "host.pub").read_text().split()[:2]
            (folder / "known").write_text(f"gofigure-test {' '.join(known)}\n")
            user = os.environ.get("USER") or subprocess.check_output(["id", "-un"], text=True).strip()
            yield Remote(
                lambda port: f"ssh://{user}@127.0.0.1:{port}{upstream.bare}",
                sshd.port,
                'credentials = "user"\n',
                {"GIT_SSH_COMMAND": f"{command} -oHostKeyAlias=gofigure-test"},
            )


def _sshd(folder: Path) -> Listener:
    folder.mkdir(exist_ok=True)
    for name in ("host", "key"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    (folder / "authorized").write_bytes((folder / "key.pub").read_bytes())
    lines = {
        "HostKey": folder / "host",
        "AuthorizedKeysFile": folder / "authorized",
        "StrictModes": "no",
        "UsePAM": "no",
        "PasswordAuthentication": "no",
        "PermitRootLogin": "yes",
        "PidFile": "none",
    }
    (folder / "config").write_text("".join(f"{name} {value}\n" for name, value in lines.items()))
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    assert SSHD is not None
    return Listener([SSHD, "-i", "-f", str(folder / "config")], {"PATH": os.environ["PATH"]})
