"""What a proven docker stage costs over a proven shell stage: one image look-up; ten no more than one and 10 ms.

    python tests/bench/docker.py [ROUNDS]

Whole commands (`gofigure run JOB`), in turn, against a Docker engine of its own; root only.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent.parent)]

from bench.repositories import commit_all  # noqa: E402
from bench.timing import Contestant, compare, table  # noqa: E402
from support.engine import BASE, running, why_none, with_client  # noqa: E402
from support.repo import Repo, clean_environment  # noqa: E402

LOCATIONS = 10
# Each job reads the same number of folders as the one that it is held against.
TEN = [f"s{at}" for at in range(LOCATIONS)]
JOBS = {
    "shell": 'run = "true"\nlocations = ["s0"]',
    "docker": 'target = "docker"\nname = "bench-one/{location}"\nlocations = ["s0"]',
    "docker-ten": f'target = "docker"\nname = "bench-ten/{{location}}"\nlocations = {TEN}',
    "container": f'run = "true"\nimage = "{BASE}"\nlocations = ["s0"]',
}


def docker(folder: Path, rounds: int) -> list[str]:
    """The table of all kinds, proven."""
    (folder / "home").mkdir()
    with running(folder) as engine:
        env = with_client({**clean_environment(folder / "home"), **engine.env}, engine.client)
        repo = Repo(folder / "repo", env)
        for at in range(LOCATIONS):
            repo.write(f"s{at}/Dockerfile", f"FROM {BASE}\nCOPY . /app\nLABEL at={at}\n")
            repo.write(f"s{at}/app.sh", "true\n")
            repo.write(f"s{at}/.dockerignore", "*.md\n")
        repo.config(
            "".join(f'[jobs.{name}]\nstages = ["{name}"]\n[stages.{name}]\n{text}\n' for name, text in JOBS.items())
        )
        commit_all(repo.root, env)
        repo.gofigure("allow", "--yes")
        for name in JOBS:
            done = repo.gofigure("run", name)
            assert done.returncode == 0, done.stdout.decode()
        jobs = [Contestant(name, [*repo.command, "run", name]) for name in JOBS]
        return table("A proven docker stage", compare(jobs, rounds=rounds, cwd=repo.root, env=env))


def main() -> None:
    if absent := why_none():
        sys.exit(absent)
    with tempfile.TemporaryDirectory() as folder:
        print("\n".join(docker(Path(folder), int(sys.argv[1]) if len(sys.argv) > 1 else 20)))


if __name__ == "__main__":
    main()
