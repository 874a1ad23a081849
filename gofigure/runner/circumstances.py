"""Under which circumstances a stage runs: the branch, what git is in the middle of, and which paths have changed.

None of it is content, so none of it is part of a key: what is proven is reused whatever these say, and what is left
out proves nothing (docs/decisions/0021). Nothing is looked up before a stage asks for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gofigure.model import Job, Snapshot, Stage
from gofigure.runner.plan import Content

if TYPE_CHECKING:
    from gofigure.snapshot.since import Lineage

Changed = Callable[[Snapshot, str], "frozenset[bytes] | None"]  # since a commit; None: any path may have


class Circumstances:
    """Those of one request."""

    def __init__(
        self,
        lineage: Callable[[Content], Lineage],
        operations: Callable[[], frozenset[str]],
        changed: Changed,
        *,
        since: str = "",
        all_files: bool = False,
    ) -> None:
        self.since = since  # only files that have changed since this commit are asked about; "": all
        self.all_files = all_files  # as if every file had changed
        self._lineage = lineage
        self._operations = operations
        self._changed = changed
        self._paths: dict[tuple[bytes, str], frozenset[bytes] | None] = {}
        self.forget()

    def forget(self) -> None:
        """What was seen of the repository no longer counts: time has passed."""
        self._lineages: dict[str, Lineage] = {}
        self._under_way: frozenset[str] | None = None

    def against(self, stage: Stage, job: Job, content: Content) -> str:
        """What stands against running a stage, by its own conditions or by its job's; "" if nothing does."""
        of_job = self._against(job, content)
        return f"job {job.name}: {of_job}" if of_job else self._against(stage, content)

    def changed(self, content: Content) -> frozenset[bytes] | None:
        """The paths that have changed since what the content is compared with; None: any may have."""
        before = self.since or self.lineage(content).before
        if before is None or self.all_files:
            return None
        known = (content.about.tree, before)
        if known not in self._paths:
            self._paths[known] = self._changed(content.about, before)
        return self._paths[known]

    def lineage(self, content: Content) -> Lineage:
        about = content.about.commit or content.about.kind
        if about not in self._lineages:
            self._lineages[about] = self._lineage(content)
        return self._lineages[about]

    def _against(self, ruled: Stage | Job, content: Content) -> str:
        return (
            (self._branch(ruled.branches, content) if ruled.branches else "")
            or (self._operation(ruled.during) if ruled.during else "")
            or (self._nothing_changed(ruled.changed, content) if ruled.changed else "")
        )

    def _branch(self, globs: tuple[str, ...], content: Content) -> str:
        from gofigure.snapshot.since import branch_matches

        branches = self.lineage(content).branches
        if any(branch_matches(globs, branch) for branch in branches or ("",)):
            return ""
        on = f"branch {', '.join(branches)}" if branches else "no branch"
        return f"{on}, and branches = {_listed(globs)}"

    def _operation(self, names: tuple[str, ...]) -> str:
        if self._under_way is None:
            self._under_way = self._operations()
        now = self._under_way
        refused = sorted(now.intersection(name.removeprefix("!") for name in names if name.startswith("!")))
        wanted = [name for name in names if not name.startswith("!")]
        if not refused and (not wanted or now.intersection(wanted)):
            return ""
        git = f"git is in the middle of: {', '.join(refused or sorted(now))}" if now else "git is doing nothing else"
        return f"{git}, and during = {_listed(names)}"

    def _nothing_changed(self, globs: tuple[str, ...], content: Content) -> str:
        from gofigure.snapshot.since import chooser

        paths = self.changed(content)
        if paths is None or any(map(chooser(globs), paths)):
            return ""
        since = self.since or self.lineage(content).before or ""
        return f"since {since[:10]} nothing of this has changed: {_listed(globs)}"


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(words)
