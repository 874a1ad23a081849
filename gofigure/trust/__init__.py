"""Whether a configuration may run here: somebody on this machine has said yes to these very bytes, or wrote them.

A repository is allowed by its place and by a random token in its git directory. A fresh clone at the same place,
or a copy in another one, has no token that the list outside knows for that place, and so runs nothing. In a
repository that is allowed, bytes that were approved run; bytes that were written here are approved without a word;
bytes that came from elsewhere wait for a new yes (docs/decisions/0012).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence

from gofigure.errors import GofigureError, NotAllowedError
from gofigure.trust.record import (
    Layer,
    Trust,
    approve,
    data_home,
    is_approved,
    last_used,
    make_token,
    note_use,
    revoke,
    token_of,
    trust_for,
)

__all__ = [
    "Layer",
    "Trust",
    "allow",
    "allow_saved",
    "before",
    "data_home",
    "hold",
    "refusal",
    "require",
    "require_token",
    "revoke",
    "token_of",
    "trust_for",
]


def require_token(trust: Trust) -> bytes:
    """The repository's token. Raises NotAllowedError if nobody has said yes on this machine."""
    token = token_of(trust)
    if token is None:
        raise NotAllowedError(
            f"the configuration in {trust.home} has not been allowed to run on this machine",
            hint="read it, then: gofigure allow",
        )
    return token


def require(trust: Trust, layers: Sequence[Layer]) -> bytes:
    """The repository's token, if these very bytes may run. Raises NotAllowedError if they need a new yes."""
    token, unknown = _judge(trust, layers)
    with contextlib.suppress(GofigureError):  # it will be found out again
        _approve(trust, token, unknown, len(layers))
    for layer in layers:
        note_use(trust, token, layer)
    return token


def refusal(trust: Trust, layers: Sequence[Layer]) -> NotAllowedError | None:
    """What `require` would raise; writes nothing."""
    try:
        _judge(trust, layers)
    except NotAllowedError as error:
        return error
    return None


def _judge(trust: Trust, layers: Sequence[Layer]) -> tuple[bytes, list[Layer]]:
    """The token, and those layers that were written here and not approved yet."""
    token = require_token(trust)
    unknown = [layer for layer in layers if not is_approved(trust, token, layer)]
    if unknown:
        _refuse_foreign(trust, token, unknown)
    return token, unknown


def _refuse_foreign(trust: Trust, token: bytes, unknown: Iterable[Layer]) -> None:
    from gofigure.trust.held import why_held
    from gofigure.trust.provenance import why_not_ours

    for layer in unknown:
        said = why_held(trust, token, layer) or why_not_ours(trust, token, layer)
        if said:
            raise NotAllowedError(
                f"{layer.name} is not what was allowed to run here: {said}",
                hint="see what changed, and say yes to it: gofigure allow",
            )


def allow(trust: Trust, layers: Sequence[Layer]) -> bytes:
    """Say yes to these bytes, which are all of a configuration; the repository's token."""
    from gofigure.trust.held import answer

    token = make_token(trust)
    _approve(trust, token, layers, len(layers))
    for layer in layers:
        answer(trust, layer)
    return token


def hold(trust: Trust, layer: Layer, before: bytes) -> bool:
    """Let these bytes wait for a yes, though they will be written here: before anybody writes them.

    For what a browser sends, in the place of `before`. False: somebody has said yes to them already. Raises
    GofigureError where it cannot be kept.
    """
    from gofigure.trust.held import keep

    if is_approved(trust, require_token(trust), layer):
        return False
    keep(trust, layer, before)
    return True


def allow_saved(trust: Trust, layer: Layer) -> None:
    """Say yes to one text that was held, and to nothing that was held after it. Raises GofigureError."""
    from gofigure.trust.held import answer

    approve(trust, require_token(trust), layer)
    answer(trust, layer, but_newer=True)


def _approve(trust: Trust, token: bytes, layers: Iterable[Layer], files: int) -> None:
    for layer in layers:
        approve(trust, token, layer, files)


def before(trust: Trust, layer: Layer) -> bytes | None:
    """What a yes to this layer is compared with: its last approved text in this working tree; None: there is none.

    The layer's own bytes if they are approved already.
    """
    token = token_of(trust)
    if token is None:
        return None
    return layer.data if is_approved(trust, token, layer) else last_used(trust, token, layer.name)
