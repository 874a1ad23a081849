"""Commits, and what is known of them: in `status` those that nobody has checked, in `history --commits` all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gofigure.cli.terminal import printable, tell

if TYPE_CHECKING:
    from gofigure.queries import Commits
    from gofigure.runner.verified import Judged
    from gofigure.triggers.outcome import Outcome

_NAMED = 10
_SUBJECT = 50
_SHORT = 10


def tell_unverified(commits: Commits) -> None:
    """How many of the commits that are here only are not verified, the newest of them, and what to do."""
    if not commits.judged:
        return
    which = "commits on no remote" if commits.has_remotes else "commits"
    unverified = [judged for judged in commits.judged if not judged.verified]
    counted = f"newest {len(commits.judged)}" if commits.more else str(len(commits.judged))
    tell(f"{which}: {counted}, {f'{len(unverified)} unverified' if unverified else 'all verified'}")
    for judged in unverified[:_NAMED]:
        tell(f"  {line_of(judged)}")
    if len(unverified) > _NAMED:
        tell(f"  and {len(unverified) - _NAMED} more: gofigure history --commits")
    if unverified:
        tell(f"  to check one: gofigure run --commit {unverified[0].commit.id[:_SHORT]}")


def tell_commits(commits: Commits) -> None:
    for judged in commits.judged:
        tell(f"{'verified  ' if judged.verified else 'unverified'}  {line_of(judged)}")


def line_of(judged: Judged) -> str:
    subject = printable(judged.commit.subject)
    if len(subject) > _SUBJECT:
        subject = subject[: _SUBJECT - 1] + "…"
    return f"{judged.commit.id[:_SHORT]}  {subject}  ({judged.reason})"


def of_commits(commits: Commits | None) -> dict[str, Any] | None:
    """None: there is nothing to verify, or nothing to verify it by."""
    if commits is None:
        return None
    return {
        "on_no_remote": commits.has_remotes,
        "more": commits.more,
        "unverified": sum(not judged.verified for judged in commits.judged),
        "commits": [
            {
                "commit": judged.commit.id,
                "subject": judged.commit.subject,
                "verified": judged.verified,
                "unverified_jobs": list(judged.jobs),
                "reason": judged.reason,
                "run": judged.run or None,
            }
            for judged in commits.judged
        ],
    }


def tell_outcome(outcome: Outcome) -> None:
    """One run that nobody waits for."""
    from gofigure.runner.why import ago

    when = f", {ago(outcome.at_ns)}" if outcome.at_ns and outcome.state != "running" else ""
    detail = f": {outcome.detail}" if outcome.detail else ""
    more = f" ({outcome.more})" if outcome.runs else ""
    tell(f"background: {outcome.title}{when}{detail}{more}")


def of_outcome(outcome: Outcome) -> dict[str, Any]:
    return outcome._asdict()
