"""The cold way: fetch into the mirror, bring the folder to the commit, and name what stands there."""

from __future__ import annotations

import os
from collections.abc import Mapping

from gofigure.errors import GofigureError
from gofigure.git.address import redacted
from gofigure.recipes.checkout.ask import Found
from gofigure.recipes.checkout.places import Place, Record, leave_at, must_be_free, remove, sign
from gofigure.recipes.checkout.trouble import Broken
from gofigure.recipes.checkout.wish import Wish, say
from gofigure.store.lock import RunLock


def bring(place: Place, wish: Wish, found: Found, env: Mapping[str, str]) -> Record:
    """Check out what was found; where what is kept here turns out to be broken, from nothing, once."""
    before = _claimed(place, env)
    os.environ.clear()  # GitPython hands on what is in it
    os.environ.update(env)
    for folder in (os.path.dirname(place.mirror), os.path.dirname(place.dest)):
        os.makedirs(folder, mode=0o700, exist_ok=True)
    with RunLock(place.lock_file) as lock:
        lock.acquire(lambda _holder: say("waiting for another checkout from the same repository"))
        if before is not None and before.owned and before.dest != place.dest and os.path.isdir(before.dest):
            remove(before.dest)
        sign(place)
        try:
            commit, digest = _brought(place, wish, found)
        except Broken as error:
            say(f"what is kept of {redacted(wish.url)} cannot be used, and is made anew: {redacted(str(error))}")
            throw_away(place)
            try:
                commit, digest = _brought(place, wish, found)
            except Broken as again:
                raise GofigureError(
                    f"{redacted(wish.url)} could not be checked out, from nothing either: {redacted(str(again))}",
                    hint=f"try it by hand: git clone {redacted(wish.url)}",
                ) from again
        return place.note(commit, digest)


def _claimed(place: Place, env: Mapping[str, str]) -> Record | None:
    """Take the folder, before anybody else can, or raise GofigureError; what was known of it."""
    os.makedirs(place.home, mode=0o700, exist_ok=True)
    with RunLock(os.path.join(place.home, "records.lock")) as lock:
        lock.acquire(lambda _holder: None)
        must_be_free(place)
        if not place.owned and os.path.lexists(os.path.join(place.dest, ".git")):
            from gofigure.recipes.checkout.users_work import refuse_to_lose

            refuse_to_lose(place, env)
        return place.forget()


def _brought(place: Place, wish: Wish, found: Found) -> tuple[str, str]:
    """The commit that stands there now, and its tree's digest."""
    from gofigure.recipes.checkout.mirror import Mirror

    mirror = Mirror(place, wish, len(found.commit))
    commit = mirror.fetch(found)
    mirror.check_out(commit)
    if wish.submodules:
        from gofigure.recipes.checkout.modules import bring_modules

        bring_modules(place.dest, wish)
    if wish.lfs:
        from gofigure.recipes.checkout.large import bring_large

        bring_large(place.dest, wish)
    from gofigure.recipes.checkout.naming import digest_of

    digest = digest_of(place.dest, commit)
    leave_at(place.dest, commit)
    say(f"{wish.ref} is {commit} at {redacted(wish.url)}, and is checked out in {place.dest}")
    return commit, digest.hex()


def throw_away(place: Place) -> None:
    """The folder and its mirror; other checkouts from that are made anew, too."""
    for folder in (place.dest, place.mirror):
        if os.path.lexists(folder):
            remove(folder)
