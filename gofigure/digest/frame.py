"""A canonical, self-delimiting encoding of plain values, so that equal values, and only they, digest alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from blake3 import blake3

Plain: TypeAlias = bool | int | str | bytes | Sequence["Plain"] | Mapping[str, "Plain"] | None


def frame(value: Plain) -> bytes:
    """Encode `value`; every piece carries its type and its length, so no two values share an encoding."""
    encode = _ENCODERS.get(type(value)) or _encoder_of_subclass(value)
    return encode(value)


def _sequence(value: Sequence[Plain]) -> bytes:
    body = b"".join(map(frame, value))
    return b"l%d:%s" % (len(body), body)


def _mapping(value: Mapping[str, Plain]) -> bytes:
    # Sorted by encoded key: neither insertion order nor the hash seed can show.
    body = b"".join(key + item for key, item in sorted((frame(key), frame(item)) for key, item in value.items()))
    return b"m%d:%s" % (len(body), body)


def _text(value: str) -> bytes:
    body = value.encode("utf-8", "surrogatepass")  # "surrogateescape" would encode "\udcc3\udca9" as "é"
    return b"s%d:%s" % (len(body), body)


# By exact type: thousands of keys are made before the first stage starts.
_ENCODERS: Mapping[type, Callable[[Any], bytes]] = {
    type(None): lambda _: b"n",
    bool: lambda value: b"t" if value else b"f",
    int: lambda value: b"i%d:%d" % (len(str(value)), value),
    str: _text,
    bytes: lambda value: b"b%d:%s" % (len(value), value),
    list: _sequence,
    tuple: _sequence,
    dict: _mapping,
}


def _encoder_of_subclass(value: Plain) -> Callable[[Any], bytes]:
    """For named tuples, mapping proxies and the like. Raises TypeError for what is not plain."""
    if isinstance(value, Mapping):
        return _mapping
    if isinstance(value, (list, tuple)):
        return _sequence
    raise TypeError(f"not a plain value: {type(value).__name__}")


def digest_value(context: str, value: Plain) -> bytes:
    """Digest a value in the domain named by `context`; digests of different domains never meet."""
    return blake3(frame(value), derive_key_context=context).digest()
