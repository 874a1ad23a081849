"""The part of a snapshot that one stage reads."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from gofigure.digest.frame import digest_value
from gofigure.digest.tree import FOLDER, LINK, MODULE, Entry, differences, look_up, walk
from gofigure.snapshot.globs import matcher, may_match_below
from gofigure.snapshot.patience import patience
from gofigure.store.contents import Contents

_CONTEXT = "gofigure 2026-11 inputs"


class Selector(NamedTuple):
    """Which files of a tree: in one of `locations`, matching `pattern` or one of `globs`, and not left out."""

    locations: tuple[str, ...] = ("",)
    pattern: str | None = None  # searched in the path below the location
    globs: tuple[str, ...] = ()
    without: tuple[tuple[str, ...], ...] = ()  # lists of globs from the root: what one of them takes is left out

    def rule(self, location: str) -> bytes:
        """The digest of what is asked below a location; what is left out there has names from the root."""
        asked = [self.pattern, self.globs]
        return digest_value(_CONTEXT, [*asked, location, self.without] if self.without else asked)


class Selection(NamedTuple):
    digest: bytes
    files: int  # -1: a whole folder, not counted


class _Part(NamedTuple):
    """What is selected in one location."""

    digest: bytes
    files: int  # -1: not counted
    elsewhere: bool = False  # a link leads out of it, so that anything in the tree may be part of it


# Before a remembered digest: see _Part.elsewhere.
_ELSEWHERE = b"elsewhere "


class Selecting:
    """Applies selectors to trees, remembering every answer by (tree, rule)."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._lists: dict[bytes, list[tuple[bytes, Entry]]] = {}
        self._selections: dict[tuple[bytes, Selector], Selection] = {}
        self._new: list[tuple[bytes, bytes, bytes, int]] = []

    def select(self, tree: bytes, selector: Selector) -> Selection:
        """The input digest: of the parts, each with the location it was found at."""
        known = self._selections.get((tree, selector))
        if known is None:
            known = self._selections[tree, selector] = self._select(tree, selector)
        return known

    def _select(self, tree: bytes, selector: Selector) -> Selection:
        parts: list[tuple[str, bytes]] = []
        total = 0
        for location in selector.locations:
            part = self._part(tree, location, selector._replace(without=_below(selector.without, location)))
            parts.append((location, part.digest + self._all(tree, selector) if part.elsewhere else part.digest))
            total = -1 if part.files < 0 or total < 0 else total + part.files
        return Selection(digest_value(_CONTEXT, parts), total)

    def _all(self, tree: bytes, selector: Selector) -> bytes:
        """The digest of everything but what is left out."""
        return self.select(tree, Selector(without=selector.without)).digest if selector.without else tree

    def _part(self, tree: bytes, location: str, selector: Selector) -> _Part:
        entry, door = self._reach(tree, as_bytes(location))
        if door is not None:  # all that is behind it is decided by the commit, or lies anywhere
            return _Part(door.kind + door.digest, -1, elsewhere=door.kind == LINK)
        # A folder with nothing in it but what is left out is as good as none.
        nothing = _Part(digest_value(_CONTEXT, []) if selector.without else b"", 0)
        if entry is None:
            return nothing
        if entry.kind != FOLDER:
            left_out = _leaving_out(selector.without)(as_bytes(location))
            return nothing if left_out else _Part(entry.kind + entry.digest, 1)
        if selector.pattern is None and not selector.globs and not selector.without:
            return _Part(entry.digest, -1)
        rule = selector.rule(location)
        known = self._contents.selection(entry.digest, rule)
        if known is None:
            known = self._choose(entry.digest, location, selector)
            self._new.append((entry.digest, rule, *known))
        digest, files = known
        return _Part(digest, files, elsewhere=digest.startswith(_ELSEWHERE))

    def _choose(self, folder: bytes, location: str, selector: Selector) -> tuple[bytes, int]:
        """(digest, number of files) of what is selected below a folder.

        A submodule that could hold selected files counts whole. A link's content is elsewhere: the digest then
        begins with _ELSEWHERE, and the whole tree counts.
        """
        chosen: list[tuple[bytes, bytes, bytes]] = []
        elsewhere = b""
        is_all = not location and selector.pattern is None and not selector.globs
        for (path, (kind, digest)), matched in self._matched(folder, location, selector):
            taken = matched
            if kind in (LINK, MODULE) and not taken:
                taken = any(may_match_below(glob, path) for glob in selector.globs) or (
                    kind == MODULE and selector.pattern is not None
                )
            if taken:
                chosen.append((path, kind, digest))
                elsewhere = _ELSEWHERE if kind == LINK and not is_all else elsewhere
        return elsewhere + digest_value(_CONTEXT, chosen), len(chosen)

    def _matched(self, folder: bytes, location: str, selector: Selector) -> Iterator[tuple[tuple[bytes, Entry], bool]]:
        """Every file below a folder that is not left out, and whether its name matches."""
        files, matches = self._files_below(folder), _matching(selector)
        if selector.without:
            below, left_out = as_bytes(location) + b"/" if location else b"", _leaving_out(selector.without)
            files = [file for file in files if not left_out(below + file[0])]
        with patience(selector.pattern):
            answers = [matches(path) for path, _ in files]
        return zip(files, answers, strict=True)

    def _reach(self, tree: bytes, path: bytes) -> tuple[Entry | None, Entry | None]:
        """What stands at a path; or else the link or submodule that the path leads through."""
        names = path.split(b"/") if path else []
        for upto in range(1, len(names) + 1):
            entry = look_up(tree, b"/".join(names[:upto]), self._contents.load_tree)
            if entry is None:
                return None, None
            if entry.kind in (LINK, MODULE):
                return entry, entry
        return look_up(tree, path, self._contents.load_tree), None

    def files(self, tree: bytes, selector: Selector) -> list[tuple[bytes, Entry]]:
        """The files themselves, with paths from the root of the tree; links are not files of their own."""
        found: list[tuple[bytes, Entry]] = []
        for location in selector.locations:
            prefix = as_bytes(location)
            entry = look_up(tree, prefix, self._contents.load_tree)
            if entry is None:
                continue
            if entry.kind != FOLDER:
                if not _leaving_out(selector.without)(prefix):
                    found.append((prefix, entry))
                continue
            below = prefix + b"/" if prefix else b""
            matched = self._matched(entry.digest, location, selector)
            found += [(below + path, item) for (path, item), taken in matched if taken]
        return [(path, item) for path, item in found if item.kind not in (MODULE, LINK)]

    def _files_below(self, tree: bytes) -> list[tuple[bytes, Entry]]:
        files = self._lists.get(tree)
        if files is None:
            files = self._lists[tree] = list(walk(tree, self._contents.load_tree))
        return files

    def changed(self, old: bytes, new: bytes, selector: Selector, limit: int) -> list[str]:
        """The first few selected paths in which two trees differ, with a word each: "a.py changed"."""
        words: list[str] = []
        for path, was, now in differences(old, new, self._contents.load_tree):
            if not selects(selector, path):
                continue
            verb = "added" if was is None else "removed" if now is None else "changed"
            words.append(f"{show(path)} {verb}")
            if len(words) == limit:
                break
        return words

    def altered(self, old: bytes, new: bytes, selector: Selector, limit: int) -> list[bytes]:
        """The first selected files of `old` that are not the same in `new`."""
        found = (path for path, was, _ in differences(old, new, self._contents.load_tree) if was is not None)
        return list(itertools.islice((path for path in found if selects(selector, path)), limit))

    def keep(self) -> None:
        """Write the new answers to the store."""
        if self._new:
            self._contents.save_selections(self._new)
            self._new = []


