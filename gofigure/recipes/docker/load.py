"""Give an image to a local cluster."""

from __future__ import annotations

from collections.abc import Mapping

from gofigure.engine.clusters import argv_of, goal
from gofigure.errors import GofigureError
from gofigure.process.spawn import CannotStart, which
from gofigure.recipes.show import run_shown


def load(wanted: str, ref: str, env: Mapping[str, str]) -> tuple[int, str]:
    """(exit code, the cluster that it is for; "" where there is none)."""
    cluster = goal(wanted, env)
    if not cluster.kind or cluster.builds:
        return 0, str(cluster)
    try:
        which(cluster.kind, env.get("PATH", ""))
    except CannotStart:
        if wanted == "auto":
            print(f"gofigure: there is no program {cluster.kind} to give the image to {cluster}", flush=True)
            return 0, str(cluster)
        raise GofigureError(f"{cluster.kind} is not on the PATH", hint='install it, or load = "none"') from None
    return run_shown(argv_of(cluster, ref), env), str(cluster)
