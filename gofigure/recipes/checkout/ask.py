"""What a name is at the remote now: `git ls-remote`, started first and listened to later."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from typing import NamedTuple

from gofigure.errors import GofigureError
from gofigure.git.address import is_commit, may_be_short, names_of, redacted
from gofigure.process.capture import Captured, HelperFailed, Running, start
from gofigure.recipes.checkout.trouble import Trouble, again, trouble
from gofigure.recipes.checkout.wish import Wish

PATIENCE = 60.0  # seconds
_NEAREST = 3


class Found(NamedTuple):
    """What is to be checked out."""

    commit: str
    name: str  # what to ask the remote for: a full name, or the commit itself
    answer: str = ""  # all that the remote has said


class UnknownRef(GofigureError):  # noqa: N818 - says it better
    """The remote has nothing of that name."""


def words(url: str, ref: str) -> tuple[str, ...]:
    """The question as a command; every name stands behind `--`."""
    return ("git", "ls-remote", "--", url, *asked_for(ref))


def asked_for(ref: str) -> list[str]:
    """All that a name may stand for, and what tags of it are of."""
    return [pattern for name in names_of(ref) for pattern in (name, f"{name}^{{}}")]


def begin(wish: Wish, env: Mapping[str, str]) -> Running | None:
    """Ask; None where there is no question: a commit is what it is called."""
    return None if is_commit(wish.ref) else start(words(wish.url, wish.ref), env=env, cwd="/")


def answer(asking: Running | None, wish: Wish, env: Mapping[str, str], *, patient: bool) -> Found:
    """What the remote says; asked again, if `patient`, where it does not answer. Raises Trouble, UnknownRef."""
    if asking is None:
        return Found(wish.ref, wish.ref)
    first: list[Running] = [asking]

    def heard() -> Found:
        asked = first.pop() if first else start(words(wish.url, wish.ref), env=env, cwd="/")
        return chosen(_finished(asked), wish, env)

    return again(heard, redacted(shlex.join(words(wish.url, wish.ref)))) if patient else heard()


def _finished(asking: Running) -> Captured:
    try:
        return asking.finish(PATIENCE)
    except HelperFailed as error:
        raise Trouble(str(error), passing=True) from error


def chosen(done: Captured, wish: Wish, env: Mapping[str, str]) -> Found:
    """The commit that an answer names. Raises Trouble, UnknownRef."""
    found = read(done, wish)
    if found is None:
        raise _unknown(wish, env)
    return found


def read(done: Captured, wish: Wish) -> Found | None:
    """The commit that an answer names, if it names one. Raises Trouble where it is none."""
    if done.code != 0:
        raise trouble(os.fsdecode(done.err), wish)
    named, answer = {}, os.fsdecode(done.out)
    for line in answer.splitlines():
        oid, _, name = line.partition("\t")
        if is_commit(oid):
            named[name] = oid
    for name in names_of(wish.ref):
        if name in named:
            return Found(named.get(f"{name}^{{}}", named[name]), name, answer)
    return None


def _unknown(wish: Wish, env: Mapping[str, str]) -> UnknownRef:
    """What there is instead."""
    import difflib  # 3 ms that few need

    where = redacted(wish.url)
    if may_be_short(wish.ref):
        hint = f"write all of a commit's id: git rev-parse {wish.ref}"
        return UnknownRef(f"{wish.ref} is no branch and no tag at {where}; a remote knows no shortened ids", hint=hint)
    command = ["git", "ls-remote", "--heads", "--tags", "--refs", "--", wish.url]
    listed = _finished(start(command, env=env, cwd="/"))
    lines = os.fsdecode(listed.out).splitlines()
    names = [line.partition("\t")[2].split("/", 2)[-1] for line in lines]
    near = difflib.get_close_matches(wish.ref.removeprefix("refs/heads/"), names, _NEAREST)
    hint = f"nearest: {', '.join(near)}" if near else f"to see what there is: {redacted(shlex.join(command))}"
    if wish.ref == "HEAD" and not names:
        return UnknownRef(f"{where} has no commit yet", hint="push one, or name another url")
    if wish.ref == "HEAD":
        hint = f'its HEAD leads nowhere; name a branch: ref = "{names[0]}"'
    return UnknownRef(f"{where} has no branch and no tag {wish.ref}", hint=hint)
