"""Run a command in a container: the same folder under the same name, the same user, and gone afterwards.

Values of variables never stand on a command line: the client takes them from its own environment, by name.
"""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import sys
import time
from collections.abc import Mapping, Sequence
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

from gofigure.engine.address import USED, Address, address_of
from gofigure.engine.containers import remove
from gofigure.engine.images import PROJECT, RUN, STAGE, inspected
from gofigure.engine.talk import EngineSilent, ask, filters
from gofigure.errors import GofigureError
from gofigure.process.passthrough import pass_through
from gofigure.process.spawn import CannotStart, which
from gofigure.recipes.show import run_shown

if TYPE_CHECKING:
    from gofigure.recipes.order import Order

_REFUSED = 125  # by the client: the engine would not do it
_ASKING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PATIENCE = 2.0  # seconds
_SKEW = 60.0  # seconds by which the engine's clock may be behind; the container's name is nobody else's
_SOCKET = "/var/run/docker.sock"


class _Stopped(BaseException):
    """Somebody asks us to end."""


def run(spec: Mapping[str, Any], order: Order, arguments: Sequence[str]) -> int:
    env = dict(os.environ)
    os.makedirs(os.path.join(order.state_dir, USED), mode=0o700, exist_ok=True)
    address = address_of(env)
    client = _client(env)
    ask(address, "/_ping")
    image = spec["id"] or spec["image"]
    if inspected(address, image) is None:
        code = _pull(client, spec["image"], order, env)
        if code != 0:
            return code
        image = spec["image"]
    name = f"gofigure-{order.mark.replace(':', '-')}-{os.getpid()}"
    argv = [client, "run", "--name", name, *options(spec, order, address), "--entrypoint", arguments[0]]
    for number in _ASKING:
        signal.signal(number, _stop)
    code, began = _REFUSED, time.time()
    try:
        code = pass_through([*argv, image, *arguments[1:]], env=env, data=None)
    except _Stopped:
        code = 130
        for number in _ASKING:
            signal.signal(number, signal.SIG_IGN)
        remove(address, name)
        _wait_for_client()  # which may have been about to create it
    finally:
        for number in _ASKING:
            signal.signal(number, signal.SIG_IGN)
        remove(address, name)
    if code == _REFUSED and not _has_started(address, name, began):
        print(f"gofigure: {client} could not start it; to try by hand: {client} run --rm -it {image}", file=sys.stderr)
    return code


def _has_started(address: Address, name: str, since: float) -> bool:
    """Whether a container has ever run, so that the exit code is its own; False where the engine does not say."""
    wanted = f"since={since - _SKEW:.0f}&until={time.time():.3f}&{filters(container=name, event='start')}"
    with contextlib.suppress(EngineSilent):
        answer = ask(address, f"/events?{wanted}")
        return answer.status == 200 and bool(answer.body.strip())
    return False


def options(spec: Mapping[str, Any], order: Order, address: Address) -> list[str]:
    """What a container is given."""
    project, _, _ = order.mark.partition(":")
    words = ["--rm", "--interactive", "--workdir", os.getcwd(), *_user(address)]
    for name, value in ((PROJECT, project), (STAGE, order.stage), (RUN, order.mark)):
        words += ["--label", f"{name}={value}"]
    for folder in _outermost([*spec["folders"], order.root, *_git_folders(order)]):
        words += ["--mount", _bind(folder, folder)]
    if spec["socket"]:
        words += ["--mount", _bind(_socket(address), _SOCKET)]
    for name in spec["env"]:
        if name in os.environ:
            words += ["--env", name]
    if sys.stdin.isatty():
        words.append("--tty")
    return words


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    raise _Stopped


def _wait_for_client() -> None:
    """Until it has ended, as it does when its container is gone, or when its signal reaches it."""
    until = time.monotonic() + _PATIENCE
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG) == (0, 0) and time.monotonic() < until:
            time.sleep(0.02)


def _client(env: Mapping[str, str]) -> str:
    for name in ("docker", "podman"):
        try:
            which(name, env.get("PATH", ""))
        except CannotStart:
            continue
        return name
    raise GofigureError("neither docker nor podman is on the PATH", hint="install docker, then: docker version")


def _pull(client: str, image: str, order: Order, env: Mapping[str, str]) -> int:
    code = run_shown([client, "pull", image], env)
    if code != 0:
        print(
            f"gofigure: the image {image} is not here, and cannot be pulled",
            f"  when it is there (docker build, docker load): gofigure run {order.stage}",
            sep="\n",
            file=sys.stderr,
        )
    return code


def _user(address: Address) -> list[str]:
    """What is written belongs to the user: whom a rootless engine takes for root."""
    told = ask(address, "/info", timeout=30.0).value
    told = told if isinstance(told, dict) else {}
    rootless = any("rootless" in str(one) for one in told.get("SecurityOptions") or ())
    if rootless and "podman" not in address.host:
        return ["--user", "0:0"]
    who = ["--user", f"{os.getuid()}:{os.getgid()}"]
    if os.getuid() == 0:
        return who
    # Nobody of that number has a home there.
    return [*who, *(["--userns", "keep-id"] if rootless else []), "--env", "HOME=/tmp"]


def _git_folders(order: Order) -> list[str]:
    """The repository itself, where it is not below the working tree: git must work inside as it does outside."""
    above = os.path.dirname(order.state_dir)
    return [above] if os.path.isdir(os.path.join(above, "objects")) else []


def _outermost(folders: Sequence[str]) -> list[str]:
    places = sorted({os.path.realpath(folder) for folder in folders} | set(folders))
    return [one for one in places if not any(one.startswith(f"{other}/") for other in places)]


def _bind(source: str, target: str) -> str:
    """As --mount reads it: CSV, so that a comma in a name is none between them; a missing source is an error."""
    return ",".join(_csv(word) for word in ("type=bind", f"source={source}", f"target={target}"))


def _csv(word: str) -> str:
    return '"' + word.replace('"', '""') + '"' if any(char in word for char in ',"\n') else word


def _socket(address: Address) -> str:
    path = address.host.removeprefix("unix://")
    if not address.host.startswith("unix://") or not stat.S_ISSOCK(os.stat(path).st_mode):
        raise GofigureError(f"docker_socket: the engine at {address.host} has no socket here")
    return path
