"""The one place where exceptions become exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from gofigure.errors import (
    EXIT_BUG,
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    EXIT_PASSED,
    EXIT_USER,
    GofigureError,
    Interrupted,
)
from gofigure.model import RunResult
from gofigure.process.spawn import secure_descriptors


def leave(action: Callable[[], int]) -> NoReturn:
    """Run `action` and end the process with its exit code, or with the one that its exception means."""
    secure_descriptors()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a name of odd bytes is no reason to fail
    code = guarded(action)
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:  # the reader has gone, as with `gofigure history | head`
            continue
    os._exit(code)  # taking all modules down one by one costs 6 ms, a tenth of a proven run


def guarded(action: Callable[[], int]) -> int:
    try:
        return action()
    except GofigureError as error:
        say(f"gofigure: {error}")
        if error.hint:
            say(f"          {error.hint}")
        return EXIT_USER
    except (KeyboardInterrupt, Interrupted):
        say("gofigure: interrupted")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return EXIT_USER
    except Exception as error:  # noqa: BLE001 - this is what "a bug" means here
        say(f"gofigure: a bug in gofigure: {type(error).__name__}: {error}")
        say(f"          the report to send is {_report()}")
        return EXIT_BUG


def exit_code(results: Sequence[RunResult]) -> int:
    """What the runs of one request come to."""
    verdicts = {result.verdict for result in results}
    if "interrupted" in verdicts:
        return EXIT_INTERRUPTED
    return EXIT_FAILED if verdicts - {"passed", "reused"} else EXIT_PASSED


def say(text: str) -> None:
    """A line for the person, even where stderr is closed."""
    if sys.stderr is not None:
        try:
            print(text, file=sys.stderr, flush=True)
        except OSError:
            return


def _report() -> str:
    import platform
    import tempfile
    import traceback

    from gofigure import __version__

    with tempfile.NamedTemporaryFile(
        "w", prefix="gofigure-bug-", suffix=".txt", delete=False, encoding="utf-8", errors="backslashreplace"
    ) as file:
        file.write(f"gofigure {__version__}, Python {sys.version}, {platform.platform()}\n")
        file.write(f"arguments: {sys.argv[1:]!r}\nfolder: {os.getcwd()!r}\n\n{traceback.format_exc()}")
    return file.name
