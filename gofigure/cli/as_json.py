"""Results as JSON: the same facts as the screen's, for programs."""

from __future__ import annotations

import json
from typing import Any

from gofigure.model import Part, RunResult, StageResult


def dump(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=True)


def of_run(result: RunResult) -> dict[str, Any]:
    return {
        "run": result.run,
        "job": result.job,
        "verdict": result.verdict,
        "seconds": round(result.seconds, 6),
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
    }


def of_part(part: Part) -> dict[str, Any]:
    return {**part._asdict(), "seconds": round(part.seconds, 6)}
