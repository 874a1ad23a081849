"""Whether a line of a log complains: as compilers, linters, test runners and languages say it, not a name for it."""

from __future__ import annotations

import re

# What compilers and test runners begin a complaint with: "a.c:3: error: x", "error[E0308]: x", "error TS2322: x".
_BEGINNING = (
    r"^E\s{2,}+\S|\b(?:error|fatal|panic)(?:\[\w+\]| [A-Z]{1,4}\d+)?:|^(?:FAILED|ERROR|FAIL|✗|✘)\b|--- FAIL"
    r"|^[\w./-]+\.[a-z]\w*:\d+(?::\d+)?: "  # a place in a file
)
_RULE = r"^(?-i:[A-Z]{1,4}\d{3,4}) "  # a linter's
# "ValueError: x", "java.lang.IllegalStateException", "AssertionError [ERR_ASSERTION]: x", alone in their lines.
_EXCEPTION = (
    r"^\s*+(?:(?:Uncaught|Unhandled|Caused by:) )?+"
    r"(?-i:(?:[\w$]+\.)*+(?:[A-Z]\w*)?(?:Error|Exception))(?: \[\w+\])?(?::|\s*$)"
    r"|^Traceback |\bpanicked at "
)
_HARMLESS = r"^[^:]*+:\d+(?::\d+)?: \w*(?:warning|note)\b"
_FINDING = re.compile(f"{_BEGINNING}|{_RULE}", re.IGNORECASE)
_TROUBLE = re.compile(f"{_BEGINNING}|{_EXCEPTION}", re.IGNORECASE)
_NO_TROUBLE = re.compile(_HARMLESS, re.IGNORECASE)
# Source code as linters quote it, "12 | except OSError as error:", complains of nothing.
_QUOTED = re.compile(r"\s*+(?:\d++\s*+)?\|")


def finds(line: str) -> bool:
    """For the few lines that sum up a failed stage: a linter may have findings only, and no error."""
    return _FINDING.search(line) is not None and not is_quoted(line)


def complains(line: str) -> bool:
    """For whoever walks from complaint to complaint: exceptions too, and no warnings."""
    return _TROUBLE.search(line) is not None and not is_quoted(line) and _NO_TROUBLE.match(line) is None


def is_quoted(line: str) -> bool:
    return _QUOTED.match(line) is not None
