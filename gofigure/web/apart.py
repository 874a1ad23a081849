"""Work in a process of its own: for what takes memory, the lock that all of Python's threads share, or for ever.

A look at a large tree takes 100 MB, which a thread would leave behind in the page; and a regular expression of the
configuration is bounded in a main thread only (snapshot/patience.py).
"""

from __future__ import annotations

import contextlib
import os
import pickle
import sys
from collections.abc import Callable
from typing import Any

from gofigure.errors import GofigureError
from gofigure.process.capture import capture
from gofigure.web.page import Apart

_CHILD = "from gofigure.web.apart import main; main()"
_KIND = 5  # who runs something goes first


class Refused(GofigureError):  # noqa: N818 - what the child has said, with its hint
    """A question has no answer that the user could not mend."""


def ask_apart(question: Callable[[Apart], Any], apart: Apart) -> Any:
    """The answer of a function, made of functions of modules, and values. Raises GofigureError."""
    # -P: no module of the project's is taken for ours.
    argv = [sys.executable, "-P", "-c", _CHILD]
    done = capture(argv, env=apart.environ, cwd=apart.project.root, input=pickle.dumps((question, apart)))
    if done.code != 0:
        told = done.err.decode(errors="replace").strip().rpartition("\n")[2]
        raise RuntimeError(f"code {done.code}: {told}")
    answer, error, hint = pickle.loads(done.out)  # noqa: S301 - nobody but `main` has had that end of the pipe
    if error:
        raise Refused(error, hint=hint)
    return answer


def main() -> None:
    """The child: a question on its input, the answer on what was its output."""
    out = os.dup(1)  # not inherited: what it starts cannot say anything there
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    with contextlib.suppress(OSError):
        os.nice(_KIND)
    question, apart = pickle.load(sys.stdin.buffer)  # noqa: S301 - of our parent
    try:
        answer = (question(apart), "", "")
    except GofigureError as error:
        answer = (None, str(error), error.hint)
    with open(out, "wb") as pipe:
        pickle.dump(answer, pipe)
