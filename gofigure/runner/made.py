"""What a stage has made besides files of the content: what its recipes have handed back, and its outputs.

That is JSON: for each location an object, in which `digest` names what others are to be keyed on. Its outputs stand
there like a location of that name: the digest is that of the artifact, and no real location begins with a slash.
"""

from __future__ import annotations

from gofigure.digest.frame import digest_value

_CONTEXT = "gofigure 2026-11 made"
_OUTPUTS = "/outputs"
_BEFORE = f'"{_OUTPUTS}": {{"digest": "'  # no text within JSON has quotes like these
_HEX = 64


def made_of(made: str) -> bytes:
    """The digest of what was made, location by location; empty where nothing says what that is."""
    if not made:
        return b""
    artifact = artifact_of(made)
    if artifact and made == with_outputs("", artifact):  # mostly: JSON takes 10 ms to import
        return digest_value(_CONTEXT, [(_OUTPUTS, artifact.hex())])
    import json

    digests = {location: one.get("digest") for location, one in json.loads(made).items()}
    if artifact:
        digests = {location: digest for location, digest in digests.items() if digest}
    if not all(digests.values()):
        return b""
    return digest_value(_CONTEXT, sorted((location, str(digest)) for location, digest in digests.items()))


def with_outputs(made: str, artifact: bytes) -> str:
    """What recipes have made, and the outputs beside it."""
    if not made:
        return f'{{{_BEFORE}{artifact.hex()}"}}}}'
    import json

    return json.dumps({**json.loads(made), _OUTPUTS: {"digest": artifact.hex()}}, sort_keys=True)


def artifact_of(made: str) -> bytes:
    """What the outputs are called; empty where there are none."""
    return bytes.fromhex(made.partition(_BEFORE)[2][:_HEX])


def of_recipes(made: str) -> dict[str, dict[str, object]]:
    """What recipes have handed back, by location."""
    import json

    return {location: one for location, one in json.loads(made).items() if location != _OUTPUTS}


def checked_out(made: str) -> str:
    """The folder that a checkout stage has handed back."""
    return next(str(one["dest"]) for one in of_recipes(made).values())


def life_of(made: str) -> str:
    """What the folder that a checkout stage has handed back is called as long as it is there; "" for none."""
    return next((str(one.get("life", "")) for one in of_recipes(made).values()), "") if made else ""
