"""Which files are handed over to a stage that asks for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gofigure.runner.circumstances import Circumstances
from gofigure.runner.plan import Content, Step
from gofigure.snapshot.select import Selecting, covers
from gofigure.store.store import Store

if TYPE_CHECKING:
    from gofigure.runner.per_file import Files


class HandingOver:
    """All files of a stage, those without a proof, or those that a commit touches."""

    def __init__(self, store: Store, selecting: Selecting, circumstances: Circumstances) -> None:
        self._store = store
        self._selecting = selecting
        self._circumstances = circumstances

    def all_proven(self, step: Step, content: Content) -> bool:
        """Whether there is a proof for each of its files."""
        from gofigure.runner import per_file

        return not per_file.without_proof(self._files(step, content), self._store.proofs, step.outputs).paths

    def all_files(self, step: Step, content: Content, reason: str) -> Step:
        """Whatever there is, for this reason; a stage that asks for none gets none."""
        if step.stage.files is None:
            return step._replace(reason=reason)
        files = self._files(step, content)
        return self._handing_over(step, files, content, lambda _files: reason)

    def file_by_file(self, step: Step, content: Content, why: Callable[[], str]) -> Step:
        """Those without a proof; `why` there is none, asked where none of them has one."""
        from gofigure.runner import per_file

        files = self._files(step, content)
        left = per_file.without_proof(files, self._store.proofs, step.outputs)
        if not left.paths:
            count = len(files.paths)
            reason = f"all {count} files proven" if count else "there is no file to hand over"
            return step._replace(fate="reuse", reason=reason, files=())
        said = why() if len(left.paths) == len(files.paths) else ""
        return self._handing_over(step, left, content, lambda some: per_file.reason(some, files, said))

    def _handing_over(self, step: Step, left: Files, content: Content, reason: Callable[[Files], str]) -> Step:
        """The step with its files; where only those are asked for that have changed since a commit, with these."""
        since = self._circumstances.since
        words = f"has changed since {since[:10]}" if since else "is part of this commit"
        mends = step.stage.fix and content.about.kind == "index"  # what this commit does not touch is not its business
        some = self._changed_among(left, step, content, mends=mends) if since or mends else left
        narrowed = f"only what {words}" if len(some.paths) < len(left.paths) else ""
        if narrowed and not some.paths:
            return step._replace(fate="reuse", reason=f"none of its files {words}", files=(), narrowed=narrowed)
        return step._replace(reason=reason(some), files=some.paths, file_keys=some.keys, narrowed=narrowed)

    def _changed_among(self, files: Files, step: Step, content: Content, *, mends: bool) -> Files:
        """All of them, too, where something has changed that the result of every file depends on.

        But not for fixers: a new setting of a formatter must not bring all files into the commit.
        """
        from gofigure.runner import per_file

        changed = self._circumstances.changed(content)
        if changed is None:
            return files
        if not mends and any(covers(read.selector, path) for read in step.reads[1:] for path in changed):
            return files
        return per_file.among(files, changed)

    def _files(self, step: Step, content: Content) -> Files:
        from gofigure.runner.per_file import every  # not needed where the stage as a whole is proven

        return every(self._selecting.files(content.about.tree, step.inputs.selector), step.facts)
