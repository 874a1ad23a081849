"""The note for `warm.sh`, which tells without Python that a checkout is still as it was."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence

from gofigure import __version__
from gofigure.git.address import is_commit, parsed, redacted
from gofigure.recipes.checkout.ask import Found, asked_for
from gofigure.recipes.checkout.environment import environment
from gofigure.recipes.checkout.places import (
    Place,
    Record,
    cache_of,
    git_dir_of,
    home_of,
    life_of,
    name_of,
    record_file,
    warm_note,
)
from gofigure.recipes.checkout.wish import Wish
from gofigure.targets.checkout import PASSES

_SCRIPT = os.path.join(os.path.dirname(__file__), "warm.sh")
_OTHERS = ("GIT_", "SSH_")  # of what begins so, the note knows only what a recipe is given by itself
_PROBE = "passed on"


def in_front(
    recipe: Sequence[str], stage: str, root: str, state_dir: str, made: str, env: Mapping[str, str]
) -> tuple[str, ...]:
    """The command of a checkout stage: `recipe` itself, or what starts it only if something is new."""
    note = warm_note(record_file(home_of(state_dir), name_of(root, stage)))
    if not os.path.exists(note) or any(name.startswith(_OTHERS) and name not in PASSES for name in env):
        return tuple(recipe)
    return ("/bin/sh", _SCRIPT, note, made, __version__, cache_of(env), *recipe)


def leave(place: Place, wish: Wish, record: Record, found: Found, handed: str, spec: str) -> None:
    """Write the note, where two calls of git tell that nothing is new; `handed`: the file that was handed back.

    It takes more where there are submodules, ssh with its settings, jobs over there, or a folder of the user's own.
    """
    note = warm_note(place.record_file)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(note)
    simple = place.owned and not wish.submodules and not wish.use_its_jobs and parsed(wish.url).protocol != "ssh"
    if not simple or record.commit != found.commit:
        return
    lines = [*_about(place, wish, record, handed, spec), *_settings(place, wish), *_question(wish, found), "end"]
    if any("\n" in line for line in lines):
        return
    with open(f"{note}.new", "w", encoding="utf-8", errors="surrogateescape") as file:
        file.writelines(f"{line}\n" for line in lines)
    os.replace(f"{note}.new", note)


def still_there(wish: Wish, record: Record) -> str:
    """What is said where nothing is new."""
    return f"{wish.ref} is still {record.commit[:12]} at {redacted(wish.url)}, and is checked out in {record.dest}"


def _about(place: Place, wish: Wish, record: Record, handed: str, spec: str) -> list[str]:
    """What must be as it was, and what is handed back and said then: one line for each."""
    with open(handed, encoding="utf-8") as file:
        content = file.read()
    return [
        f"gofigure {__version__} checkout 1",
        spec,
        place.cache,
        record.dest,
        git_dir_of(record.dest),
        life_of(record.dest),
        record.commit,
        place.used_file,
        os.path.basename(handed),
        content,
        still_there(wish, record),
        wish.url,
    ]


def _settings(place: Place, wish: Wish) -> Iterator[str]:
    """What makes a recipe's environment git's."""
    env = environment(dict.fromkeys(PASSES, _PROBE), parsed(wish.url), wish, os.path.join(place.home, "home"))
    yield from (f"unset {name}" for name in PASSES if name not in env)
    yield from (f"set {name}={value}" for name, value in env.items() if value != _PROBE)


def _question(wish: Wish, found: Found) -> Iterator[str]:
    """What the remote is asked, and what it has to say; a commit is no question."""
    if not is_commit(wish.ref):
        yield from (f"ask {name}" for name in asked_for(wish.ref))
        yield from (f"answer {line}" for line in found.answer.splitlines())
