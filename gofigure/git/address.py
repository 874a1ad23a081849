"""Where a repository may be fetched from, and what may be asked for there: a grammar of our own, told before git is.

    https://HOST/PATH   http://LOOPBACK/PATH   ssh://[USER@]HOST/PATH   [USER@]HOST:PATH   git://HOST/PATH
    file:///PATH   /PATH   ./PATH   ../PATH

Git itself takes more: transport helpers (`ext::sh -c ...`), options in the place of names, hosts that ssh takes for
options. A password in an address would be in the configuration, in keys, in logs; so none may be.
"""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from gofigure.errors import GofigureError

_LONGEST = 2048
_URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?:(?P<user>[^@/]*)@)?"
    r"(?P<host>[A-Za-z0-9][A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\])?(?::(?P<port>[0-9]{1,5}))?(?P<path>/.*)?"
)
_SCP = re.compile(r"(?:(?P<user>[^@/:]*)@)?(?P<host>[A-Za-z0-9][A-Za-z0-9._-]+):(?P<path>[^/:-].*|/.*)")
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._~+-]*")
_LOOPBACK = re.compile(r"localhost|127(?:\.\d{1,3}){3}|\[::1\]")
_TOKEN = re.compile(r"(?:gh[a-z]_|github_pat_|glpat-|x-token-auth|oauth2).*|.{33,}")
_USERINFO = re.compile(r"(?<=://)([^/@\s'\"]+)@")
_QUERY = re.compile(r"(?<==)[^&\s'\"]+")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_PART_OF_A_COMMIT = re.compile(r"[0-9a-f]{4,63}")
REF = re.compile(
    r"(?![-./])(?!@$)(?!.*(?:\.\.|@\{|//|/\.|\.lock(?:/|$)))[^\x00-\x20\x7f~^:?*\[\\]+(?<![./])", re.DOTALL
)
_PULL = re.compile(r"(?:pull|merge-requests)/\d+/(?:head|merge)")


class Address(NamedTuple):
    url: str
    protocol: str  # as git names it: https, http, ssh, git, file


class BadAddress(GofigureError):  # noqa: N818 - says it better
    """What is no address that we would hand to git; the message holds nothing secret."""


def parsed(text: str) -> Address:
    """What an address means to git. Raises BadAddress."""
    if not text or text.startswith("-"):
        raise BadAddress("an option is no address")
    if len(text) > _LONGEST or not text.isprintable():
        raise BadAddress("it holds characters that no address has, or too many")
    if text.startswith(("/", "./", "../")):
        return Address(text, "file")
    if "::" in text.partition("[")[0]:
        raise BadAddress("transport helpers (`NAME::`) start programs, and are not used")
    if any(char.isspace() for char in text):
        raise BadAddress("it holds a blank")
    if match := _URL.fullmatch(text):
        return _of_url(text, match)
    if "://" not in text and (match := _SCP.fullmatch(text)):
        _refuse_user(match["user"])
        return Address(text, "ssh")
    raise BadAddress(
        "expected https://, ssh://, git://, file:///, HOST:PATH, or a path that begins with / or ./ or ../"
    )


def _of_url(text: str, match: re.Match[str]) -> Address:
    scheme, host, path = match["scheme"], match["host"], match["path"]
    if scheme not in ("https", "http", "ssh", "git", "file"):
        raise BadAddress(f"{scheme}:// is none of https, ssh, git, file")
    if "?" in text or "#" in text:
        raise BadAddress("a repository's address has no `?` and no `#`")
    if not path or path == "/" or (scheme != "file" and not host):
        raise BadAddress("it names no host, or no repository there")
    if scheme == "file" and (host or match["user"] is not None or match["port"]):
        raise BadAddress("file:// has no host: file:///PATH")
    _refuse_user(match["user"])
    if scheme in ("http", "https") and match["user"] and _TOKEN.fullmatch(match["user"]):
        raise BadAddress('it holds what looks like a token; git can ask your credential helper: credentials = "user"')
    if scheme == "git" and match["user"] is not None:
        raise BadAddress("git:// knows no users")
    if scheme == "http" and not _LOOPBACK.fullmatch(host or ""):
        raise BadAddress("http:// sends all in the clear, and anybody on the way can change it; write https://")
    return Address(text, scheme)


def _refuse_user(user: str | None) -> None:
    if user is None:
        return
    if ":" in user:
        raise BadAddress(
            "it holds a password, which would stand in keys and logs; leave it to your credential helper: "
            'credentials = "user"'
        )
    if not _USER.fullmatch(user):
        raise BadAddress("what stands before the @ is no user's name")


def redacted(text: str) -> str:
    """A text without what may be secret in the addresses that it holds: git quotes them in its messages."""
    hidden = _USERINFO.sub(lambda found: "git@" if found[1] == "git" else "***@", text)
    return "\n".join(_QUERY.sub("***", line) if "://" in line and "?" in line else line for line in hidden.split("\n"))


def below(base: str, relative: str) -> str:
    """The address that a submodule means by `../other.git`, as git resolves it (gitsubmodules). Raises BadAddress."""
    if not relative.startswith(("./", "../")):
        return relative
    steps = relative.split("/")
    while steps and steps[0] in (".", ".."):
        if steps.pop(0) == "..":
            base, slash, last = base.rstrip("/").rpartition("/")
            if not slash or not last or base.endswith((":", "/")) or not base:
                raise BadAddress("it leads out of the place that it is relative to")
    return f"{base.rstrip('/')}/{'/'.join(steps)}"


def based(address: Address, folder: str) -> Address:
    """The address with a relative path as seen from a folder."""
    if not address.url.startswith("."):
        return address
    return address._replace(url=os.path.normpath(os.path.join(folder, address.url)))


def ref_fault(ref: str) -> str:
    """Why this names nothing that could be asked for; "" if it may (git-check-ref-format)."""
    if ref.startswith("-"):
        return "an option is no name"
    return "" if REF.fullmatch(ref) and len(ref) <= _LONGEST else "git has no such names"


def is_commit(ref: str) -> bool:
    return _COMMIT.fullmatch(ref) is not None


def may_be_short(ref: str) -> bool:
    """Whether somebody may mean a commit by the beginning of its id."""
    return _PART_OF_A_COMMIT.fullmatch(ref) is not None


def names_of(ref: str) -> tuple[str, ...]:
    """The full names that a short one may stand for, the best first: as `git clone --branch` reads it."""
    if ref == "HEAD" or ref.startswith("refs/"):
        return (ref,)
    if _PULL.fullmatch(ref):
        return (f"refs/{ref}", f"refs/heads/{ref}")
    return (f"refs/heads/{ref}", f"refs/tags/{ref}", f"refs/{ref}")
