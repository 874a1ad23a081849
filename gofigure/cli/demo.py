"""`gofigure demo`: the whole story, with real commits, in a repository of its own that goes away again."""

from __future__ import annotations

import contextlib
import os
import shlex
import sys
import tempfile
from collections.abc import Iterator, Mapping

import click

from gofigure.cli import demo_files as files
from gofigure.cli.terminal import paint_for, tell
from gofigure.errors import EXIT_FAILED, EXIT_PASSED, GofigureError
from gofigure.process.capture import capture
from gofigure.process.passthrough import pass_through
from gofigure.process.spawn import CannotStart, which

# All that is taken over; not git's settings, nor anything that says where gofigure keeps its things.
_KEPT = ("TMPDIR", "TERM", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "PYTHONHOME", "LD_LIBRARY_PATH")
_BLOCKED = 1  # what git commit says when a hook refuses


class _NotAsToldError(Exception):
    """A step ended otherwise than the story has it."""


@click.command()
@click.option("--keep", is_flag=True, help="Leave the folder there, to go on trying.")
def demo(*, keep: bool) -> int:
    """Tell what gofigure does, with real commits in a small repository that is made for it and removed again.

    Needs git, no network, and touches nothing of yours: not your git settings, nor what you have allowed.
    """
    path = os.environ.get("PATH", os.defpath)
    try:
        which("git", path)
    except CannotStart:
        raise GofigureError("the demo makes real commits, and git is not on PATH", hint="install git") from None
    with _folder(keep=keep) as folder:
        story = _Story(folder, _environment(folder, path))
        try:
            _tell(story)
        except _NotAsToldError as error:
            print(f"\nthe demo did not come out as told: {error}", flush=True)
            return EXIT_FAILED
        story.say("That was gofigure. " + ("" if keep else "All of it was in a temporary folder, and is gone now."))
        print("In a project of yours: gofigure init")
    return EXIT_PASSED


def _tell(story: _Story) -> None:
    story.say("A small project, with a check of its own. gofigure looks at it and writes a first configuration.")
    story.write("greeting.py", files.GREETING)
    story.write("check.py", files.CHECK)
    story.do("git init --quiet")
    story.do("gofigure init")

    story.say("It does not know our check, so we write that into the configuration ourselves.")
    story.write(".gofigure.toml", files.CONFIG)
    story.do("gofigure validate")
    story.do("gofigure install-hooks")

    story.say("A commit: git calls gofigure, which runs the stages on what is being committed.")
    story.do("git add .")
    story.do("git commit --quiet -m 'Greet'")

    story.say("A commit that breaks the greeting: a stage fails, and git does not commit.")
    story.write("greeting.py", files.BROKEN)
    story.do("git commit --quiet --all -m 'Greet otherwise'", code=_BLOCKED)
    story.do("git log --oneline", lines=1)

    story.say("The mend.")
    story.write("greeting.py", files.MENDED)
    story.do("git commit --quiet --all -m 'Greet with a bow'")

    story.say("The same content again, in whatever way: it is proven, so nothing has to run.")
    story.do("gofigure run")

    story.say("What happened, and why.")
    story.do("gofigure history")
    story.do("gofigure why greets")


class _Story:
    """Says what it does, does it, and stops where something is not as it says."""

    def __init__(self, folder: str, env: Mapping[str, str]) -> None:
        self._root = os.path.join(folder, "greeting")
        self._env = env
        os.mkdir(self._root)

    def say(self, text: str) -> None:
        paint = paint_for(sys.stdout, os.environ)
        print(f"\n{paint('strong', text) if paint.on else f'== {text}'}", flush=True)

    def write(self, name: str, text: str) -> None:
        """Show what goes into a file, and put it there."""
        print(f"$ cat > {name}", flush=True)
        for line in text.splitlines():
            print(f"  {line}".rstrip(), flush=True)
        with open(os.path.join(self._root, name), "w", encoding="utf-8") as file:
            file.write(text)

    def do(self, command: str, *, code: int = 0, lines: int | None = None) -> None:
        """Show a command as one would type it, run it, and see that it ends as told (`lines`: of output)."""
        print(f"$ {command}", flush=True)
        program, *args = shlex.split(command)
        argv = [sys.executable, "-m", "gofigure", *args] if program == "gofigure" else [program, *args]
        if lines is not None:
            done = capture(argv, env=self._env, cwd=self._root)
            print(done.out.decode(errors="replace"), end="", flush=True)
            ended, count = done.code, done.out.count(b"\n")
        else:
            ended, count = pass_through(argv, env=self._env, data=b"", cwd=self._root, stderr=1), None
        if ended != code or count != lines:
            raise _NotAsToldError(f"{command} ended with exit code {ended}, not {code}")


@contextlib.contextmanager
def _folder(*, keep: bool) -> Iterator[str]:
    try:
        folder = tempfile.mkdtemp(prefix="gofigure-demo-")
    except OSError as error:
        raise GofigureError(
            f"the demo needs a temporary folder, and there can be none: {error.strerror or error}",
            hint="TMPDIR=/some/folder gofigure demo",
        ) from None
    try:
        yield folder
    finally:
        if keep:
            tell(f"kept: {os.path.join(folder, 'greeting')}")
        else:
            import shutil

            shutil.rmtree(folder, ignore_errors=True)


def _environment(folder: str, path: str) -> dict[str, str]:
    """A home of its own: no settings of git's from outside, whatever they are, and other permissions than yours."""
    env = {name: os.environ[name] for name in _KEPT if name in os.environ}
    if folders := os.environ.get("PYTHONPATH"):
        env["PYTHONPATH"] = os.pathsep.join(map(os.path.abspath, folders.split(os.pathsep)))
    env.update(
        PATH=_with_python(folder, path),
        HOME=folder,
        LANG="C.UTF-8",
        GIT_CONFIG_NOSYSTEM="1",
        GIT_TEMPLATE_DIR="",
        GIT_CEILING_DIRECTORIES=folder,
        GIT_TERMINAL_PROMPT="0",
        GIT_PAGER="cat",
        GIT_AUTHOR_NAME="Demo",
        GIT_AUTHOR_EMAIL="demo@example.com",
        GIT_COMMITTER_NAME="Demo",
        GIT_COMMITTER_EMAIL="demo@example.com",
    )
    return env


def _with_python(folder: str, path: str) -> str:
    """A PATH on which `python3` is the Python that runs this: another one's shim may have nothing behind it."""
    tools = os.path.join(folder, "bin")
    os.mkdir(tools)
    with open(os.path.join(tools, "python3"), "w", encoding="utf-8") as script:
        script.write(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n')
        os.fchmod(script.fileno(), 0o755)
    return f"{tools}{os.pathsep}{path}"
