"""When a hook may answer by itself: what a tree does not cover, and markers of what is proven (decision 0019)."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from gofigure.model import READ_AGAIN_BY_GIT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gofigure.fast_path.keep import Moment
    from gofigure.model import RunResult, Snapshot
    from gofigure.project import Loaded, Project
    from gofigure.runner.planner import Planner
    from gofigure.store.contents import Contents


class FastPath:
    """What one request does so that the next commit of the same tree needs no Python; nothing for most requests."""

    def __init__(self, project: Project, kind: str) -> None:
        """To be made before anything of the project is read."""
        self._project = project
        self._moment: Moment | None = None
        if kind in READ_AGAIN_BY_GIT:
            from gofigure.fast_path.keep import begin  # a run by hand needs none of it

            self._moment = begin(project, kind)

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """To be entered when the store is open and before proofs are looked up."""
        if self._moment is None:
            yield
            return
        from gofigure.fast_path.keep import with_markers

        with with_markers(self._moment, self._project) as self._moment:
            yield

    def forget_after(self, result: RunResult) -> None:
        """After a failure, whatever it is about, hooks ask Python: a tool may have been exchanged unseen."""
        if result.verdict == "failed":
            from gofigure.store.markers import forget

            with contextlib.suppress(OSError):
                forget(self._project.state_dir)

    def keep(
        self,
        loaded: Loaded,
        token: bytes,
        planner: Planner,
        contents: Contents,
        about: Snapshot,
        results: Sequence[RunResult],
    ) -> None:
        """To be called when the store has all results of the hook's jobs on this content."""
        if self._moment is not None:
            from gofigure.fast_path.keep import Done, keep

            keep(self._moment, self._project, Done(loaded, token, planner, contents, about, results))
