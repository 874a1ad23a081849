"""Where checkouts lie, and what is known of them.

    STATE/sources/
        mirrors/NAME.git    one for each url, depth and filter; `NAME.lock`: who works with it
        records/NAME.json   one for each checkout stage of each working tree: a Record, without commit while its folder
                            changes; `NAME.used`: when it was used; `NAME.warm`: how to tell that nothing is new
        home/               the HOME of who is not the user
    CACHE/gofigure/sources/REPOSITORY/
        STAGE-NAME/         the checkouts: linked worktrees of their mirrors
        repository          STATE/sources

Not below `.git`: tools look for their settings in the folders above (docs/decisions/0022).
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from gofigure.digest.content import digest_bytes
from gofigure.errors import GofigureError
from gofigure.recipes.checkout.wish import Wish
from gofigure.recipes.order import Order

OWNER = "repository"  # the file that names STATE/sources
_SHORT = 16
_READABLE = re.compile(r"[^A-Za-z0-9._-]")
_GITDIR = b"gitdir: "
_LIFE = "gofigure-life"
_LEFT = "gofigure-left"


class Record(NamedTuple):
    """A checkout."""

    commit: str  # "": it was not brought to its end
    digest: str  # of its tree, in hexadecimal
    dest: str
    mirror: str
    wish: str  # the digest of all that was asked for
    stage: str
    root: str  # the working tree of the stage
    owned: bool  # its folder is of our own choosing


class Place(NamedTuple):
    """The places of one checkout."""

    home: str  # STATE/sources
    name: str
    dest: str
    mirror: str
    wish: str
    stage: str
    root: str
    owned: bool
    cache: str  # the user's, where those of our own choosing lie

    @property
    def ref(self) -> str:
        """What keeps its commit alive in the mirror."""
        return f"refs/gofigure/{self.name}"

    @property
    def record_file(self) -> str:
        return record_file(self.home, self.name)

    @property
    def used_file(self) -> str:
        return used_file(self.record_file)

    @property
    def lock_file(self) -> str:
        return lock_of(self.mirror)

    def record(self) -> Record | None:
        """What stands there, if it is what is asked for now."""
        record = read_record(self.record_file)
        return record if record is not None and record.commit and record.wish == self.wish else None

    def forget(self) -> Record | None:
        """From here on nobody knows what stands there; what was known."""
        before = read_record(self.record_file)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(warm_note(self.record_file))
        self.note("", "")
        return before

    def note(self, commit: str, digest: str) -> Record:
        record = Record(commit, digest, self.dest, self.mirror, self.wish, self.stage, self.root, self.owned)
        os.makedirs(os.path.dirname(self.record_file), mode=0o700, exist_ok=True)
        with open(f"{self.record_file}.new", "w", encoding="utf-8", errors="surrogateescape") as file:
            json.dump(record._asdict(), file)
        os.replace(f"{self.record_file}.new", self.record_file)
        return record

    def used(self) -> None:
        """For who removes what nobody uses any more."""
        with contextlib.suppress(OSError), open(self.used_file, "w"):  # which is its time
            pass


def read_record(path: str) -> Record | None:
    with contextlib.suppress(OSError, ValueError, TypeError), open(path, encoding="utf-8") as file:
        record = Record(**json.load(file))
        if all(isinstance(value, str) for value in record[:-1]):
            return record
    return None


def lock_of(mirror: str) -> str:
    return f"{mirror.removesuffix('.git')}.lock"


def used_file(record: str) -> str:
    return f"{record.removesuffix('.json')}.used"


def warm_note(record: str) -> str:
    return f"{record.removesuffix('.json')}.warm"


def record_file(home: str, name: str) -> str:
    return os.path.join(home, "records", f"{name}.json")


def records(home: str) -> Iterator[tuple[str, Record]]:
    """All that are known, with the files that hold them."""
    folder = os.path.join(home, "records")
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
        path = os.path.join(folder, name)
        if name.endswith(".json") and (record := read_record(path)) is not None:
            yield path, record


def home_of(state_dir: str) -> str:
    return os.path.join(os.path.abspath(state_dir), "sources")


def name_of(root: str, stage: str) -> str:
    """One for each stage of each working tree."""
    return _digest(root, stage)


def place_of(order: Order, wish: Wish, environ: Mapping[str, str]) -> Place:
    """Where a checkout goes. Raises GofigureError where the user's own folder will not do."""
    home = home_of(order.state_dir)
    name = name_of(order.root, order.stage)
    mirror = os.path.join(home, "mirrors", _digest(wish.url, str(wish.depth), wish.filter or "") + ".git")
    if wish.dest is None:
        dest = _own(order, home, name, environ)
    else:
        from gofigure.recipes.checkout.users_folder import checked

        dest = checked(wish.dest, order.root, environ)
    os.makedirs(os.path.join(home, "home"), mode=0o700, exist_ok=True)
    asked = _digest(*(repr(part) for part in wish._replace(use_its_jobs=False)))
    return Place(home, name, dest, mirror, asked, order.stage, order.root, wish.dest is None, cache_of(environ))


def _own(order: Order, home: str, name: str, environ: Mapping[str, str]) -> str:
    """In the user's cache folder; below the state folder where there is none, or it is in the working tree."""
    cache = cache_of(environ)
    folder = f"{_READABLE.sub('-', order.stage)[:40]}-{name[:8]}"
    real, root = os.path.realpath(cache), os.path.realpath(order.root)
    if not os.path.isabs(cache) or "\n" in real or f"{real}/".startswith(f"{root}/"):
        return os.path.join(home, "trees", folder)
    return os.path.join(sources_in(real), _repository(home), folder)


