"""A canonical, self-delimiting encoding of plain values, so that equal values, and only they, digest alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from blake3 import blake3

Plain: TypeAlias = bool | int | str | bytes | Sequence["Plain"] | Mapping[str, "Plain"] | None


def frame(value: Plain) -> bytes:  # noqa: PLR0911 - one line per type
    """Encode `value`; every piece carries its type and its length, so no two values share an encoding."""
    match value:
        case None:
            return b"n"
        case bool():
            return b"t" if value else b"f"
        case int():
            return _sized(b"i", str(value).encode())
        case str():
            return _sized(b"s", value.encode("utf-8", "surrogateescape"))
        case bytes():
            return _sized(b"b", value)
        case Mapping():
            # Sorted by encoded key: neither insertion order nor the hash seed can show.
            pairs = sorted((frame(key), frame(item)) for key, item in value.items())
            return _sized(b"m", b"".join(key + item for key, item in pairs))
        case Sequence():
            return _sized(b"l", b"".join(map(frame, value)))


def _sized(tag: bytes, body: bytes) -> bytes:
    return b"%s%d:%s" % (tag, len(body), body)


def digest_value(context: str, value: Plain) -> bytes:
    """Digest a value in the domain named by `context`; digests of different domains never meet."""
    return blake3(frame(value), derive_key_context=context).digest()
