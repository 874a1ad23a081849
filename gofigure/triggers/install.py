"""Make git call gofigure, keep whatever it called before, and give that back byte for byte."""

from __future__ import annotations

import contextlib
import os
import re
import stat
import sys
from collections.abc import Iterable
from typing import NamedTuple

from gofigure.digest.content import BigFileError, NotAFileError, read_regular
from gofigure.errors import GofigureError
from gofigure.git.repository import Repository
from gofigure.model import HOOKS, Config
from gofigure.triggers.chain import belongs_at, is_ours, runs_ours, take_out, written_by
from gofigure.triggers.hooks import KEPT
from gofigure.triggers.hooks_path import folder_in_use, folder_to_write, own_folder
from gofigure.triggers.naming import forget, named, place_of, runs_here, tell_git

_RECORD = "hooks-folders"  # in the state folder: where we have installed besides git's own place, one per line

_OF_CONTAINERS = ("/.dockerenv", "/run/.containerenv")  # what engines leave in them


class Installed(NamedTuple):
    """What was done for one hook."""

    hook: str
    path: str
    kept: str | None  # where the foreign hook that was here before now is


def install(repository: Repository, hooks: Iterable[str], *, path: str, data: str) -> list[Installed]:
    """Write one script per hook.

    `path`: the PATH to fall back on when git is started with a bare one; `data`: where permissions are kept.
    """
    hooks = tuple(hooks)
    folder = folder_to_write(repository, hooks)
    _remember(repository, folder)
    done = []
    for hook in hooks:
        place = os.path.join(folder, hook)
        goes = belongs_at(place)
        if not is_ours(goes):
            take_out(place)  # ours may have been set aside, and would run twice or in a circle
        kept = _keep_foreign(goes, place + KEPT)
        _write(goes, script(hook, path, data, repository.state_dir))
        done.append(Installed(hook, goes, kept))
    return done


def install_named(repository: Repository, hooks: Iterable[str], *, path: str, data: str) -> list[Installed]:
    """Have git's configuration name one script per hook; what stands in the hooks folder is left as it is."""
    done = []
    for hook in hooks:
        place = place_of(repository, hook)
        _write(place, script(hook, path, data, repository.state_dir))
        tell_git(repository, hook)
        done.append(Installed(hook, place, None))
    return done


def uninstall_named(repository: Repository, hooks: Iterable[str] = HOOKS) -> list[Installed]:
    return [Installed(hook, place, None) for hook, place in forget(repository, hooks).items()]


def uninstall(repository: Repository, hooks: Iterable[str] = HOOKS) -> list[Installed]:
    """Take our scripts away and put back what was there; hooks of others stay as they are.

    Everywhere that we have installed, and where git looks now: core.hooksPath may have changed meanwhile.
    """
    folders = dict.fromkeys([own_folder(repository), folder_in_use(repository), *_remembered(repository)])
    done = []
    for place in (os.path.join(folder, hook) for folder in folders for hook in hooks):
        taken = take_out(place)
        if taken is not None:
            done.append(Installed(os.path.basename(place), *taken))
    return done


def wanted_hooks(config: Config) -> list[str]:
    """The hooks that a job names."""
    return [hook for hook in HOOKS if any(hook in job.on for job in config.jobs.values())]


def installed(repository: Repository) -> list[str]:
    """The hooks that call gofigure now. A script that is not executable git leaves out (githooks(5))."""
    folder = folder_in_use(repository)
    by_name = named(repository)
    if by_name and not runs_here(repository):
        by_name = []
    return [hook for hook in HOOKS if hook in by_name or _is_started(os.path.join(folder, hook))]


def _is_started(place: str) -> bool:
    """Whether git, which starts what is at `place`, comes to gofigure."""
    return os.access(place, os.X_OK) and (runs_ours(place) or calls_us(place))


def in_place_of_ours(repository: Repository, hook: str) -> str:
    """Whose script, which does not come to ours, git starts for a hook; "" where it starts none."""
    place = os.path.join(folder_in_use(repository), hook)
    taken = os.access(place, os.X_OK) and not runs_ours(place) and not calls_us(place)
    return written_by(place) if taken else ""


def why_not_alone(repository: Repository, hook: str) -> str:
    """Why the script in place of a hook cannot answer anything by itself; "" if it can."""
    place = os.path.join(folder_in_use(repository), hook)
    if not is_ours(place):
        return "it is another program's script that calls gofigure"
    return f"{hook}{KEPT} runs first" if os.path.lexists(place + KEPT) else ""


