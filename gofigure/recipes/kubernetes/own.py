"""What the user's own file says of clusters: those that gofigure may deploy to besides local ones."""

from __future__ import annotations

from collections.abc import Mapping

from gofigure import own
from gofigure.recipes.kubernetes.contexts import Own


def read_own(environ: Mapping[str, str]) -> Own:
    """What it says; nothing if it is not there. Raises GofigureError where it is wrong, or could be anybody's."""
    said = own.read(environ)
    return Own(own.path_of(environ), said.get("allow_contexts", ()), said.get("protected_contexts", ()))
