"""temp"""

from __future__ import annotations
from typing import NamedTuple
from gofigure.digest.frame import digest_value
from gofigure.model import STOPPED


class D(NamedTuple):
    runs: bool
    shown: dict[str, object]


def job_digest(plan) -> bytes:
    return digest_value("x", sorted((n, s.key) for n, s in plan.steps.items()))


class Judging:
    def __init__(self, worktree: str) -> None:
        self.c: dict[str, bytes] = {}
        self.r: dict[str, bytes] = {}

    def decide(self, plan, store):
        d = job_digest(plan)
        self.r[plan.job.name] = d
        if self.c.get(plan.job.name) == d:
            return D(False, {})
        return D(True, {"reason": "changed"})

    def supersedes(self, plan, store):
        return job_digest(plan) != self.r[plan.job.name]

    def took(self, plan, result, store):
        if result.verdict not in STOPPED:
            self.c[plan.job.name] = self.r[plan.job.name]