def calls_us(place: str) -> bool:
    """Whether this is somebody's own script with a line such as `gofigure hook pre-commit "$@"`."""
    folder, hook = os.path.split(place)
    if os.path.basename(folder) == "_":  # husky's, each of which starts the one above it
        place = os.path.join(os.path.dirname(folder), hook)
    try:
        data = read_regular(os.fsencode(os.path.realpath(place)))
    except (OSError, NotAFileError, BigFileError):
        return False
    call = rb"^[^#\n]*\bgofigure['\"]?\s+hook\s+(?:--each-commit\s+)?['\"]?" + re.escape(os.fsencode(hook)) + rb"\b"
    return re.search(call, data, re.MULTILINE) is not None


def _remember(repository: Repository, folder: str) -> None:
    known = _remembered(repository)
    if folder == own_folder(repository) or folder in known or "\n" in folder:
        return
    place = os.path.join(repository.state_dir, _RECORD)
    try:
        os.makedirs(repository.state_dir, mode=0o700, exist_ok=True)
        with open(place, "a", encoding="utf-8", errors="surrogateescape") as file:
            file.write(f"{folder}\n")
    except OSError as error:
        raise GofigureError(f"{place} cannot be written: {error.strerror}") from error


def _remembered(repository: Repository) -> list[str]:
    try:
        with open(
            os.path.join(repository.state_dir, _RECORD), encoding="utf-8", errors="surrogateescape", newline="\n"
        ) as file:
            return file.read().splitlines()
    except OSError:
        return []


def is_only_inside(repository: Repository) -> bool:
    """Whether we are in a container that goes without the repository: what hooks would name is not outside."""
    if not any(map(os.path.exists, _OF_CONTAINERS)):
        return False
    own = os.stat("/").st_dev
    return os.stat(sys.executable).st_dev == own != os.stat(repository.common_dir).st_dev


def script(hook: str, path: str, data: str, state_dir: str) -> bytes:
    """The shipped script, with this installation's interpreter written in."""
    import shlex

    text = template()
    values = {"HOOK": hook, "PYTHON": sys.executable, "PATH": path, "DATA": data, "STATE": state_dir}
    for name, value in values.items():
        text = text.replace(f"@{name}@", shlex.quote(value))
    return os.fsencode(text.replace("@FLAGS@", _isolation()))


def _isolation() -> str:
    """Flags that keep the repository's own files, and the caller's PYTHON*, out of our imports.

    -I would also leave out the user's site folder, where `pip install --user` may have put us.
    """
    import site

    here = os.path.realpath(__file__)
    user_site = os.path.realpath(site.getusersitepackages())
    return "-P" if here.startswith(user_site + os.sep) else "-I"


def template() -> str:
    """The shipped script with its places not yet filled."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    # In a wheel the folder is inside the package; in a checkout it is beside it.
    beside = os.path.dirname(package)
    places = [os.path.join(package, "hooks")]
    if os.path.exists(os.path.join(beside, "pyproject.toml")):
        places.append(os.path.join(beside, "hooks"))
    for place in places:
        with contextlib.suppress(FileNotFoundError), open(os.path.join(place, "gofigure-hook")) as file:
            return file.read()
    raise GofigureError("the hook script is missing from this installation", hint="install gofigure again")


def _keep_foreign(place: str, kept: str) -> str | None:
    """Rename a hook that is not ours, so that it can be run first and given back."""
    if not os.path.lexists(place) or is_ours(place):
        return kept if os.path.lexists(kept) else None
    if os.path.lexists(kept):
        raise GofigureError(
            f"{place} is not gofigure's, and {kept} is already there",
            hint=f"look at both; what you want to keep goes to {kept}",
        )
    os.rename(place, kept)
    return kept


def _write(place: str, content: bytes) -> None:
    own = f"{place}.{os.getpid()}"
    try:
        _make_folder(os.path.dirname(place))
        with open(own, "wb") as file:
            file.write(content)
        # Git runs only what is executable; nobody else may write what we run, whatever the umask.
        os.chmod(own, 0o755)  # noqa: S103
        os.replace(own, place)
    except OSError as error:
        raise GofigureError(f"{place} cannot be written: {error.strerror}") from error


def _make_folder(folder: str) -> None:
    """As open as the one that it is in: in a shared repository the others would have no hooks, and not hear of it."""
    if not os.path.isdir(folder):
        os.makedirs(folder)
        os.chmod(folder, stat.S_IMODE(os.stat(os.path.dirname(folder)).st_mode))