def selects(selector: Selector, path: bytes) -> bool:
    """Whether a selector takes a path that exists."""
    with patience(selector.pattern):
        return taker(selector)(path)


def taker(selector: Selector) -> Callable[[bytes], bool]:
    """The same of many paths, made ready once; nobody looks how long a regular expression takes."""
    left_out, matches = _leaving_out(selector.without), _matching(selector)
    prefixes = [as_bytes(location) for location in selector.locations]

    def takes(path: bytes) -> bool:
        if left_out(path):
            return False
        for prefix in prefixes:
            if not prefix:
                rest = path
            elif path == prefix:
                return True
            elif path.startswith(prefix + b"/"):
                rest = path[len(prefix) + 1 :]
            else:
                continue
            if matches(rest):
                return True
        return False

    return takes


def covers(selector: Selector, path: bytes) -> bool:
    """Whether a selector may take something at `path`, or below it where it ends in a slash.

    A slash says that this is a folder and that nobody knows what is in it, so that none of it counts as left out.
    """
    prefixes = [as_bytes(location) for location in selector.locations]
    if path.endswith(b"/"):
        return any(_may_hold(selector, prefix, path) for prefix in prefixes)
    return selects(selector, path) or any(prefix.startswith(path + b"/") for prefix in prefixes)


def _may_hold(selector: Selector, prefix: bytes, folder: bytes) -> bool:
    """Whether something in a folder, of which nobody knows what is in it, could be selected in one location."""
    if (prefix + b"/").startswith(folder):
        return True
    if prefix and not folder.startswith(prefix + b"/"):
        return False
    below = folder[len(prefix) + 1 if prefix else 0 : -1]
    return not selector.globs or any(may_match_below(glob, below) for glob in selector.globs)


def _below(without: tuple[tuple[str, ...], ...], location: str) -> tuple[tuple[str, ...], ...]:
    """As much of what is left out as may lie in a location, which otherwise is taken as the whole folder that it is."""
    if not location:
        return without
    place = as_bytes(location)
    some = (tuple(glob for glob in globs if may_match_below(glob, place)) for globs in without)
    return tuple(globs for globs in some if any(not glob.startswith("!") for glob in globs))


def _leaving_out(without: tuple[tuple[str, ...], ...]) -> Callable[[bytes], bool]:
    """Whether a path, named from the root, is left out."""
    matches = [matcher(globs) for globs in without]
    return lambda path: any(one(path) for one in matches)


def _matching(selector: Selector) -> Callable[[bytes], bool]:
    if selector.globs:
        return matcher(selector.globs)
    if selector.pattern is None:
        return lambda _path: True
    search = re.compile(selector.pattern).search
    return lambda path: search(path.decode("utf-8", "surrogateescape")) is not None


def as_bytes(text: str) -> bytes:
    """A path of the configuration as git has it; `os.fsencode` would ask the locale."""
    return text.encode("utf-8", "surrogateescape")


def show(path: bytes) -> str:
    """A name for the screen: nothing in it can move the cursor or break the line."""
    text = path.decode("utf-8", "backslashreplace")
    return text if text.isprintable() else text.encode("unicode_escape").decode("ascii")
