"""What a stage has made besides files of the content, as its recipes have handed it back.

That is JSON: for each location an object, in which `digest` names what others are to be keyed on.
"""

from __future__ import annotations

from gofigure.digest.frame import digest_value

_CONTEXT = "gofigure 2026-11 made"


def made_of(made: str) -> bytes:
    """The digest of what was made, location by location; empty where nothing says what that is."""
    if not made:
        return b""
    import json

    digests = {location: one.get("digest") for location, one in json.loads(made).items()}
    if not all(digests.values()):
        return b""
    return digest_value(_CONTEXT, sorted((location, str(digest)) for location, digest in digests.items()))


def checked_out(made: str) -> str:
    """The folder that a checkout stage has handed back."""
    import json

    return next(str(one["dest"]) for one in json.loads(made).values())
