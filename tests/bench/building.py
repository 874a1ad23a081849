"""What stages of checkout and build cost that have nothing to do, and what it takes to put outputs back.

    python tests/bench/building.py [--rounds N] [--mib N] [--write]

`--write` puts the tables into docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent.parent)]

from bench import page  # noqa: E402
from bench.artifacts import artifacts  # noqa: E402
from bench.checkouts import checkouts  # noqa: E402
from bench.docker import docker  # noqa: E402
from support.engine import why_none  # noqa: E402

HEAD = """## Stages that check out and build

How to repeat: `make bench`, or `python tests/bench/building.py` for this alone.

What we ask: a warm checkout of an unchanged ref costs at most 1.5 × `git ls-remote`; a proven docker stage at most one
look-up more than any proven stage, and ten locations no more than one and 10 ms; 1 GiB of outputs is put back as fast
as the disk takes it (`dd` with `conv=fdatasync`). The servers are on this machine: the network takes no time. A local
path has no server: git answers in the time that it takes to look at the folder of 1,000 files once."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--mib", type=int, default=1024)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    lines = [page.machine(), ""]
    with tempfile.TemporaryDirectory(prefix="gofigure-bench-") as name:
        places = [Path(name) / place for place in ("checkouts", "docker", "artifacts")]
        for place in places:
            place.mkdir()
        lines += checkouts(places[0], options.rounds)
        absent = why_none()
        lines += [f"No docker stage was measured: {absent}.", ""] if absent else docker(places[1], options.rounds)
        lines += artifacts(places[2], options.mib, rounds=3)
    lines += [page.load()]
    print("\n".join(lines))
    if options.write:
        page.write("building", HEAD, lines)


if __name__ == "__main__":
    main()
