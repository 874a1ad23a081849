"""The recipe of `checkout`: bring a folder to exactly one commit of another repository, and say what its content is.

    ask the remote → the same commit, and its folder untouched: done
    → else: mirror (fetch) → folder (worktree of the mirror) → submodules, LFS → digest → record → hand back

The mirror and what is known of each checkout lie below the state folder; the checkout itself in the user's cache
folder, or where the user says (docs/decisions/0029). The warm way imports nothing of GitPython; where it is the very
same as last time, `warm.sh` tells so before there is a Python (docs/decisions/0035).
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

from gofigure.git.address import based, parsed, redacted
from gofigure.recipes.checkout import ask, standing
from gofigure.recipes.checkout.environment import environment
from gofigure.recipes.checkout.places import Record, life_of, place_of
from gofigure.recipes.checkout.warm import leave, still_there
from gofigure.recipes.checkout.wish import Wish, say, wish_of
from gofigure.recipes.order import Order


def run(spec: Mapping[str, Any], order: Order, _arguments: Sequence[str]) -> int:
    wish = wish_of(spec)
    address = based(parsed(wish.url), order.root)
    wish = wish._replace(url=address.url)
    users = dict(os.environ)
    place = place_of(order, wish, users)
    env = environment(users, address, wish, os.path.join(place.home, "home"))
    record = place.record()
    asking = ask.begin(wish, env)  # it is under way while we look at what stands here
    looking = standing.begin(place, record, env, modules=bool(wish.submodules))
    try:
        found = ask.answer(asking, wish, env, patient=True)
    finally:
        stands = looking is not None and standing.finish(looking, record)
    if record is not None and stands and record.commit == found.commit:
        say(still_there(wish, record))
        place.used()
    else:
        from gofigure.recipes.checkout.bring import bring

        record = bring(place, wish, found, env)
    handed = _hand_back(order, wish, record)
    leave(place, wish, record, found, handed, json.dumps(spec, sort_keys=True))
    if wish.use_its_jobs:
        from gofigure.recipes.checkout.its_jobs import run_its_jobs

        return run_its_jobs(record.dest, users)
    return 0


def _hand_back(order: Order, wish: Wish, record: Record) -> str:
    return order.hand_back(
        {
            "dest": record.dest,
            "commit": record.commit,
            "digest": record.digest,
            "ref": wish.ref,
            "url": redacted(wish.url),
            "life": life_of(record.dest),
        }
    )
