"""Replace secret values in output, in every form that programs print them in, wherever the output is split."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MINIMUM = 4  # characters: to replace anything shorter would leave no log to read
STARS = b"***"

_HEAD = MINIMUM  # bytes by which the beginning of a form is looked for; no form is shorter
_PIECE = 8  # bytes: an integer of the machine's
_STRIDE = 32
_FEW = 8  # long forms, that are searched for one by one
_WRAPS = (64, 76)  # columns at which openssl and base64 break their lines
_LETTERS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
# What is left as it is in a URL: by RFC 3986, in a path, by JavaScript, in a form.
_URL_SAFE = (b"-_.~", b"-_.~/", b"-_.!~*'()", b"*-._")
_SHELL_SAFE = _LETTERS | frozenset(b"_@%+=:,./-")


class Mask:
    """The forms of some secret values; `masker` makes what replaces them in one stream."""

    def __init__(self, values: Iterable[str]) -> None:
        kinds = [kind for value in values for kind in kinds_of(value)]
        self.forms = tuple(sorted(set().union(*kinds), key=len, reverse=True))
        self._finder = Finder(kinds)
        heads: dict[bytes, list[bytes]] = {}
        for form in self.forms:
            heads.setdefault(form[:_HEAD], []).append(form)
        self._heads = [(head, len(some[0]), some) for head, some in heads.items()]
        self._starts = {head[:size] for head in heads for size in range(1, _HEAD)}

    def masker(self, *, prompt: bool = False) -> Masker:
        """`prompt`: someone reads along and answers; see Masker."""
        return Masker(self, prompt=prompt)

    def text(self, text: str) -> str:
        """A whole text, masked."""
        masker = self.masker()
        return os.fsdecode(masker.feed(os.fsencode(text)) + masker.flush())

    def spans(self, data: bytes) -> list[tuple[int, int]]:
        """Where `data` holds a form: in order, those that overlap joined."""
        found = sorted((at, at + len(form)) for form in self._finder.within(data) for at in _all(form, data))
        joined: list[tuple[int, int]] = []
        for start, end in found:
            if joined and start < joined[-1][1]:
                joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
            else:
                joined.append((start, end))
        return joined

    def unfinished(self, data: bytes) -> int:
        """Where the longest end of `data` starts that is the beginning, and not the whole, of a form."""
        size = len(data)
        first = size
        for head, longest, some in self._heads:
            at = data.find(head, max(0, size - longest + 1), first + _HEAD - 1)
            while at >= 0:
                rest = data[at:]
                if any(len(form) > len(rest) and form.startswith(rest) for form in some):
                    first = at
                    break
                at = data.find(head, at + 1, first + _HEAD - 1)
        for short in range(min(_HEAD - 1, size), size - first, -1):
            if data[-short:] in self._starts:
                return size - short
        return first


class Finder:
    """Says which forms are in a piece of output, at the cost of few looks at it where there are none.

    One search for a form is fast, and much faster than one regular expression for all; many are not. So what the
    ways of quoting a value leave as it is stands for all of them; and of many long forms, each place that is a
    multiple of _STRIDE is looked up among the pieces that one of them would have there.
    """

    def __init__(self, kinds: Iterable[set[bytes]]) -> None:
        self._by_part: dict[bytes, set[bytes]] = {}
        for kind in kinds:
            for part, some in _parts(kind):
                self._by_part.setdefault(part, set()).update(some)
        self._long = {part: some for part, some in self._by_part.items() if len(part) >= _STRIDE + _PIECE - 1}
        if len(self._long) <= _FEW:
            self._long = {}
        self._short = {part: some for part, some in self._by_part.items() if part not in self._long}
        self._pieces = {
            int.from_bytes(part[at : at + _PIECE], sys.byteorder) for part in self._long for at in range(_STRIDE)
        }

    def within(self, data: bytes) -> set[bytes]:
        found = {form for part, some in self._short.items() if part in data for form in some if form in data}
        if self._pieces:
            whole = memoryview(data)[: len(data) // _PIECE * _PIECE].cast("Q")
            if not self._pieces.isdisjoint(whole[:: _STRIDE // _PIECE].tolist()):
                found |= {form for part, some in self._long.items() if part in data for form in some if form in data}
        return found


def _parts(kind: set[bytes]) -> Iterator[tuple[bytes, set[bytes]]]:
    """What is common to all forms of one kind, with them; or else each with itself."""
    if len(kind) > 1:
        shortest = min(kind, key=len)
        runs = sorted(re.findall(rb"[A-Za-z0-9]{%d,}" % _HEAD, shortest), key=len, reverse=True)
        common = next((run for run in runs if all(run in form for form in kind)), None)
        if common is not None:
            yield common, kind
            return
    for form in kind:
        yield form, {form}


class Masker:
    """Replaces the forms in one stream of bytes. What comes out does not depend on how what goes in is split.

    An end that may be the beginning of a form is held back until more comes, or `flush`. On a prompt less than
    MINIMUM bytes are not: what a person types is echoed byte by byte, and so short a part tells nothing.
    """

    def __init__(self, mask: Mask, *, prompt: bool) -> None:
        self._mask = mask
        self._prompt = prompt
        self._tail = b""
        self._done = 0  # so many bytes of the tail are accounted for in what came out,
        self._hidden = False  # the last of them as stars

    def feed(self, data: bytes) -> bytes:
        """What may be shown now."""
        whole = self._tail + data if self._tail else data
        return self._emit(whole, self._mask.unfinished(whole))

    def flush(self) -> bytes:
        """The rest, at the end of the stream."""
        whole, self._prompt = self._tail, False
        return self._emit(whole, len(whole))

    def _emit(self, data: bytes, keep: int) -> bytes:
        """Account for `data` up to `keep`, and for what is hidden beyond it."""
        spans = self._mask.spans(data)
        if not spans and not self._tail and keep == len(data):
            return data
        at, out = self._done, []
        for start, end in spans:
            if start >= max(at, keep):
                break
            if end > at:
                if start >= at:
                    out.append(data[at:start])
                if start >= at or not self._hidden:
                    out.append(STARS)
                at, self._hidden = end, True
        if at < keep:
            out.append(data[at:keep])
            at, self._hidden = keep, False
        self._tail, self._done = data[keep:], at - keep
        if self._prompt and self._done < len(self._tail) < MINIMUM:
            out.append(self._tail[self._done :])
            self._done, self._hidden = len(self._tail), False
        return b"".join(out)


def forms(value: str) -> set[bytes]:
    """How programs print a value; nothing for one that is too short."""
    return set().union(*kinds_of(value))


def kinds_of(value: str) -> list[set[bytes]]:
    """The forms of a value, those together that mostly leave its letters as they are."""
    kinds: list[set[bytes]] = []
    for text in {value, value.strip()}:
        if len(text) >= MINIMUM:
            data = os.fsencode(text)
            plain = {data, data.replace(b"\n", b"\r\n")}
            kinds.append({*plain, *_url(data), *_quoted(text), *_in_markup(data)})
            kinds += [{data.hex().encode()}, {data.hex().upper().encode()}, *_base64(data)]
    kinds += [{os.fsencode(line.strip())} for line in value.splitlines()]
    return [kept for kind in kinds if (kept := {form for form in kind if len(form) >= MINIMUM})]


def _base64(data: bytes) -> Iterator[set[bytes]]:
    """With any text before and after it: only those letters that nothing else has a part in."""
    from binascii import b2a_base64

    url = bytes.maketrans(b"+/", b"-_")
    for before in range(3):
        letters = b2a_base64(bytes(before) + data, newline=False)
        form = letters[-(-8 * before // 6) : 8 * (before + len(data)) // 6]
        yield {form, form.translate(url)}
    whole = b2a_base64(data, newline=False)
    for columns in _WRAPS:
        if len(whole) > columns:
            yield from ({whole[at : at + columns]} for at in range(0, len(whole), columns))


def _url(data: bytes) -> Iterator[bytes]:
    for safe in _URL_SAFE:
        kept = _LETTERS | frozenset(safe)
        for pattern in (b"%%%02X", b"%%%02x"):
            form = b"".join(bytes((byte,)) if byte in kept else pattern % byte for byte in data)
            yield from (form, form.replace(b"%20", b"+"))


def _quoted(text: str) -> Iterator[bytes]:
    """As a string of JSON, Python and the shell, without the quotes around it."""
    from json import dumps

    for ascii_only in (True, False):
        form = dumps(text, ensure_ascii=ascii_only)[1:-1]
        markup = form.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
        yield from map(os.fsencode, (form, form.replace("/", "\\/"), markup))
    yield from map(os.fsencode, (repr(text)[1:-1], repr(os.fsencode(text))[2:-1]))
    for quote in ("'\"'\"'", "'\\''"):
        yield os.fsencode(text.replace("'", quote))
    data = os.fsencode(text)
    yield b"".join(bytes((byte,)) if byte in _SHELL_SAFE else b"\\%c" % byte for byte in data)
    yield b"".join(b"\\%c" % byte if byte in b'$`"\\' else bytes((byte,)) for byte in data)
    yield data.replace(b"\\", b"\\\\").replace(b"'", b"\\'").replace(b"\n", b"\\n").replace(b"\t", b"\\t")


def _in_markup(data: bytes) -> Iterator[bytes]:
    form = data.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")
    yield form
    double = form.replace(b'"', b"&quot;")
    yield from (double.replace(b"'", quote) for quote in (b"'", b"&#x27;", b"&#39;", b"&apos;"))


def _all(form: bytes, data: bytes) -> Iterator[int]:
    """Every place, also those that overlap."""
    at = data.find(form)
    while at >= 0:
        yield at
        at = data.find(form, at + 1)
