"""Results as JSON: the same facts as the screen's, for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from gofigure.model import Case, Part, RunResult, StageResult
from gofigure.store.told import rounded

if TYPE_CHECKING:
    from gofigure.store.ledger import StageRow


def dump(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=True)


def of_run(result: RunResult) -> dict[str, Any]:
    return {
        "run": result.run,
        "job": result.job,
        "verdict": result.verdict,
        "seconds": round(result.seconds, 6),
        "stale": list(result.stale),
        "stages": [of_stage(stage) for stage in result.stages],
    }


def of_stage(stage: StageResult) -> dict[str, Any]:
    return {
        "stage": stage.stage,
        "verdict": stage.verdict,
        "reason": stage.reason,
        "seconds": round(stage.seconds, 6),
        "exit_code": stage.exit_code,
        "log": stage.log,
        "excerpt": list(stage.excerpt),
        "proven": stage.proven,
        "note": stage.note,
        "allowed": stage.allowed,
        "key": stage.key.hex(),
        "parts": [of_part(part) for part in stage.parts],
        "place": stage.place,
        "why_there": stage.why_there,
        "tests": stage.counts._asdict() if stage.counts is not None else None,
        "failures": [of_case(case) for case in stage.failures],
    }


def of_case(case: Case) -> dict[str, Any]:
    """One test; `seconds` is None where its tool does not say."""
    return {**case._asdict(), "seconds": rounded(case.seconds)}


def of_part(part: Part) -> dict[str, Any]:
    return {**part._asdict(), "seconds": round(part.seconds, 6)}


def of_stage_row(stage: StageRow) -> dict[str, Any]:
    """A stage as it was recorded, in the shape of `of_stage`; what is not known yet is None."""
    told = json.loads(stage.counts) if stage.counts else {"tests": None, "failures": []}
    return {
        "stage": stage.stage,
        "verdict": stage.state,
        "reason": stage.reason,
        "seconds": rounded(stage.seconds),
        "exit_code": stage.exit_code,
        "log": stage.log,
        "excerpt": stage.excerpt.split("\n") if stage.excerpt else [],
        "proven": bool(stage.proven),
        "note": stage.note,
        "allowed": bool(stage.allowed),
        "key": stage.key.hex() if stage.key else None,
        "parts": [of_part(part) for part in stage.parts],
        "place": stage.place or None,
        "why_there": stage.why_there,
        "tests": told["tests"],
        "failures": [{**case, "seconds": rounded(case["seconds"])} for case in told["failures"]],
    }
