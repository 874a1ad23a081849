"""The one place where exceptions become exit codes."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

from gofigure.cli.streams import flush, open_missing, silence, write
from gofigure.cli.terminal import printable
from gofigure.errors import (
    EXIT_BUG,
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    EXIT_PASSED,
    EXIT_USER,
    GofigureError,
    Interrupted,
)
from gofigure.model import STOPPED, RunResult
from gofigure.process.spawn import secure_descriptors

# A write says no file's name; which one it was is known to the system only.
_UNWRITTEN = (errno.ENOSPC, errno.EDQUOT, errno.EIO)


def leave(action: Callable[[], int]) -> NoReturn:
    """Run `action` and end the process with its exit code, or with the one that its exception means."""
    secure_descriptors()
    open_missing()
    code = guarded(action)
    unwritten = flush(sys.stdout)
    if unwritten is not None:
        tell_unwritten(unwritten)
        code = code or EXIT_USER
    flush(sys.stderr)
    os._exit(code)  # taking all modules down one by one costs 6 ms, a tenth of a proven run


def guarded(action: Callable[[], int]) -> int:
    try:
        return action()
    except GofigureError as error:
        return _refuse(str(error), error.hint)
    except (KeyboardInterrupt, Interrupted):
        say("gofigure: interrupted")
        return EXIT_INTERRUPTED
    except OSError as error:
        return _system(error)
    except Exception as error:  # noqa: BLE001 - this is what "a bug" means here
        return _bug(error)


def typed(hint: str, environ: Mapping[str, str], python: str) -> str:
    """A hint with a command that the person's own shell finds: not one that is on the PATH of pre-commit's hooks only.

    `python`: the interpreter that we are run by.
    """
    if "gofigure " not in hint or environ.get("PRE_COMMIT") != "1":
        return hint
    import re
    import shlex
    import shutil

    own = os.path.dirname(python)
    path = os.pathsep.join(folder for folder in environ.get("PATH", "").split(os.pathsep) if folder != own)
    if shutil.which("gofigure", path=path):
        return hint
    command = f"{shlex.quote(python)} -m gofigure "
    return re.sub(r"(?<![\w./-])gofigure (?=[a-z])", lambda _: command, hint)


def _refuse(message: str, hint: str) -> int:
    hint = typed(hint, os.environ, sys.executable)
    say(f"gofigure: {message}")
    if hint:
        say(f"          {hint}")
    answer_error(message, hint)
    return EXIT_USER


def _system(error: OSError) -> int:
    """What the system refused: with a file's name it is the user's to mend, and so is a full disk."""
    if error.filename is not None:
        name = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else str(error.filename)
        return _refuse(f"{name}: {error.strerror}", "")
    if error.errno in _UNWRITTEN or isinstance(error, BrokenPipeError):
        silence(sys.stdout)
        tell_unwritten(error)
        return EXIT_USER
    return _bug(error)


def tell_unwritten(error: OSError) -> None:
    """Say so, unless it is the reader who has gone, as with `gofigure history | head`: it knows."""
    if not isinstance(error, BrokenPipeError):
        say(f"gofigure: the output cannot be written: {error.strerror}")


def answer_error(message: str, hint: str) -> None:
    """An answer for the program that asked for one."""
    if "--json" not in sys.argv[1:]:
        return
    from gofigure.cli.as_json import dump

    write(sys.stdout, dump({"error": {"message": message, "hint": hint}}) + "\n")


def exit_code(results: Sequence[RunResult]) -> int:
    """What the runs of one request come to."""
    verdicts = {result.verdict for result in results}
    if verdicts & {*STOPPED}:
        return EXIT_INTERRUPTED
    return EXIT_FAILED if verdicts - {"passed", "reused", "skipped"} else EXIT_PASSED


def say(text: str) -> None:
    """A line or more for the person, even where stderr cannot be written."""
    write(sys.stderr, "".join(f"{printable(line)}\n" for line in text.split("\n")))


def _bug(error: Exception) -> int:
    say_bug(error, reported(error))
    return EXIT_BUG


def say_bug(error: BaseException, report: str) -> None:
    say(f"gofigure: a bug in gofigure: {type(error).__name__}: {error}\n          {report}")


def reported(error: BaseException) -> str:
    """Write a report of a bug; where it is, in words."""
    try:
        return f"the report to send is {_report(error)}"
    except OSError as failure:
        return f"no report can be written ({failure.strerror or failure}); it is in {_place(error)}"


def _place(error: BaseException) -> str:
    import traceback

    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{last.filename}, line {last.lineno}, {last.name}"


def _report(error: BaseException) -> str:
    import platform
    import tempfile
    import traceback

    from gofigure import __version__

    with tempfile.NamedTemporaryFile(
        "w", prefix="gofigure-bug-", suffix=".txt", delete=False, encoding="utf-8", errors="backslashreplace"
    ) as file:
        file.write(f"gofigure {__version__}, Python {sys.version}, {platform.platform()}\n")
        file.write(f"arguments: {sys.argv[1:]!r}\nfolder: {_folder()}\n\n")
        file.writelines(traceback.format_exception(error))
    return file.name


def _folder() -> str:
    try:
        return repr(os.getcwd())
    except OSError as error:  # it has been deleted
        return str(error.strerror)