def cache_of(environ: Mapping[str, str]) -> str:
    """The user's cache folder; perhaps relative, which is none."""
    cache = environ.get("XDG_CACHE_HOME", "")
    return cache if os.path.isabs(cache) else os.path.join(environ.get("HOME", ""), ".cache")


def sources_in(cache: str) -> str:
    return os.path.join(cache, "gofigure", "sources")


def sign(place: Place) -> None:
    """Say whose checkouts lie there, for who finds that repository gone."""
    folder = os.path.dirname(place.dest)
    if place.owned and folder != os.path.join(place.home, "trees"):
        with open(os.path.join(folder, OWNER), "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(place.home)


def _repository(home: str) -> str:
    """The folder of all checkouts of one repository."""
    return _digest(os.path.realpath(home))


def is_ours(place: Place) -> bool:
    """Whether what stands at the folder is a checkout from our own mirror, and the mirror knows that it is."""
    try:
        with open(os.path.join(place.dest, ".git"), "rb") as file:
            said = file.read(8192)
        leads_to = os.fsdecode(said.removeprefix(_GITDIR).removesuffix(b"\n")) if said.startswith(_GITDIR) else ""
        if os.path.dirname(os.path.dirname(leads_to)) != os.path.realpath(place.mirror):
            return False
        with open(os.path.join(leads_to, "gitdir"), "rb") as file:
            back = os.fsdecode(file.read(8192).removesuffix(b"\n"))
    except OSError:
        return False
    return back == os.path.join(os.path.realpath(place.dest), ".git")


def git_dir_of(dest: str) -> str:
    """The folder in the mirror that goes with a checkout; git removes it, with our files in it, when that is gone."""
    with open(os.path.join(dest, ".git"), encoding="utf-8", errors="surrogateescape") as file:
        return file.read().removeprefix("gitdir: ").removesuffix("\n")


def life_of(dest: str) -> str:
    """What a checkout's folder is called from when it was made until it is gone; what git ignores there is as old."""
    path = os.path.join(git_dir_of(dest), _LIFE)
    with contextlib.suppress(FileNotFoundError), open(path, encoding="ascii") as file:
        if life := file.read():
            return life
    life = os.urandom(8).hex()
    with open(path, "w", encoding="ascii") as file:
        file.write(life)
    return life


def left_at(dest: str) -> str | None:
    """The commit that we have left there last; "" while we are at work there; None: nobody knows."""
    with contextlib.suppress(OSError), open(os.path.join(git_dir_of(dest), _LEFT), encoding="ascii") as file:
        return file.read()
    return None


def leave_at(dest: str, commit: str) -> None:
    """Note for who comes next what is ours there; "": all of it may be half done."""
    with open(os.path.join(git_dir_of(dest), _LEFT), "w", encoding="ascii") as file:
        file.write(commit)


def must_be_free(place: Place) -> None:
    """Raise GofigureError where something stands at the folder that we have not put there."""
    if os.path.islink(place.dest):
        raise GofigureError(f"{place.dest} is a link, and is not followed", hint=f"ls -l {place.dest}")
    _refuse_shared(place)
    if not os.path.lexists(place.dest):
        return
    if not os.path.isdir(place.dest):
        raise GofigureError(
            f"{place.dest} is a file, and no folder to check out into", hint='name another: dest = "..."'
        )
    if place.owned or not os.listdir(place.dest) or is_of_a_mirror(place.dest, place.home):
        return
    raise GofigureError(
        f"{place.dest} holds something that gofigure has not put there, which would be overwritten",
        hint='move it away, or name another folder: dest = "..."',
    )


def _refuse_shared(place: Place) -> None:
    """Two stages in one folder would bring it to and fro; of two that lie in each other, one removes the other."""
    mine = os.path.join(place.dest, "")
    for path, other in records(place.home) if not place.owned else ():
        theirs = os.path.join(other.dest, "")
        meet = mine.startswith(theirs) or theirs.startswith(mine)
        if meet and path != place.record_file and os.path.isdir(other.root):
            how = (
                "is"
                if mine == theirs
                else f"holds {other.dest},"
                if theirs.startswith(mine)
                else f"is in {other.dest},"
            )
            raise GofigureError(
                f"{place.dest} {how} the folder of stage {other.stage} in {other.root} already",
                hint='name another folder: dest = "..."; if that stage is no more: gofigure gc',
            )


def is_of_a_mirror(dest: str, home: str) -> bool:
    """Whether it is a checkout from a mirror of ours, be it one that is gone."""
    mirrors = os.path.join(os.path.realpath(home), "mirrors", "")
    try:
        with open(os.path.join(dest, ".git"), "rb") as file:
            return file.read(8192).startswith(_GITDIR + os.fsencode(mirrors))
    except OSError:
        return False


def remove(folder: str) -> None:
    """A folder with all in it, also where a stage has closed it to everybody."""
    import shutil  # 5 ms that the warm way does not need

    for parent, names, _ in os.walk(folder):
        for name in names:
            path = os.path.join(parent, name)
            if not os.path.islink(path):
                os.chmod(path, 0o700)
    shutil.rmtree(folder)


def _digest(*words: str) -> str:
    return digest_bytes(b"\0".join(map(os.fsencode, words))).hex()[:_SHORT]
