"""Single files that git leaves out, in folders that it does not: a log that grows must not be looked for all day."""

from __future__ import annotations

from gofigure.triggers.backends.ignoring import Ignoring

_MOST = 20_000  # paths that are remembered
_BATCH = 500  # paths in one question to git


class LeftOut:
    """Learns from events: the first one for a path is a reason to look, and to ask; later ones may be none."""

    def __init__(self, ignoring: Ignoring) -> None:
        self._ignoring = ignoring
        self._index: tuple[int, ...] = ()  # for which the next two hold: what is added to git is left out no more
        self._known: dict[bytes, bool] = {}
        self._unasked: set[bytes] = set()

    @property
    def unfinished(self) -> bool:
        return bool(self._unasked)

    def forget(self) -> None:
        self._known.clear()
        self._unasked.clear()

    def that_matter(self, paths: set[bytes]) -> set[bytes]:
        """The paths less those of which it is known that git leaves them out."""
        if not self._ignoring.asks_git or not paths:
            return paths
        if any(self._known.get(path) for path in paths) and self._ignoring.index() != self._index:
            self.forget()
        self._unasked |= paths.difference(self._known)
        if len(self._unasked) + len(self._known) > _MOST:  # a checkout, or a build: not what this is for
            self.forget()
        return {path for path in paths if not self._known.get(path)}

    def ask(self) -> None:
        """One question, of a few milliseconds."""
        index = self._ignoring.index()
        if index != self._index:
            self._known.clear()
            self._index = index
        batch = [self._unasked.pop() for _ in range(min(_BATCH, len(self._unasked)))]
        left_out = self._ignoring.files_among(batch)
        self._known |= {path: path in left_out for path in batch}
