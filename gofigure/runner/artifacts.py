"""What stages make, kept when they have passed and put back when they are reused, as the runner asks for it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gofigure.digest.content import NotAFileError
from gofigure.digest.tree import FOLDER, decode, look_up
from gofigure.errors import GitError
from gofigure.runner.made import artifact_of
from gofigure.runner.plan import Content, Step
from gofigure.snapshot.select import show

if TYPE_CHECKING:
    from gofigure.artifacts.keep import Kept
    from gofigure.artifacts.manifest import Item
    from gofigure.artifacts.standing import Known, Standing
    from gofigure.artifacts.walk import Chosen
    from gofigure.git.repository import Repository
    from gofigure.model import Stage

_OURS = b".gofigure.d"  # the state of a folder without git


class Workspace(NamedTuple):
    """Where outputs are put back."""

    root: str
    repository: Repository | None
    ours: bool = False  # nothing in it is anybody's own
    shared: tuple[bytes, ...] = ()  # folders that are links to the working tree's


class Artifacts:
    """Those of one repository. What cannot be had is remembered, so that nobody tries twice."""

    def __init__(self, state_dir: str, load: Callable[[bytes], bytes]) -> None:
        self._folder = os.path.join(state_dir, "artifacts")
        self._load = load
        self._given_up: dict[bytes, str] = {}  # artifact -> why

    def standing(self, step: Step, content: Content, where: Workspace, *, exact: bool) -> Standing:
        """How the outputs of a step that is reused stand. `exact`: not with what later stages have made of them."""
        from gofigure.artifacts.standing import Place, Standing, standing

        if step.artifact in self._given_up:
            return Standing(why=self._given_up[step.artifact])
        place = Place(self._folder, where.root, step.stage.name, where.ours)
        try:
            return standing(place, step.artifact, lambda paths: self._left_out(paths, content, where), exact=exact)
        except (OSError, NotAFileError, GitError) as error:
            return Standing(why=f"they cannot be looked at ({error})")

    def why_not_whole(self, step: Step) -> str:
        """Why the outputs of a step that is reused cannot be put back; "" if all of them are there."""
        from gofigure.artifacts.standing import whole

        return self._given_up.get(step.artifact) or whole(self._folder, step.artifact)

    def put_back(self, step: Step, content: Content, where: Workspace) -> int:
        """Put back what is lacking; how many files. Raises CannotPutBackError."""
        from gofigure.artifacts.bounds import in_use
        from gofigure.artifacts.restore import CannotPutBackError

        try:
            with in_use(self._folder):
                return self._put_back(step, content, where)
        except (OSError, CannotPutBackError) as error:
            self._given_up[step.artifact] = str(error)
            self._look_through(step.artifact)
            raise CannotPutBackError(str(error)) from error

    def _look_through(self, artifact: bytes) -> None:
        """Where one content was damaged, others may be: what is made again is to be kept again."""
        from gofigure.artifacts import blobs, manifest

        for item in manifest.read(self._folder, artifact) or ():
            if item.kind != FOLDER:
                blobs.prove(self._folder, item.digest, item.size)

    def _put_back(self, step: Step, content: Content, where: Workspace) -> int:
        from gofigure.artifacts.restore import CannotPutBackError, put_back, remove
        from gofigure.artifacts.standing import Place, note

        seen_ns = time.time_ns()
        found = self.standing(step, content, where, exact=True)
        if found.words:
            raise CannotPutBackError(found.words)
        if where.ours:
            remove(where.root, self._strangers(step, content, where))
        if found.lacking:
            put_back(self._folder, where.root, found.lacking)
            note(Place(self._folder, where.root, step.stage.name), step.artifact, found, seen_ns)
        return len(found.lacking)

    def keep(self, step: Step, where: Workspace, most: int) -> Kept:
        """Keep what a stage has made, now that it has passed."""
        from gofigure.artifacts.bounds import in_use
        from gofigure.artifacts.keep import Keeping, keep

        chosen = _chosen(step.stage, where)
        wanted = not step.unprovable and not step.astray
        keeping = Keeping(self._folder, where.root, step.stage.name, chosen, most, wanted)
        try:
            with in_use(self._folder):
                return keep(keeping)
        except OSError:  # nothing can be written there
            return keep(keeping._replace(wanted=False))

    def made_otherwise(
        self, stage: str, made: str, items: Sequence[Item] | None, content: Content, where: Workspace
    ) -> str:
        """Which of the outputs of a stage, which has made that, is another now; "" if none is. `items`: see there."""
        from gofigure.artifacts.standing import Place, made_otherwise

        try:
            paths = made_otherwise(Place(self._folder, where.root, stage), artifact_of(made), items)
        except (OSError, NotAFileError) as error:
            return f"nobody can say whether what {stage} has made stands there ({error})"
        is_content = self._content(paths, content, where) if paths else ()  # that is looked after by who proves
        other = [path for path in paths if path not in is_content]
        return f"{show(other[0])}, which {stage} has made, was changed by another" if other else ""

    def known_now(self, stages: Iterable[str], root: str) -> dict[str, Known]:
        """What of the outputs of these stages nobody has changed since they were looked at."""
        from gofigure.artifacts.standing import Place, known_now

        return {stage: known_now(Place(self._folder, root, stage)) for stage in stages}

    def refresh(self, made: Iterable[tuple[str, str]], root: str, before: Mapping[str, Known]) -> None:
        """Stages have run since these (stage, what it has made) were looked at: what they have changed is theirs."""
        from gofigure.artifacts.standing import Place, refresh

        for stage, text in made:
            refresh(Place(self._folder, root, stage), artifact_of(text), before[stage])

    def _left_out(self, paths: Sequence[bytes], content: Content, where: Workspace) -> Mapping[bytes, str]:
        """Those of the paths that are content, as the proof is about them; and those that would become it."""
        found = dict.fromkeys(self._content(paths, content, where), "")
        rest = [path for path in paths if path not in found]
        if not rest:
            return found
        if where.repository is not None:
            from gofigure.git.exclude import matched

            ignored = frozenset(matched(where.repository.git, rest))
            rest = [path for path in rest if path not in ignored]
        return {**found, **dict.fromkeys(rest, "is gone, and nothing that git would ignore")}

    def _content(self, paths: Iterable[bytes], content: Content, where: Workspace) -> set[bytes]:
        trees = [content.about.tree] if where.ours else [content.about.tree, content.here.tree]
        return {path for tree in trees for path in self._in_tree(paths, tree)}

    def _in_tree(self, paths: Iterable[bytes], tree: bytes) -> Iterable[bytes]:
        folders: dict[bytes, frozenset[bytes]] = {}
        for path in paths:
            folder, _, name = path.rpartition(b"/")
            if folder not in folders:
                entry = look_up(tree, folder, self._load)
                is_folder = entry is not None and entry.kind == FOLDER
                record = self._load(entry.digest) if is_folder and entry is not None else b""
                folders[folder] = frozenset(name for name, _ in decode(record))
            if name in folders[folder]:
                yield path

    def _strangers(self, step: Step, content: Content, where: Workspace) -> list[bytes]:
        """What a run on other content has left among the outputs."""
        from gofigure.artifacts import manifest
        from gofigure.artifacts.walk import found

        now = {item.path for item in manifest.read(self._folder, step.artifact) or ()}
        there = [path for path in found(os.fsencode(where.root), _chosen(step.stage, where)).files if path not in now]
        content_there = self._content(there, content, where)
        return [path for path in there if path not in content_there]


def _chosen(stage: Stage, where: Workspace) -> Chosen:
    from gofigure.artifacts.walk import Chosen
    from gofigure.snapshot.globs import matcher, may_match_below

    gives = [glob for glob in stage.outputs if not glob.startswith("!")]
    return Chosen(
        matcher(stage.outputs),
        lambda folder: any(may_match_below(glob, folder) for glob in gives),
        frozenset((*where.shared, _OURS)),
    )
