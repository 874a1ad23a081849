"""Start one program by posix_spawn: no fork of this process, no inherited state."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any, TypeAlias

from gofigure.errors import GofigureError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Arg: TypeAlias = str | bytes

CHANGE_FOLDER = 'cd -- "$1" && shift && unset OLDPWD && exec "$@"'
_SHELL = "/bin/sh"
_FIRST_FREE_FD = 3

# What Python ignores or handles, and what the user may have made us ignore, must not reach a child.
_DEFAULTS = [
    int(getattr(signal, name))
    for name in ("SIGPIPE", "SIGXFSZ", "SIGINT", "SIGTERM", "SIGQUIT", "SIGCHLD")
    if hasattr(signal, name)
]
_NOTHING = tuple(
    (os.POSIX_SPAWN_OPEN, fd, "/dev/null", os.O_WRONLY if fd else os.O_RDONLY, 0) for fd in range(_FIRST_FREE_FD)
)
_WITH_HANGUP = [*_DEFAULTS, int(signal.SIGHUP)]


# Children in sessions of their own, until reaped: else they would look like orphans that we adopted.
apart: set[int] = set()


class CannotStart(GofigureError):  # noqa: N818 - reads as the sentence that it carries
    """The program could not be started; the message says why."""


def spawn(
    argv: Sequence[Arg],
    *,
    env: Mapping[str, str],
    cwd: Arg | None = None,
    stdin: int | None = None,
    stdout: int | None = None,
    stderr: int | None = None,
    terminal: str | None = None,
    session: bool = True,
    group: bool = False,
) -> int:
    """Start `argv` and return its pid. No stdin given: /dev/null. No stdout or stderr given: ours.

    `terminal`: the device to have instead of all three, as the terminal that controls its new session.
    `group`: a process group of its own; a session of its own is one too.
    """
    command = wrap(argv, env=env, cwd=cwd)
    borrowed: list[int] = []
    actions = [
        action
        for target, source in enumerate((stdin, stdout, stderr))
        if (action := _give(target, source, borrowed)) is not None
    ]
    if terminal is not None:
        # The first terminal that a new session's leader opens controls it, unless it says O_NOCTTY.
        opened = (os.POSIX_SPAWN_OPEN, 0, terminal, os.O_RDWR, 0)
        actions = [opened, (os.POSIX_SPAWN_DUP2, 0, 1), (os.POSIX_SPAWN_DUP2, 0, 2)]
    # nohup: who asked us not to die with the terminal means our helpers as well
    defaults = _DEFAULTS if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else _WITH_HANGUP
    own_group: dict[str, Any] = {"setpgroup": 0} if group else {}
    try:
        pid = os.posix_spawn(
            command[0],
            command,
            env,
            file_actions=actions,
            setsigdef=defaults,
            setsigmask=(),
            setsid=session,
            **own_group,
        )
    except (OSError, ValueError) as error:
        raise _refusal(argv, command, error) from None
    finally:
        for fd in borrowed:
            os.close(fd)
    if session:
        apart.add(pid)
    return pid


def wrap(argv: Sequence[Arg], *, env: Mapping[str, str], cwd: Arg | None = None) -> list[Arg]:
    """`argv` with its program resolved; through a shell where the folder must change (posix_spawn cannot)."""
    if not argv:
        raise CannotStart("there is no command to start: the argument list is empty")
    path = env.get("PATH", os.defpath)
    if cwd is None or _is_here(cwd):
        # An absolute path is not looked at first: only if the start fails is there a reason to find.
        program = argv[0] if argv[0][:1] in ("/", b"/") else which(argv[0], path)
        return [program, *argv[1:]]
    folder = os.path.abspath(os.fsdecode(cwd))
    if not os.path.isdir(folder):
        why = f"{folder} is a file, and no folder" if os.path.exists(folder) else f"there is no folder {folder}"
        raise CannotStart(f"cannot start {_show(argv[0])}: {why}")
    program = which(argv[0], path, folder)
    _check_interpreter(argv[0], program)  # after exec the shell would say it, in its own words
    return [_SHELL, "-c", CHANGE_FOLDER, "sh", folder, program, *argv[1:]]


def which(name: Arg, path: str, base: str | None = None) -> str:
    """The absolute path of program `name`, searched in `path` as seen from folder `base`."""
    wanted = os.fsdecode(name)
    if not wanted or "\0" in wanted:
        raise CannotStart(f"cannot start {_show(name)}: not a program name")
    if "/" in wanted:
        full = wanted if wanted[0] == "/" else os.path.join(base or os.getcwd(), wanted)
        return _usable(name, full)
    refused = ""
    for folder in path.split(os.pathsep):
        full = f"{folder}/{wanted}"
        if full[0] != "/" or not folder:
            full = os.path.join(base or os.getcwd(), folder, wanted)
        if os.access(full, os.X_OK):
            if not os.path.isdir(full):
                return full
        elif not refused and os.path.isfile(full):
            refused = full
    if refused:
        return _usable(name, refused)
    raise CannotStart(
        f"cannot start {_show(name)}: not found on PATH ({path})", hint="is it installed, and on that PATH?"
    )


def _usable(name: Arg, full: str) -> str:
    if not os.path.exists(full):
        raise CannotStart(f"cannot start {_show(name)}: there is no file {full}")
    if os.path.isdir(full):
        raise CannotStart(f"cannot start {_show(name)}: {full} is a folder")
    if not os.access(full, os.X_OK):
        raise CannotStart(f"cannot start {_show(name)}: {full} is not executable", hint=f"chmod +x {full}")
    return full


def _is_here(cwd: Arg) -> bool:
    try:
        here, there = os.stat("."), os.stat(cwd)
    except OSError:
        return False
    return (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino)


def _give(target: int, source: int | None, borrowed: list[int]) -> tuple[object, ...] | None:
    """The action by which the child gets `source` as its `target`; None where it inherits that."""
    if source is None:
        if target and _is_open(target):
            return None
        return _NOTHING[target]
    if source >= _FIRST_FREE_FD:
        return (os.POSIX_SPAWN_DUP2, source, target)
    try:
        handed_on = source == target and os.get_inheritable(source)
    except OSError:  # asked to hand on a stream that is closed
        return _NOTHING[target]
    if handed_on:
        return None
    # Started with 0-2 closed, a pipe may be one of them, and an earlier action would overwrite it.
    borrowed.append(_above_standard(source))
    return (os.POSIX_SPAWN_DUP2, borrowed[-1], target)


def _is_open(fd: int) -> bool:
    """Whether `fd` is a standard stream that was handed to us, not a file of ours that got its number."""
    try:
        return os.get_inheritable(fd)
    except OSError:
        return False


def _above_standard(fd: int) -> int:
    import fcntl

    return fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, _FIRST_FREE_FD)


def _check_interpreter(name: Arg, program: str) -> None:
    interpreter = _interpreter(program)
    if interpreter and not os.access(interpreter, os.X_OK):
        raise CannotStart(
            f"cannot start {_show(name)}: the interpreter in the first line of {program}, {interpreter}, "
            "is missing or not executable"
        )


def _interpreter(program: str) -> str:
    try:
        fd = os.open(program, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:  # executable and not readable
        return ""
    try:
        first = os.read(fd, 256).split(b"\n", 1)[0]
    except OSError:
        return ""
    finally:
        os.close(fd)
    words = first[2:].split(None, 1) if first.startswith(b"#!") else []
    return os.fsdecode(words[0]) if words else ""


def _refusal(argv: Sequence[Arg], command: Sequence[Arg], error: OSError | ValueError) -> CannotStart:
    import errno

    name, program = _show(argv[0]), os.fsdecode(command[0])
    if not isinstance(error, OSError):
        return CannotStart(f"cannot start {name}: an argument or a variable of its environment: {error}")
    if error.errno == errno.E2BIG:
        size = sum(len(part) + 1 for part in command)
        return CannotStart(
            f"cannot start {name}: the argument list is too long for this system "
            f"({len(command)} arguments, {size} characters, and the environment)"
        )
    if error.errno == errno.ENOEXEC:
        return CannotStart(f"cannot start {name}: {program} is no program for this machine, and has no '#!' first line")
    if error.errno in (errno.ENOENT, errno.EACCES):
        try:
            _usable(argv[0], program)
            _check_interpreter(argv[0], program)
        except CannotStart as refusal:
            return refusal
    return CannotStart(f"cannot start {name}: {program}: {error.strerror}")


def _show(name: Arg) -> str:
    return repr(os.fsdecode(name))[1:-1] or "''"


def secure_descriptors() -> None:
    """Make this process a sound parent: what it inherited must neither leak into children nor lose them."""
    for fd in range(_FIRST_FREE_FD):
        try:
            os.fstat(fd)
        except OSError:  # closed: the next file that we open would take its place
            os.set_inheritable(os.open(os.devnull, os.O_RDONLY if fd == 0 else os.O_WRONLY), True)
    for entry in os.listdir("/dev/fd"):
        if int(entry) >= _FIRST_FREE_FD:
            _close_on_exec(int(entry))
    if signal.getsignal(signal.SIGCHLD) is signal.SIG_IGN:  # exit codes would be lost
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP))


def _close_on_exec(fd: int) -> None:
    try:
        os.set_inheritable(fd, False)
    except OSError:  # the listing's own
        return
