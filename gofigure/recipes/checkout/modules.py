"""Submodules, one level after the other: each is checked by our own rules before git hears of it.

Git alone would start whatever a repository writes into `.gitmodules`, as far as it thinks that safe; and it was wrong
(CVE-2018-11235, CVE-2018-17456, CVE-2024-32002, CVE-2025-48384).
"""

from __future__ import annotations

import os
import shlex
from typing import NamedTuple

from gofigure.errors import GofigureError
from gofigure.git.address import BadAddress, below, parsed, redacted
from gofigure.process.capture import capture
from gofigure.recipes.checkout.trouble import Broken, again, trouble
from gofigure.recipes.checkout.wish import Wish, say

_DEEPEST = 8
_MODULE = b"160000"
_USERS = 'to have the others: submodules = ["URL", ...]; to have none: submodules = false'


class Module(NamedTuple):
    name: str
    path: str
    url: str


def bring_modules(dest: str, wish: Wish, url: str = "", depth: int = 0) -> None:
    """Those of the commit at `dest`, and theirs. `url`: where that was fetched from."""
    url = url or wish.url
    modules = _modules(dest, url, wish)
    if not modules:
        return
    if depth >= _DEEPEST:
        raise GofigureError(
            f"submodules within submodules, more than {_DEEPEST} deep: {dest}", hint="submodules = false"
        )
    protocols = sorted({parsed(module.url).protocol for module in modules} | {parsed(wish.url).protocol})
    env = {**os.environ, "GIT_ALLOW_PROTOCOL": ":".join(protocols)}
    for module in modules:
        _git(dest, env, "config", f"submodule.{module.name}.url", module.url)
        _git(dest, env, "config", f"submodule.{module.name}.active", "true")
        _git(dest, env, "config", f"submodule.{module.name}.update", "checkout")
        inner = os.path.join(dest, module.path)
        if os.path.lexists(os.path.join(inner, ".git")):  # else it would be fetched from where it was before
            _git(inner, env, "config", "remote.origin.url", module.url)
        options = ["--init", "--checkout", "--force", "--no-recommend-shallow"]
        options += [f"--depth={wish.depth}"] if wish.depth else []
        words = ["submodule", "update", *options, "--", module.path]
        say(f"$ git -C {shlex.quote(dest)} {redacted(shlex.join(words))}")
        again(lambda words=words, module=module: _update(dest, env, words, wish, module), shlex.join(words))  # type: ignore[misc]
        _git(inner, env, "clean", "-ffd", "--quiet")
        bring_modules(inner, wish, module.url, depth + 1)


def _update(dest: str, env: dict[str, str], words: list[str], wish: Wish, module: Module) -> None:
    done = capture(["git", "-C", dest, *words], env=env)
    if done.code != 0:
        raise trouble(os.fsdecode(done.err), wish._replace(url=module.url))


def _modules(dest: str, url: str, wish: Wish) -> list[Module]:
    """Those that the commit holds, each checked."""
    listed = _git(dest, os.environ, "ls-tree", "-r", "-z", "--full-tree", "HEAD")
    entries = [line.partition(b"\t") for line in listed.split(b"\0") if line]
    paths = {os.fsdecode(path) for meta, _, path in entries if meta.startswith(_MODULE)}
    links = {os.fsdecode(path) for meta, _, path in entries if meta.startswith(b"120000")}
    if not paths:
        return []
    if ".gitmodules" in links:
        raise GofigureError(f"{redacted(url)}: .gitmodules is a link, which is not followed", hint="submodules = false")
    done = capture(["git", "-C", dest, "config", "-z", "--blob", "HEAD:.gitmodules", "--list"], env=os.environ)
    told: dict[str, dict[str, str]] = {}
    for line in os.fsdecode(done.out).split("\0"):
        key, _, value = line.partition("\n")
        section, _, rest = key.partition(".")
        name, _, field = rest.rpartition(".")
        if section == "submodule" and name:
            told.setdefault(name, {})[field] = value
    found = []
    for name, fields in sorted(told.items()):
        path = fields.get("path", "")
        if path not in paths:
            _refuse_path(path, name)
            continue  # written down, and not in this commit
        _refuse_path(path, name)
        _refuse_path(name, name)
        if fields.get("update", "").startswith("!"):
            raise _bad(name, "it names a command")
        if any(path == link or path.startswith(f"{link}/") for link in links):
            raise _bad(name, "its path leads through a link")
        found.append(Module(name, path, _allowed(name, fields.get("url", ""), url, wish)))
    missing = paths - {module.path for module in found}
    if missing:
        raise _bad(min(missing), "it is not in .gitmodules")
    return found


def _refuse_path(path: str, name: str) -> None:
    parts = path.split("/")
    if not path or not path.isprintable() or path.startswith(("-", "/")) or path != path.strip():
        raise _bad(name, "its path or name is none that we would hand to git")
    if any(part in ("", ".", "..") or part.lower().rstrip(". ").startswith((".git", "git~")) for part in parts):
        raise _bad(name, "its path or name leads out of its place, or into git's own")


def _allowed(name: str, written: str, base: str, wish: Wish) -> str:
    """The address of a submodule, if it may be fetched."""
    try:
        url = below(base, written)
        address = parsed(url)
    except BadAddress as error:
        raise _bad(name, f"{redacted(written)!r}: {error}") from None
    if wish.submodules is not True and url not in (wish.submodules or ()):
        raise _bad(name, f"{redacted(url)} is not in the list of those that are allowed")
    if address.protocol in ("file", "http") and parsed(wish.url).protocol not in ("file", "http"):
        raise _bad(name, f"{redacted(url)} is on this machine, and what names it is not")
    return url


def _bad(name: str, why: str) -> GofigureError:
    return GofigureError(f"submodule {name!r} is not fetched: {why}", hint=_USERS)


def _git(folder: str, env: os._Environ[str] | dict[str, str], *args: str) -> bytes:
    done = capture(["git", "-C", folder, *args], env=env)
    if done.code != 0:
        raise Broken(os.fsdecode(done.err).strip())
    return done.out
